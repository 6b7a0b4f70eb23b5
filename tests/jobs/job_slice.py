"""A slice whose job does what its input says, and writes each run down in a file that processes share."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from fakes import FakeStorage
from graphql_api.config import Settings
from graphql_api.errors import BadUserInput, QueryTooComplex, UpstreamUnavailable
from graphql_api.execution.budget import Exhausted
from graphql_api.jobs.ledger import Ledger, Times
from graphql_api.jobs.protocol import Queue
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.jobs.service import JobQueue
from graphql_api.services import Services
from graphql_api.slices import Slice
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store

ERRORS: Mapping[str, BaseException] = {
    "away": UpstreamUnavailable("Away."),
    "wrong": BadUserInput("Wrong."),
    "bug": RuntimeError("A bug."),
    "spent": Exhausted(QueryTooComplex("Too much.")),
}


async def note(_services: Services, run: JobRun) -> JobResult:
    """Write the run down, wait, fail, or tell something, as the input says."""
    given = run.input
    await asyncio.to_thread(_write_down, Path(given["file"]), given["number"])
    await asyncio.sleep(given.get("seconds", 0))
    if "error" in given:
        raise ERRORS[given["error"]]
    return JobResult({"noted": given["number"], "text": "x" * given.get("size", 0)}, {"Noted": 1})


SLICE = Slice(name="noting", jobs={"note": "job_slice:note"})


def _write_down(file: Path, number: int) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{number} {os.getpid()}\n")


def services_of(store: ItemStore, queue: Queue, times: Times | None = None, clock: object = None) -> Services:
    """Give services whose jobs lie in a store and a queue."""
    ledger = Ledger(store, times or Times(), clock) if clock else Ledger(store, times or Times())  # type: ignore[arg-type]
    settings = Settings()
    return Services(settings, FakeStorage(), {Store: Store(store), JobQueue: JobQueue(ledger, queue)})
