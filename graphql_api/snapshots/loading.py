"""Loading a key in a thread: a read from its source, conditional if a version is known, and decoding."""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from graphql_api.errors import DataCorrupt, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.logs import EventLogger
from graphql_api.snapshots.failures import RETRY_PAUSE, copy_of
from graphql_api.snapshots.memory import CacheEntry, Memory
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.source import Source
from graphql_api.snapshots.trace import Outcome, Trace
from graphql_api.storage.protocol import StoredObject

if TYPE_CHECKING:
    from graphql_api.snapshots.snapshots import Snapshots

log = EventLogger(__name__)

V = TypeVar("V")

MAX_DECODES = 16
"""Maximum number of values decoded at the same time. Each needs several times its size in memory."""


class Loading(Generic[V]):
    """Loads keys into a memory. Callers ensure that each key has one load at a time."""

    def __init__(
        self,
        owner: "Snapshots[V]",
        source: Source[V],
        policy: Policy,
        memory: Memory[V],
        lock: Lock,
        clock: Callable[[], float],
    ) -> None:
        """Read from ``source`` for ``owner``. ``lock`` protects ``memory``. ``clock`` returns seconds."""
        self._owner = owner
        self._source = source
        self._policy = policy
        self._memory = memory
        self._lock = lock
        self._clock = clock
        self._decodes = BoundedSemaphore(MAX_DECODES)

    def fetch(self, key: str, trace: Trace) -> tuple[Outcome, Snapshot[V]]:
        """Load a key. If that fails, return the copy in memory, if it is within the stale limit."""
        with self._lock:
            held = self._memory.copy(key)
        try:
            return self._fetch(key, held, trace)
        except NotFound:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where there is no copy
            return "stale", self.fall_back(held, error)

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Read as ``Source.read`` does, and store an absence or a failure."""
        begun = self._clock()
        try:
            stored = self._source.read(key, etag)
        except NotFound as error:
            with self._lock:
                self._memory.miss(key, error)
            raise
        except DataCorrupt as error:  # too large to be read
            self._refuse(key, error, None)
            raise
        except Exception as error:
            with self._lock:
                self._memory.failures.fail(key, error, self._clock() - begun)
            raise
        with self._lock:
            self._memory.failures.forget(key)
        return stored

    def fall_back(self, held: CacheEntry[V] | None, error: Exception) -> Snapshot[V]:
        """Return the copy in memory, marked as stale, and pause reads of the source. Raises if there is no copy."""
        if held is None or self._clock() < held.snapshot.fresh_until:  # fresh: nobody but ``refresh`` has asked
            raise error
        pause = min(RETRY_PAUSE, self._policy.ttl)
        snapshot = held.mark_stale(self._clock() + pause)
        # A storage may be down for a while; a version that cannot be read, or a bug, takes somebody to act.
        level = logging.WARNING if isinstance(error, UpstreamUnavailable | StorageFault) else logging.ERROR
        about = {self._source.key_field: snapshot.key, "retry_seconds": pause, **getattr(error, "log_fields", {})}
        log.log(level, "stale_copy_served", **about, exc_info=error)
        return snapshot

    def _fetch(self, key: str, held: CacheEntry[V] | None, trace: Trace) -> tuple[Outcome, Snapshot[V]]:
        """Read and decode a key, or confirm that the known version is current."""
        fresh_until = self._clock() + self._policy.ttl
        with self._lock:
            failure = self._memory.failures.get(key)
        refused = failure if failure and failure.etag is not None else None
        known = refused.etag if refused else held.snapshot.etag if held else None
        with trace.stage("storage"):
            stored = self.read(key, known)
        if stored is None and refused:
            self._refuse(key, refused.error, refused.etag)
            raise copy_of(refused.error)
        if held and (stored is None or stored.etag == held.snapshot.etag):
            return "revalidated", self._keep(replace(held.snapshot, stale=False, fresh_until=fresh_until))
        assert stored is not None  # noqa: S101 - without a known version the source gives bytes
        snapshot = Snapshot(
            owner=self._owner,
            key=key,
            value=self._decode(stored, key, trace),
            etag=stored.etag,
            last_modified=stored.last_modified,
            size=len(stored.data),
            stored_as=stored.key,
            stale=False,
            fresh_until=fresh_until,
        )
        return "miss", self._keep(snapshot)

    def _decode(self, stored: StoredObject, key: str, trace: Trace) -> V:
        try:
            with self._decodes:
                return self._source.decode(stored, key, trace)
        except DataCorrupt as error:
            self._refuse(key, error, stored.etag)
            raise
        except Exception as error:  # a bug, or want of memory: tried again before long
            self._refuse(key, error, None)
            raise

    def _refuse(self, key: str, error: Exception, etag: str | None) -> None:
        with self._lock:
            self._memory.failures.refuse(key, error, etag)

    def _keep(self, snapshot: Snapshot[V]) -> Snapshot[V]:
        with self._lock:
            return self._memory.keep(snapshot)
