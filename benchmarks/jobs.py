"""Throughput of the embedded worker: jobs that do nothing, and previews of races by the template, by threads.

``python -m benchmarks.jobs FOLDER`` measures an indexed folder of files and prints a table; ``--out FILE`` writes it.
CPU time is that of all threads of the process; by the clock, a busy machine is slower.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from graphql_api.app import create_core
from graphql_api.config import Settings
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.embedded import EmbeddedWorkers
from graphql_api.jobs.model import JobState
from graphql_api.jobs.runner import JobResult, JobRun, Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.services import Services
from graphql_api.slices import Slice
from graphql_api.storage.sources import open_storage

RACES = "query ($first: Int!) { races(first: $first) { nodes { id status } } }"
THREADS = 1, 2, 4
NOTHING = Slice(name="nothing", jobs={"nothing": "benchmarks.jobs:nothing"})

Input = Mapping[str, Any]


async def nothing(_services: Services, _run: JobRun) -> JobResult:
    """Do nothing: what is left is the queue and the record."""
    return JobResult({})


def settings_of(folder: Path, store: Path) -> Settings:
    """Return settings with a store of their own."""
    return read_settings({}, data=str(folder), store=str(store), log_level="ERROR")


def races_of(folder: Path, store: Path, count: int) -> list[str]:
    """Name some races of the folder."""
    answer = orjson.loads(asyncio.run(create_core(settings_of(folder, store)).run(RACES, {"first": 2 * count})))
    nodes = answer["data"]["races"]["nodes"]
    return [node["id"] for node in nodes if node["status"] != "ABANDONED"][:count]


def run(folder: Path, store: Path, job: str, inputs: Sequence[Input], threads: int) -> tuple[float, float]:
    """Do jobs, each with its input; return the seconds by the clock and of CPU that they took."""
    settings = settings_of(folder, store)
    services = Services(settings, open_storage(settings))
    queue = services.get(JobQueue)
    for number, given in enumerate(inputs):
        queue.ledger.submit(job, str(number), dict(given), 600, queue.queue.send)
    workers = EmbeddedWorkers(Jobs([*SLICES, NOTHING]), services, threads)
    begun, cpu = time.perf_counter(), time.process_time()
    workers.start()
    while sum(1 for each in queue.ledger.list() if each.is_finished) < len(inputs):
        time.sleep(0.1)
    took = time.perf_counter() - begun, time.process_time() - cpu
    workers.stop()
    failed = [each.error for each in queue.ledger.list(JobState.FAILED)]
    services.close()
    if failed:
        raise SystemExit(f"{len(failed)} jobs failed: {failed[0]}")
    return took


def measure(folder: Path, count: int) -> str:
    """Measure each kind of job with each number of threads, and write the table."""
    with tempfile.TemporaryDirectory() as scratch:
        races = races_of(folder, Path(scratch) / "races.sqlite3", count)
        previews = [{"race": each, "kind": "preview", "style": "full", "language": "ja"} for each in races]
        lines = [
            f"{len(races)} previews, and {10 * count} jobs that do nothing, by threads of one process; in SQLite.",
            "",
            "| jobs | threads | jobs a second | ms of CPU a job |",
            "|---|---|---|---|",
        ]
        kinds = {"nothing": [{"number": number} for number in range(10 * count)], "comment": previews}
        for job, inputs in kinds.items():
            for threads in THREADS:
                seconds, cpu = run(folder, Path(scratch) / f"{job}-{threads}.sqlite3", job, inputs, threads)
                rate, each = len(inputs) / seconds, 1000 * cpu / len(inputs)
                lines.append(f"| {job} | {threads} | {rate:,.0f} | {each:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    written = measure(options.folder, options.jobs)
    print(written)  # noqa: T201
    if options.out:
        options.out.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
