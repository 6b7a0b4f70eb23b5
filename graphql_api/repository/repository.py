"""Cached access to jockeys by id: one read per id at a time, revalidation by ETag, the last good copy when reads fail.

Requests live on event loops, reading and decoding in the repository's own threads. No state belongs to a loop, so
several loops and threads, at once or one after the other, may share a repository.
"""

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar, get_args

import structlog

from graphql_api.config import Settings
from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.index.cache import IndexCache
from graphql_api.jockeys.ids import jockey_id as checked
from graphql_api.repository.clock import lasting_clock
from graphql_api.repository.failures import GRACE, copy_of
from graphql_api.repository.loading import Load, Loading
from graphql_api.repository.memory import Memory
from graphql_api.repository.snapshot import Snapshot
from graphql_api.repository.tally import Tally
from graphql_api.repository.trace import Outcome, Trace
from graphql_api.repository.workers import Workers, done
from graphql_api.storage.folder import Page, Storage

ASIDE = 4
"""One in so many threads is for all but loads: pages of ids, checks of versions and of readiness, the index."""

SUSPECTS = 4
"""One in so many threads may read jockeys whose last read was slow to fail; the others are for all else."""

T = TypeVar("T")


@dataclass(slots=True)
class _Flight:
    """A load that requests wait for: its result, and the stages, complete once the result is there.

    ``late`` once the copy in hand has answered in its place; ``suspect`` where the last read was slow to fail.
    """

    future: Future[tuple[Outcome, Snapshot]]
    trace: Trace
    suspect: bool = False
    late: bool = False


