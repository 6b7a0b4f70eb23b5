"""Cached access to jockeys by id: one read per id at a time, revalidation by ETag, the last good copy when reads fail.

Requests live on event loops, reading and decoding in the repository's own threads. No state belongs to a loop, so
several loops and threads, at once or one after the other, may share a repository.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock
from typing import cast, get_args

import structlog
from cachetools import TTLCache

from graphql_api.config import Settings
from graphql_api.errors import NotFound, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.index.cache import IndexCache
from graphql_api.jockeys.ids import jockey_id as checked
from graphql_api.jockeys.records import RaceRecords
from graphql_api.repository.cache import BoundedCache
from graphql_api.repository.clock import lasting_clock
from graphql_api.repository.snapshot import Snapshot
from graphql_api.repository.tally import Tally
from graphql_api.repository.trace import Outcome, Trace
from graphql_api.repository.workers import Workers, done
from graphql_api.storage.folder import Page, Storage

RETRY_PAUSE = 30.0
"""Seconds (at most the TTL) that a stale copy answers before the failing storage is asked again."""


Load = Callable[[bytes, str, Trace], RaceRecords]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A load that requests wait for: its result, and the stages, complete once the result is there."""

    future: Future[tuple[Outcome, Snapshot]]
    trace: Trace


@dataclass(slots=True)
class _Held:
    """A cache entry whose snapshot can be marked stale in place, which does not lengthen the entry's life."""

    snapshot: Snapshot


