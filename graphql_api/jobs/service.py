"""The service by which slices give work to workers, and look at what became of it."""

import threading
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, Self, TypeVar

import orjson

from graphql_api.capabilities import derived_capability, is_capability, stored_name
from graphql_api.config import Settings
from graphql_api.errors import StoreUnavailable
from graphql_api.jobs.ledger import Ledger, Times
from graphql_api.jobs.model import JobRecord, Order
from graphql_api.jobs.protocol import Queue
from graphql_api.services import Services
from graphql_api.store.messages import UNAVAILABLE
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store
from graphql_api.workers import Workers, done

CALL_SECONDS = 5.0
"""What a request waits for the queue and the store together; the first call to SQS imports its SDK."""

THREADS = 8

T = TypeVar("T")


class Submitted(NamedTuple):
    """A job of a client: its id, which is a capability, and how it stands."""

    id: str
    record: JobRecord


def job_id(job: str, given: Mapping[str, Any], owner: str = "") -> str:
    """Return the id of a job: the same for the same owner and input. Without an owner it is shared by all who ask."""
    asked = orjson.dumps([job, owner, given], option=orjson.OPT_SORT_KEYS)
    return derived_capability(blake2b(asked, digest_size=16).digest(), "job")


def open_queue(settings: Settings, store: ItemStore) -> Queue:
    """Return the queue that the settings name, which may be in ``store``; nothing is connected to yet."""
    if settings.jobs_queue:
        from graphql_api.jobs.sqs import SqsQueue

        return SqsQueue(settings.jobs_queue, settings.region)
    from graphql_api.jobs.stored_queue import StoredQueue

    return StoredQueue(store)


class JobQueue:
    """The queue and the records of one application. ``wake`` is released for a worker of this process to look."""

    def __init__(self, ledger: Ledger, queue: Queue) -> None:
        """Record in ``ledger``, deliver by ``queue``."""
        self.ledger = ledger
        self.queue = queue
        self.wake = threading.Semaphore(0)
        self._workers = Workers(THREADS, "jobs")

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        store, settings = services.get(Store).sync, services.settings
        return cls(Ledger(store, Times(kept=settings.jobs_kept)), open_queue(settings, store))

    async def submit(self, job: str, given: dict[str, Any], *, fresh: float, owner: str = "") -> Submitted:
        """Queue a job with its input, a JSON object, unless the same is under way or done ``fresh`` seconds ago."""
        named = job_id(job, given, owner)
        name = stored_name(named)
        return Submitted(named, await self._call(lambda: self.ledger.submit(job, name, given, fresh, self.send)))

    async def find(self, named: str) -> JobRecord | None:
        """Return a job by its id; None if there is none, or it has expired."""
        if not is_capability(named):
            return None
        return await self._call(lambda: self.ledger.find(stored_name(named)))

    def send(self, order: Order) -> None:
        """Send a message, and let a worker of this process look; blocks."""
        self.queue.send(order)
        self.wake.release()

    async def _call(self, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread. Raises ``StoreUnavailable`` if it takes too long; the work may still be done."""
        call = self._workers.begin(work)
        if not await done(call, CALL_SECONDS):
            raise StoreUnavailable(UNAVAILABLE, reason="slow")
        return call.result()

    def close(self) -> None:
        """Close the threads and the queue."""
        self._workers.close()
        self.queue.close()
