"""The one command: makes the data, starts everyone, checks, drives, and writes the report."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import cold, data, measure, report
from benchmarks.catalogue import Server
from benchmarks.contenders import CONTENDERS, OURS, OURS_UNCACHED, Contender
from benchmarks.cores import EVERY, OTHERS, on
from benchmarks.environments import HERE, ROOT, Unavailable
from benchmarks.load import LoadError
from benchmarks.operations import SMALL, WORKLOADS
from benchmarks.servers import Running, check
from graphql_api.process import KEPT_BYTES

CONSOLE = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure.

    Seconds of a sample, of warming up, and of one wave of requests (see ``measure.plan``); rounds at most, and seconds
    for all of them; repeats of cold starts; rounds in process.
    """

    seconds: float
    warm: float
    wave: float
    rounds: int
    budget: float
    repeats: int
    inprocess_rounds: int


IMPORTS = ("handler", "graphql_api.app", "graphql_api.execution.executor")
"""Modules whose imports are timed: a function's start, the plain server's, and what its first operation waits for."""

FULL = Effort(seconds=0.35, warm=0.5, wave=1.0, rounds=5, budget=370, repeats=3, inprocess_rounds=15)
QUICK = Effort(seconds=0.15, warm=0.2, wave=0.3, rounds=1, budget=60, repeats=1, inprocess_rounds=3)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure this server and its peers.")
    parser.add_argument("--quick", action="store_true", help="two minutes: one short round, to see that all works")
    parser.add_argument("--only", metavar="NAMES", help="only servers whose name holds one of these, comma-separated")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="where the report goes")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else [""]
    chosen = [each for each in CONTENDERS if any(part.lower() in each.name.lower() for part in wanted)]
    bars = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    # Without a refreshing thread of its own, which would take time from the load generator.
    with Progress(*bars, console=CONSOLE, auto_refresh=False) as progress:
        task = progress.add_task("starting", total=None)
        try:
            found = run(QUICK if options.quick else FULL, chosen, Log(progress, task), quick=options.quick)
        except Unavailable as reason:
            parser.exit(1, f"{reason}\n")
    for path in report.write(found, options.out):
        CONSOLE.print(f"wrote {path}")


class Log:
    """Says what is going on: on one line for the moment, or on a line that stays."""

    def __init__(self, progress: Progress, task: Any) -> None:
        """Write to ``progress``."""
        self._progress, self._task = progress, task

    def now(self, text: str) -> None:
        """Show what is done at this moment."""
        self._progress.update(self._task, description=text, refresh=True)

    def stay(self, text: str) -> None:
        """Leave a line."""
        self._progress.console.print(text)


def run(effort: Effort, chosen: list[Contender], log: Log, *, quick: bool) -> dict[str, Any]:
    """Measure everything; give what the report shows."""
    log.now("making the data")
    every, large = data.write_pickles()
    logs = data.FOLDER / "logs"
    logs.mkdir(exist_ok=True)
    with ExitStack() as stack:
        running, skipped = _start(chosen, every, logs, log, stack)
        available = [each for each in chosen if each.server.name in running]
        log.now("warming up")
        with on(OTHERS):
            turns = measure.plan(available, running, warm=effort.warm, wave=effort.wave)
            distinct = list({id(turn): turn for turn in turns.values()}.values())
            done = measure.rounds(
                distinct, running, seconds=effort.seconds, most=effort.rounds, budget=effort.budget, report=log.now
            )
    starts = _cold_starts(available, large, logs, effort.repeats, log)
    log.now("in process")
    return {
        "environment": _environment(),
        "run": {
            "quick": quick,
            "rounds": done,
            "seconds": effort.seconds,
            "wave_seconds": effort.wave,
            "cold_starts": effort.repeats,
        },
        "rows": {each.name: _row(each, turns, starts, skipped) for each in chosen},
        "imports": [cold.import_time(module, every, effort.repeats) for module in IMPORTS],
        "inprocess": _inprocess(effort.inprocess_rounds),
    }


def _cold_starts(
    available: list[Contender], large: Path, logs: Path, repeats: int, log: Log
) -> dict[str, dict[str, Any]]:
    """Start each server afresh; one that fails now has no figures."""
    starts = {}
    for server in {each.server.name: each.server for each in available}.values():
        log.now(f"cold start: {server.name}")
        folder = large if server in (OURS, OURS_UNCACHED) else data.FOLDER
        try:
            starts[server.name] = cold.start(server, folder, logs, repeats)
        except (OSError, LoadError, Unavailable) as error:
            log.stay(f"{server.name}: no cold start, {error}")
    return starts


def _start(
    chosen: list[Contender], every: Path, logs: Path, log: Log, stack: ExitStack
) -> tuple[dict[str, Running], dict[str, str]]:
    """Start every server that is needed and check its answers; give those that run, and why others do not."""
    running: dict[str, Running] = {}
    skipped: dict[str, str] = {}
    own = stack.enter_context(Running(OURS.name, OURS.command, every, logs))
    own.first_answer(OURS.asks(SMALL))
    wanted = data.wanted(data.write_peer_data(own.port))
    for server in {each.server.name: each.server for each in chosen}.values():
        log.now(f"installing and starting {server.name}")
        try:
            running[server.name] = own if server is OURS else _start_peer(server, every, logs, stack)
            known = [workload for workload in WORKLOADS if server.knows(workload)]
            for workload in known:
                check(server, running[server.name], workload, wanted[workload])
            log.stay(f"{server.name}: the same data ({', '.join(workload.name for workload in known)})")
        except Unavailable as reason:
            running.pop(server.name, None)
            skipped[server.name] = str(reason)[:300]
            log.stay(f"{server.name}: skipped, {reason}")
    return running, skipped


def _start_peer(server: Server, every: Path, logs: Path, stack: ExitStack) -> Running:
    started = stack.enter_context(
        Running(server.name, server.command, every if server is OURS_UNCACHED else data.FOLDER, logs, server.cores)
    )
    started.first_answer(server.asks(SMALL))
    return started


def _row(
    contender: Contender,
    turns: dict[tuple[str, str, int], measure.Turn],
    starts: dict[str, dict[str, Any]],
    skipped: dict[str, str],
) -> dict[str, Any]:
    """Gather what was measured of one contender."""
    http: dict[str, dict[str, Any]] = {}
    for (name, workload, asked), turn in turns.items():
        if name == contender.name:
            http.setdefault(workload, {})[str(asked)] = turn.figures()
    return {
        "note": contender.note,
        "skipped": skipped.get(contender.server.name, ""),
        "http": http,
        "cold": starts.get(contender.server.name, {}),
    }


def _inprocess(rounds: int) -> dict[str, Any]:
    """Run the in-process part in an interpreter of its own."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.inprocess", "--rounds", str(rounds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # it failed, or its server logged an error
        return {"error": (done.stderr or done.stdout).strip().splitlines()[-1][:300]}
    return found


def _environment() -> dict[str, Any]:
    """Describe the machine, as far as figures depend on it."""
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout if node else ""  # noqa: S603
    return {
        "date": time.strftime("%Y-%m-%d"),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "apart": len(EVERY) > 1,
        "python": platform.python_version(),
        "node": version.strip(),
        "kept_memory_bytes": KEPT_BYTES,
    }


if __name__ == "__main__":
    main()