class Repository:
    """Jockeys by id, from memory where fresh, else from the storage.

    Every way to a jockey takes a ``Trace`` of the caller, which learns the outcome: ``hit`` (fresh in memory), ``miss``
    (read and decoded), ``revalidated`` (the storage said unchanged), ``stale`` (the last good copy, since reading
    failed), ``missing`` (no file) or ``failed`` (an error). Storage and decoding are charged to its stages.
    """

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        *,
        clock: Callable[[], float] | None = None,
        load: Load | None = None,
    ) -> None:
        """Hold ``storage`` without touching it; threads start with the first read. ``clock`` gives seconds."""
        self._storage = storage
        self._settings = settings
        self._clock = clock = clock or lasting_clock()
        self._load = load or _load
        self._lock = Lock()
        self._tally = Tally()
        self._flights: dict[str, _Flight] = {}
        # Expired entries stay as long as they may be revalidated or answer in place of a failing storage.
        lifetime = settings.cache_ttl + settings.stale_limit
        self._cache = BoundedCache[_Held](
            settings.cache_entries, settings.cache_bytes, lifetime, clock, lambda held: held.snapshot.records.nbytes
        )
        self._missing = TTLCache[str, Exception](settings.missing_entries, settings.missing_ttl, clock)
        self._workers = Workers(settings.load_threads)
        self.index = IndexCache(storage, settings, clock, self._workers)

    def cached(self, jockey_id: str, trace: Trace | None = None) -> Snapshot | None:
        """Give what ``get`` would give at once from memory, else None: the warm path, without a task or a thread."""
        with self._lock:
            snapshot = self._current(jockey_id)
            if snapshot is not None:
                self._tally.count(_kind(snapshot), trace, jockey_id)
        return snapshot

    def current(self, jockey_id: str) -> Snapshot | None:
        """Give what ``cached`` would give; it is not counted as asked for."""
        with self._lock:
            return self._current(jockey_id)

    async def get(self, jockey_id: str, trace: Trace | None = None) -> Snapshot:
        """Give a jockey, loading it where memory has no fresh copy; a cancelled caller does not stop the load.

        Raises ``BadUserInput`` for what is no id, ``NotFound``, ``DataCorrupt``, ``UpstreamUnavailable`` and
        ``StorageFault``. Errors are never cached, except the absence of a file for ``missing_ttl``.
        """
        held = self.cached(jockey_id, trace)
        return held or await self._landed(self._join(checked(jockey_id)), trace)

    async def unchanged(self, jockey_id: str, etag: str) -> bool:
        """Say whether a jockey's file still has ``etag``, without decoding it. Raises as ``get``.

        An expired copy that is held is for ``get`` to revalidate, so the answer is no.
        """
        held = self.cached(jockey_id)
        if held is not None or jockey_id in self._cache:
            return held is not None and held.etag == etag and not held.stale
        return await self._workers.run(lambda: self._storage.read(checked(jockey_id), etag)) is None

    async def refresh(self, jockey_id: str, trace: Trace) -> Snapshot:
        """Ask the storage for a jockey now, fresh in memory or not. Raises as ``get``; ``stats`` counts no request."""
        with self._lock:
            flight = self._flights.get(jockey_id) or self._begin(checked(jockey_id))
        return await self._landed(flight, trace, Tally())

    def wanted(self) -> list[str]:
        """List the jockeys worth holding, no more than may be held: first those asked most, then what else is held."""
        most = self._settings.cache_entries
        with self._lock:
            return list(dict.fromkeys([*self._tally.most_asked(most), *self._cache]))[:most]

    async def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List ids as ``Storage.list_ids`` does, in a thread."""
        return await self._workers.run(lambda: self._storage.list_ids(cursor, limit))

    async def check(self) -> Mapping[str, str]:
        """Prove that the storage answers, as ``Storage.check`` does, in a thread."""
        return await self._workers.run(self._storage.check)

    @property
    def ttl(self) -> int:
        """Give the whole seconds for which a version is not checked again."""
        return int(self._settings.cache_ttl)

    def max_age(self, snapshot: Snapshot) -> int:
        """Count the whole seconds until ``snapshot`` is checked against the storage again, for ``Cache-Control``."""
        return max(0, int(snapshot.fresh_until - self._clock()))

    def stats(self) -> Mapping[str, int]:
        """Count requests by outcome and evictions so far, and loads under way, entries and their bytes now."""
        with self._lock:
            return {
                **dict.fromkeys(get_args(Outcome), 0),
                **self._tally.outcomes,
                "evicted": self._cache.evicted,
                "loading": len(self._flights),
                "entries": len(self._cache),
                "bytes": int(self._cache.currsize),
            }

    def close(self) -> None:
        """Refuse further loads and those not begun (``UpstreamUnavailable``); those under way end by their timeouts."""
        self._workers.close()
        with self._lock:
            self._flights.clear()

    # Requests: on the callers' threads and loops.

    def _current(self, jockey_id: str) -> Snapshot | None:
        """Look up a snapshot that needs no check yet; the caller holds the lock."""
        try:
            snapshot = self._cache[jockey_id].snapshot
        except KeyError:
            return None
        return snapshot if self._clock() < snapshot.fresh_until else None

    def _join(self, jockey_id: str) -> _Flight:
        """Give the load of a jockey: the one under way, one already over where memory knows the answer, or begin."""
        with self._lock:
            flight = self._flights.get(jockey_id)
            if flight is None:
                flight = _Flight(Future(), Trace())
                if (snapshot := self._current(jockey_id)) is not None:
                    flight.future.set_result((_kind(snapshot), snapshot))
                elif (missing := self._missing.get(jockey_id)) is not None:
                    flight.future.set_exception(missing)
                else:
                    flight = self._begin(jockey_id)
        return flight

    def _begin(self, jockey_id: str) -> _Flight:
        """Begin a load; the caller holds the lock, so the load cannot end before it is known."""
        trace = Trace()
        try:
            flight = self._flights[jockey_id] = _Flight(
                self._workers.begin(lambda: self._fetch(jockey_id, trace)), trace
            )
        except UpstreamUnavailable as refused:
            flight = _Flight(Future(), trace)
            try:
                flight.future.set_result(("stale", self._fall_back(self._cache.get(jockey_id), refused)))
            except UpstreamUnavailable as error:
                flight.future.set_exception(error)
        return flight

    async def _landed(self, flight: _Flight, trace: Trace | None, tally: Tally | None = None) -> Snapshot:
        """Wait for a load and give its snapshot or raise its error, as an instance of this caller's own."""
        tally = tally or self._tally
        await done(flight.future)
        for stage, seconds in flight.trace.stages.items():
            if trace is not None:
                trace.add(stage, seconds)
        error = flight.future.exception()
        if error is None:
            outcome, snapshot = flight.future.result()
            with self._lock:
                tally.count(outcome, trace, snapshot.jockey_id)
            return snapshot
        with self._lock:
            tally.count("missing" if isinstance(error, NotFound) else "failed", trace, None)
        raise _copy(error) from error

    # Loads: on the repository's threads, one per jockey at a time.

    def _fetch(self, jockey_id: str, trace: Trace) -> tuple[Outcome, Snapshot]:
        """Load a jockey, or fall back to the copy held, if there is one and it is not beyond the stale limit."""
        with self._lock:
            held = self._cache.get(jockey_id)
        try:
            return self._read(jockey_id, held, trace)
        except NotFound as error:
            with self._lock:
                self._cache.pop(jockey_id, None)
                self._missing[jockey_id] = _copy(error)
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where there is no copy
            return "stale", self._fall_back(held, error)
        finally:  # before the future is done: a caller told of an error never joins the load that failed
            with self._lock:
                self._flights.pop(jockey_id, None)

    def _read(self, jockey_id: str, held: _Held | None, trace: Trace) -> tuple[Outcome, Snapshot]:
        """Read and decode a jockey, or only learn that the copy held still is the current one."""
        fresh_until = self._clock() + self._settings.cache_ttl
        with trace.stage("storage"):
            stored = self._storage.read(jockey_id, None if held is None else held.snapshot.etag)
        if stored is None:  # the answer to an ETag only, so there is a copy
            current = replace(cast("_Held", held).snapshot, stale=False, fresh_until=fresh_until)
            return "revalidated", self._keep(current)
        read = Snapshot(
            jockey_id=jockey_id,
            records=self._load(stored.data, jockey_id, trace),
            etag=stored.etag,
            last_modified=stored.last_modified,
            size=len(stored.data),
            key=stored.key,
            stale=False,
            fresh_until=fresh_until,
        )
        return "miss", self._keep(read)

    def _keep(self, snapshot: Snapshot) -> Snapshot:
        with self._lock:
            self._cache.put(snapshot.jockey_id, _Held(snapshot))
        return snapshot

    def _fall_back(self, held: _Held | None, error: Exception) -> Snapshot:
        """Mark the copy held as stale, and leave the storage alone for a while; raises where there is none to give."""
        if held is None or self._clock() < held.snapshot.fresh_until:  # fresh: nobody but ``refresh`` has asked
            raise error
        pause = min(RETRY_PAUSE, self._settings.cache_ttl)
        held.snapshot = replace(held.snapshot, stale=True, fresh_until=self._clock() + pause)
        # A storage may be down for a while; a file that cannot be read, or a bug, takes somebody to act.
        level = logging.WARNING if isinstance(error, UpstreamUnavailable | StorageFault) else logging.ERROR
        about = {"jockey_id": held.snapshot.jockey_id, "retry_seconds": pause, **getattr(error, "log_fields", {})}
        structlog.get_logger().log(level, "stale_copy_served", **about, exc_info=error)
        return held.snapshot


def _kind(snapshot: Snapshot) -> Outcome:
    return "stale" if snapshot.stale else "hit"


def _copy(error: BaseException) -> Exception:
    """Make an error of one's own: one instance raised in many tasks would mix up and pile up their tracebacks."""
    if isinstance(error, ServiceError):
        return type(error)(error.message, **error.log_fields)
    return RuntimeError("A load failed unexpectedly.")


def _load(data: bytes, jockey_id: str, trace: Trace) -> RaceRecords:
    """Decode a file; numpy and the decoders are imported by the first load, which keeps them out of the start."""
    from graphql_api.repository.decoding import decode

    return decode(data, jockey_id, trace)
