"""Ask for a jockey while fifty clients ask the archive: ``python -m benchmarks.archive.crowd FOLDER``.

The server has one core, all clients have the others; no body repeats, and no answer of the archive is kept.
"""

import argparse
import itertools
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from benchmarks import load
from benchmarks.archive.questions import QUESTIONS
from benchmarks.archive.servers import served
from benchmarks.cores import OTHERS, on
from benchmarks.operations import http
from benchmarks.servers import Running

CLIENTS = 50
SMALL = '{ jockey(id: "00001") { name } }'
LEAST = 20


def requests(texts: tuple[str, ...], begin: int) -> Iterator[bytes]:
    """Write requests of some operations in turn, none of which is like another."""
    for number, text in zip(itertools.count(begin), itertools.cycle(texts), strict=False):
        yield http("/graphql", {"query": text, "extensions": {"request": number}})


def crowd(port: int, seconds: float) -> list[tuple[str, float]]:
    """Ask the archive by all clients, each request by a connection of its own; return results and their seconds."""
    texts = tuple(each.graphql for each in QUESTIONS)
    end = time.perf_counter() + seconds

    def client(number: int) -> list[tuple[str, float]]:
        found = []
        asked = itertools.islice(requests(texts, number * 10**4), number % len(texts), None)
        while (begun := time.perf_counter()) < end:
            try:
                load.fetch(port, next(asked))
                result = "answered"
            except (OSError, load.LoadError) as error:
                result = str(error).split("\r\n")[0]
            found.append((result, time.perf_counter() - begun))
        return found

    with on(OTHERS), ThreadPoolExecutor(CLIENTS) as clients:
        return [each for found in clients.map(client, range(CLIENTS)) for each in found]


def small(port: int, seconds: float, begin: int) -> list[float]:
    """Ask for a jockey, one request after the other."""
    with on(OTHERS):
        return load.drive(port, requests((SMALL,), begin), 1, seconds, LEAST).latencies


def told(name: str, latencies: Iterable[float]) -> str:
    """Write a row of the table."""
    ordered = sorted(1000 * each for each in latencies)
    p50, p99 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
    return f"| {name} | {len(ordered):,} | {p50:.2f} | {p99:.2f} | {ordered[-1]:.2f} | {os.getloadavg()[0]:.1f} |"


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    print("| requests | answered | p50 ms | p99 ms | longest ms | load |\n|---|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory() as logs,
        Running("crowd", served, options.folder, Path(logs)) as running,
        ProcessPoolExecutor(1) as others,
    ):
        running.first_answer(next(requests((SMALL,), -1)))
        small(running.port, 1, 10**6)
        print(told("a jockey, alone", small(running.port, options.seconds, 2 * 10**6)))
        asking = others.submit(crowd, running.port, options.seconds)
        print(told(f"a jockey, beside {CLIENTS} clients", small(running.port, options.seconds, 3 * 10**6)))
        found = asking.result()
        for result in sorted({result for result, _ in found}):
            print(told(f"the archive, {result}", (each for kind, each in found if kind == result)))
        print(told("a jockey, alone again", small(running.port, options.seconds, 4 * 10**6)))


if __name__ == "__main__":
    main()
