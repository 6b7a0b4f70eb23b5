"""Loading a jockey: a read from the storage, conditional where anything is known, and a decode; in a thread."""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import BoundedSemaphore, Lock

import structlog

from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.jockeys.records import RaceRecords
from graphql_api.repository.failures import RETRY_PAUSE, copy_of
from graphql_api.repository.memory import Held, Memory
from graphql_api.repository.snapshot import Snapshot
from graphql_api.repository.trace import Outcome, Trace
from graphql_api.storage.folder import Storage, StoredObject

MAX_DECODES = 16
"""Files decoded at once: each takes several times its size in memory, and they share the processor."""

Load = Callable[[bytes, str, Trace], RaceRecords]


class Loading:
    """Loads jockeys into a memory, one load per jockey at a time: the callers see to that."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        memory: Memory,
        lock: Lock,
        clock: Callable[[], float],
        load: Load | None,
    ) -> None:
        """Read from ``storage``, decode by ``load``; ``lock`` guards ``memory``, ``clock`` gives seconds."""
        self._storage = storage
        self._settings = settings
        self._memory = memory
        self._lock = lock
        self._clock = clock
        self._load = load or _load
        self._decodes = BoundedSemaphore(MAX_DECODES)

    def fetch(self, jockey_id: str, trace: Trace) -> tuple[Outcome, Snapshot]:
        """Load a jockey, or fall back to the copy held, if there is one and it is not beyond the stale limit."""
        with self._lock:
            held = self._memory.copy(jockey_id)
        try:
            return self._fetch(jockey_id, held, trace)
        except NotFound:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where there is no copy
            return "stale", self.fall_back(held, error)

    def read(self, jockey_id: str, etag: str | None) -> StoredObject | None:
        """Read as ``Storage.read`` does, and remember what comes of it where that is worth it."""
        begun = self._clock()
        try:
            stored = self._storage.read(jockey_id, etag)
        except NotFound as error:
            with self._lock:
                self._memory.miss(jockey_id, error)
            raise
        except DataCorrupt as error:  # too large to be read
            self._refuse(jockey_id, error, None)
            raise
        except Exception as error:
            with self._lock:
                self._memory.failures.fail(jockey_id, error, self._clock() - begun)
            raise
        with self._lock:
            self._memory.failures.forget(jockey_id)
        return stored

    def fall_back(self, held: Held | None, error: Exception) -> Snapshot:
        """Mark the copy held as stale, and leave the storage alone for a while; raises where there is none to give."""
        if held is None or self._clock() < held.snapshot.fresh_until:  # fresh: nobody but ``refresh`` has asked
            raise error
        pause = min(RETRY_PAUSE, self._settings.cache_ttl)
        snapshot = held.mark_stale(self._clock() + pause)
        # A storage may be down for a while; a file that cannot be read, or a bug, takes somebody to act.
        level = logging.WARNING if isinstance(error, UpstreamUnavailable | StorageFault) else logging.ERROR
        about = {"jockey_id": snapshot.jockey_id, "retry_seconds": pause, **getattr(error, "log_fields", {})}
        structlog.get_logger().log(level, "stale_copy_served", **about, exc_info=error)
        return snapshot

    def _fetch(self, jockey_id: str, held: Held | None, trace: Trace) -> tuple[Outcome, Snapshot]:
        """Read and decode a jockey, or only learn that what is known of its file still holds."""
        fresh_until = self._clock() + self._settings.cache_ttl
        with self._lock:
            failure = self._memory.failures.get(jockey_id)
        refused = failure if failure and failure.etag is not None else None
        known = refused.etag if refused else held.snapshot.etag if held else None
        with trace.stage("storage"):
            stored = self.read(jockey_id, known)
        if stored is None and refused:
            self._refuse(jockey_id, refused.error, refused.etag)
            raise copy_of(refused.error)
        if held and (stored is None or stored.etag == held.snapshot.etag):
            return "revalidated", self._keep(replace(held.snapshot, stale=False, fresh_until=fresh_until))
        assert stored is not None  # noqa: S101 - without a known version the storage gives a file
        snapshot = Snapshot(
            jockey_id=jockey_id,
            records=self._decode(stored, jockey_id, trace),
            etag=stored.etag,
            last_modified=stored.last_modified,
            size=len(stored.data),
            key=stored.key,
            stale=False,
            fresh_until=fresh_until,
        )
        return "miss", self._keep(snapshot)

    def _decode(self, stored: StoredObject, jockey_id: str, trace: Trace) -> RaceRecords:
        try:
            with self._decodes:
                return self._load(stored.data, jockey_id, trace)
        except DataCorrupt as error:
            self._refuse(jockey_id, error, stored.etag)
            raise
        except Exception as error:  # a bug, or want of memory: tried again before long
            self._refuse(jockey_id, error, None)
            raise

    def _refuse(self, jockey_id: str, error: Exception, etag: str | None) -> None:
        with self._lock:
            self._memory.failures.refuse(jockey_id, error, etag)

    def _keep(self, snapshot: Snapshot) -> Snapshot:
        with self._lock:
            return self._memory.keep(snapshot)


def _load(data: bytes, jockey_id: str, trace: Trace) -> RaceRecords:
    """Decode a file; numpy and the decoders are imported by the first load, which keeps them out of the start."""
    from graphql_api.repository.decoding import decode

    return decode(data, jockey_id, trace)
