"""A repository over fakes, for its tests."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from typing import Any

from fakes import SECRET, FakeClock, FakeStorage
from graphql_api.errors import DataCorrupt, ServiceError
from graphql_api.installed import read_settings
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.snapshots.trace import Trace

A, B, C, D = "00001", "00002", "00003", "a000d"
TTL, STALE_LIMIT, MISSING_TTL = 3600.0, 86400.0, 30.0
CORRUPT = b"corrupt"
BUG = b"bug"


def records_of(size: int) -> RaceRecords:
    """Make records that weigh ``size`` bytes."""
    return RaceRecords(rows=0, fields={}, source=(), raw={}, warnings=(), warning_count=0, nbytes=size)


class Bench:
    """A repository over a fake storage; ``decoded`` lists the bytes that were decoded."""

    def __init__(self, files: dict[str, bytes] | None = None, **settings: Any) -> None:
        """Hold ``files``, by default three, under ``settings``."""
        self.storage = FakeStorage({A: b"aaa", B: b"bbb", C: b"ccc"} if files is None else files)
        self.clock = FakeClock()
        self.decoded: list[bytes] = []
        self.settings = read_settings({}, **settings)
        self.threads = LoadThreads(self.settings.load_threads)
        self.repository = Jockeys(self.storage, self.settings, threads=self.threads, clock=self.clock, load=self.load)

    def load(self, data: bytes, jockey_id: str, trace: Trace) -> RaceRecords:
        """Decode a file to records as heavy as it is long."""
        self.decoded.append(data)
        with trace.stage("decode"):
            if data == BUG:
                raise ZeroDivisionError
            if data.startswith(CORRUPT):
                raise DataCorrupt("The jockey's file cannot be read.", refused=SECRET)
        return records_of(len(data))

    def get(self, jockey_id: str = A, trace: Trace | None = None) -> Snapshot:
        """Get a jockey on an event loop of its own."""
        return asyncio.run(self.repository.get(jockey_id, trace))

    async def check(self) -> Mapping[str, str]:
        """Ask whether the storage answers, as the route ``/ready`` does."""
        return await self.threads.shared.run("check", self.storage.check)

    def outcome(self, jockey_id: str = A) -> str:
        """Get a jockey and name the outcome."""
        trace = Trace()
        with contextlib.suppress(ServiceError):
            self.get(jockey_id, trace)
        ((outcome, count),) = trace.outcomes.items()
        assert count == 1
        return outcome

    def expire(self) -> None:
        """Let everything held come due for its check."""
        self.clock.turn(TTL)


async def until_waiting(*tasks: "asyncio.Task[Any]") -> None:
    """Let tasks run until each waits for a load."""
    for _ in range(3):
        await asyncio.sleep(0)
    assert not any(each.done() for each in tasks)


def start(*work: Coroutine[Any, Any, Any]) -> "list[asyncio.Task[Any]]":
    """Make tasks."""
    return [asyncio.create_task(each) for each in work]
