"""Drives every contender with every workload and number of connections, in turns, round after round."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks import load
from benchmarks.contenders import Contender
from benchmarks.operations import WORKLOADS, Workload
from benchmarks.servers import Running

WARM_REQUESTS = 2000
SLOW = 15.0
"""Answers a second, asked one by one, below which a contender is asked over one connection only."""
SHORTEST = 0.5
"""An answer shorter than this share of the first one is an error."""


@dataclass(slots=True)
class Turn:
    """One figure in the making: a contender, a workload, a number of connections, and its samples of all rounds.

    Slow contenders are driven by fewer ``connections`` than asked for: being busy with one request at a time they
    answer no more a second for having others wait, and their latency looks better than it would.
    """

    contender: Contender
    workload: Workload
    connections: int
    requests: Iterator[bytes]
    least: int
    samples: list[load.Sample] = field(default_factory=list)
    error: str = ""

    def drive(self, port: int, seconds: float) -> None:
        """Take one sample; an error ends this figure."""
        try:
            self.samples.append(load.drive(port, self.requests, self.connections, seconds, self.least))
        except (OSError, load.LoadError) as error:
            self.error = str(error)[:300]

    def figures(self) -> dict[str, Any]:
        """Sum up: the median rate of the rounds, and percentiles of all their latencies together."""
        if self.error or not self.samples:
            return {"error": self.error or "not measured"}
        rates = [sample.rate for sample in self.samples]
        latencies = sorted(latency for sample in self.samples for latency in sample.latencies)
        return {
            "rate": statistics.median(rates),
            "rates": rates,
            "p50_ms": _percentile(latencies, 0.50) * 1000,
            "p99_ms": _percentile(latencies, 0.99) * 1000,
            "connections": self.connections,
            "generator_busy": statistics.median(sample.busy for sample in self.samples),
        }


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def plan(
    contenders: list[Contender], running: Mapping[str, Running], *, warm: float, wave: float
) -> dict[tuple[str, str, int], Turn]:
    """Warm every contender up and decide its turns; numbers of connections that come to the same share one.

    Warming up takes ``warm`` seconds a workload, or one request. No more connections are opened than a contender can
    answer once in ``wave`` seconds, and one for those that are ``SLOW``.
    """
    turns: dict[tuple[str, str, int], Turn] = {}
    for contender in contenders:
        for workload in WORKLOADS:
            requests = contender.requests(workload)
            if requests is None:
                continue
            alone, least, error = _warm(running[contender.server.name].port, requests, warm)
            most = int(wave / alone) if alone * SLOW < 1 else 1
            shared: dict[int, Turn] = {}
            for asked in workload.connections:
                used = min(asked, most)
                turn = shared.setdefault(used, Turn(contender, workload, used, requests, least, error=error))
                turns[contender.name, workload.name, asked] = turn
    return turns


def _warm(port: int, requests: Iterator[bytes], seconds: float) -> tuple[float, int, str]:
    """Send some requests; give the best latency, the least bytes that an answer must have, and an error."""
    best, length, deadline = 60.0, 0, time.perf_counter() + seconds
    try:
        connection = load.Connection(port)
        buffer = bytearray(load.RECEIVE)
        for _ in range(WARM_REQUESTS):
            connection.send(next(requests))
            while not connection.receive(buffer):
                pass
            now = time.perf_counter()
            best, length = min(best, now - connection.sent), connection.body
            if now > deadline:
                break
        connection.socket.close()
    except (OSError, load.LoadError) as error:
        return best, 0, str(error)[:300]
    return best, int(length * SHORTEST), ""


def rounds(
    turns: list[Turn],
    running: Mapping[str, Running],
    *,
    seconds: float,
    most: int,
    budget: float,
    report: Callable[[str], None],
) -> int:
    """Run rounds, each with everyone's turn, until ``most`` are done or the next would pass ``budget`` seconds.

    Within a workload and number of connections the contenders follow each other directly, and each round starts with
    another of them, so that a slow spell of the machine hits neighbours alike.
    """
    start = time.perf_counter()
    order = sorted(turns, key=lambda turn: (WORKLOADS.index(turn.workload), turn.connections))
    done = 0
    while done < most and (not done or (time.perf_counter() - start) * (done + 1) / done < budget):
        for turn in order:
            if not turn.error:
                report(f"round {done + 1}: {turn.workload.name}, {turn.connections} connections, {turn.contender.name}")
                turn.drive(running[turn.contender.server.name].port, seconds)
        order = _rotated(order)
        done += 1
    return done


def _rotated(order: list[Turn]) -> list[Turn]:
    """Let each group of equal workload and connections start with another contender."""
    groups: dict[tuple[str, int], list[Turn]] = {}
    for turn in order:
        groups.setdefault((turn.workload.name, turn.connections), []).append(turn)
    return [turn for group in groups.values() for turn in group[1:] + group[:1]]