class Repository:
    """Jockeys by id, from memory where fresh, else from the storage.

    Every way to a jockey takes a ``Trace`` of the caller, which learns the outcome: ``hit`` (fresh in memory), ``miss``
    (read and decoded), ``revalidated`` (the storage said unchanged), ``stale`` (the last good copy, since reading
    failed), ``late`` (the same, since reading takes long), ``missing`` (no file) or ``failed`` (an error). Storage and
    decoding are charged to its stages.
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
        self._lock = Lock()
        self._tally = Tally()
        self._flights: dict[str, _Flight] = {}
        self._shared: dict[Hashable, Future[Any]] = {}
        self._memory = Memory(settings, clock)
        self._loading = Loading(storage, settings, self._memory, self._lock, clock, load)
        aside = max(1, settings.load_threads // ASIDE)
        self._workers = Workers(max(1, settings.load_threads - aside))
        self._workers_aside = Workers(aside)
        self._most_suspects = max(1, settings.load_threads // SUSPECTS)
        self.index = IndexCache(storage, settings, clock, self._workers_aside)

    def cached(self, jockey_id: str, trace: Trace | None = None) -> Snapshot | None:
        """Give what ``get`` would give at once from memory, else None: the warm path, without a task or a thread."""
        with self._lock:
            snapshot = self._memory.current(jockey_id)
            if snapshot is not None:
                self._tally.count(_kind(snapshot), trace, jockey_id)
        return snapshot

    def current(self, jockey_id: str) -> Snapshot | None:
        """Give what ``cached`` would give; it is not counted as asked for."""
        with self._lock:
            return self._memory.current(jockey_id)

    async def get(self, jockey_id: str, trace: Trace | None = None) -> Snapshot:
        """Give a jockey, loading it where memory has no fresh copy; a cancelled caller does not stop the load.

        An expired copy waits ``GRACE`` seconds for the load, then answers as stale while the load goes on; so it does
        at once for whoever joins the same load later.

        Raises ``BadUserInput`` for what is no id, ``NotFound``, ``DataCorrupt``, ``UpstreamUnavailable`` and
        ``StorageFault``. Remembered are the absence of a file and its refusal, for ``missing_ttl`` seconds, and reads
        that were slow to fail, for about as long as they took.
        """
        held = self.cached(jockey_id, trace)
        if held is not None:
            return held
        flight = self._join(checked(jockey_id))
        with self._lock:
            copy = self._memory.copy(jockey_id)
        if copy is None or (not flight.late and await done(flight.future, GRACE)) or flight.future.done():
            return await self._landed(flight, trace)
        return self._overtake(flight, copy.snapshot, trace)

    async def unchanged(self, jockey_id: str, etag: str) -> bool:
        """Say whether a jockey's file still has ``etag``, without decoding it. Raises as ``get``.

        An expired copy that is held is for ``get`` to revalidate, so the answer is no. One version of a jockey is asked
        about at a time, lest one that hangs hold many threads; of any other version the answer is no meanwhile.
        """
        held = self.cached(jockey_id)
        with self._lock:
            if held is not None or self._memory.copy(jockey_id):
                return held is not None and held.etag == etag and not held.stale
            if error := self._memory.error(checked(jockey_id)):
                raise error
        asked, same = await self._share(
            ("unchanged", jockey_id), lambda: (etag, self._loading.read(jockey_id, etag) is None)
        )
        return same and asked == etag

    async def refresh(self, jockey_id: str, trace: Trace) -> Snapshot:
        """Ask the storage for a jockey now, fresh in memory or not. Raises as ``get``; ``stats`` counts no request."""
        with self._lock:
            flight = self._flights.get(jockey_id) or self._begin(checked(jockey_id))
        return await self._landed(flight, trace, Tally())

    def wanted(self) -> list[str]:
        """List the jockeys worth holding, no more than may be held: first those asked most, then what else is held."""
        most = self._settings.cache_entries
        with self._lock:
            return list(dict.fromkeys([*self._tally.most_asked(most), *self._memory.cache]))[:most]

    async def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List ids as ``Storage.list_ids`` does, in a thread."""
        return await self._share(("list_ids", cursor, limit), lambda: self._storage.list_ids(cursor, limit))

    async def check(self) -> Mapping[str, str]:
        """Prove that the storage answers, as ``Storage.check`` does, in a thread."""
        return await self._share("check", self._storage.check)

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
                "evicted": self._memory.cache.evicted,
                "loading": len(self._flights),
                "entries": len(self._memory.cache),
                "bytes": int(self._memory.cache.currsize),
            }

    def close(self) -> None:
        """Refuse further loads and those not begun (``UpstreamUnavailable``); those under way end by their timeouts."""
        self._workers.close()
        self._workers_aside.close()
        with self._lock:
            self._flights.clear()

    # Requests: on the callers' threads and loops.

    def _join(self, jockey_id: str) -> _Flight:
        """Give the load of a jockey: the one under way, one already over where memory knows the answer, or begin."""
        with self._lock:
            flight = self._flights.get(jockey_id)
            if flight is None:
                flight = _Flight(Future(), Trace())
                if (snapshot := self._memory.current(jockey_id)) is not None:
                    flight.future.set_result((_kind(snapshot), snapshot))
                elif (error := self._memory.error(jockey_id)) is not None:
                    flight = self._refused(jockey_id, error)
                else:
                    flight = self._begin(jockey_id)
        return flight

    def _begin(self, jockey_id: str) -> _Flight:
        """Begin a load; the caller holds the lock, so the load cannot end before it is known."""
        failure = self._memory.failures.get(jockey_id)
        suspect = failure is not None and failure.slow > 0
        if failure and suspect and sum(flight.suspect for flight in self._flights.values()) >= self._most_suspects:
            return self._refused(jockey_id, copy_of(failure.error))
        trace = Trace()
        try:
            future = self._workers.begin(lambda: self._run(jockey_id, trace))
        except UpstreamUnavailable as error:
            return self._refused(jockey_id, error)
        flight = self._flights[jockey_id] = _Flight(future, trace, suspect)
        return flight

    def _refused(self, jockey_id: str, error: Exception) -> _Flight:
        """Make a load that is over before it began: with the copy in hand if there is one, else with ``error``."""
        flight = _Flight(Future(), Trace())
        try:
            flight.future.set_result(("stale", self._loading.fall_back(self._memory.copy(jockey_id), error)))
        except type(error):
            flight.future.set_exception(error)
        return flight

    def _run(self, jockey_id: str, trace: Trace) -> tuple[Outcome, Snapshot]:
        """Load a jockey, in a thread."""
        try:
            return self._loading.fetch(jockey_id, trace)
        finally:  # before the future is done: a caller told of an error never joins the load that failed
            with self._lock:
                self._flights.pop(jockey_id, None)

    def _overtake(self, flight: _Flight, copy: Snapshot, trace: Trace | None) -> Snapshot:
        """Give the copy in hand, as stale, in place of a load that takes long; nobody is to keep it."""
        if not flight.late:
            flight.late = True
            about = {"jockey_id": copy.jockey_id, "reason": "the storage is slow"}
            structlog.get_logger().info("stale_copy_served", **about)
        with self._lock:
            self._tally.count("late", trace, copy.jockey_id)
        return replace(copy, stale=True, fresh_until=self._clock())

    async def _share(self, key: Hashable, work: Callable[[], T]) -> T:
        """Run work in a thread for all who ask for it at once; raises an error of this caller's own."""
        with self._lock:
            future: Future[T] | None = self._shared.get(key)
            if future is None:
                future = self._shared[key] = self._workers_aside.begin(work)
                future.add_done_callback(lambda _: self._shared.pop(key, None))
        await done(future)
        if error := future.exception():
            raise copy_of(error) from error
        return future.result()

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
        raise copy_of(error) from error


def _kind(snapshot: Snapshot) -> Outcome:
    return "stale" if snapshot.stale else "hit"
