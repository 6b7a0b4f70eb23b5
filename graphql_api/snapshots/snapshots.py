"""Snapshots by key: one read per key at a time, revalidation by ETag, the last good copy when reads fail.

Requests run on event loops, reading and decoding in threads. No state belongs to a loop, so several loops and threads,
at the same time or one after another, may share the same snapshots.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock
from typing import Generic, TypeVar, get_args

from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.logs import EventLogger
from graphql_api.snapshots.clock import lasting_clock
from graphql_api.snapshots.failures import GRACE, copy_of
from graphql_api.snapshots.loading import Loading
from graphql_api.snapshots.memory import Memory
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.shared_work import SharedWork
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.source import Source
from graphql_api.snapshots.tally import Tally
from graphql_api.snapshots.trace import Outcome, Trace
from graphql_api.workers import Workers, done

V = TypeVar("V")

log = EventLogger(__name__)


@dataclass(slots=True)
class _Flight(Generic[V]):
    """A load that requests wait for: its result, and its stages, which are complete when the result exists.

    ``late``: the copy in memory was used instead. ``suspect``: the last read failed slowly.
    """

    future: Future[tuple[Outcome, Snapshot[V]]]
    trace: Trace
    suspect: bool = False
    late: bool = False


class Snapshots(Generic[V]):
    """Values by key, from memory if fresh, else from their source.

    Methods that return a value receive a ``Trace`` and add the outcome to it: ``hit`` (fresh in memory), ``miss``
    (read and decoded), ``revalidated`` (unchanged in the source), ``stale`` (the last good copy, since reading
    failed), ``late`` (the same, since reading is slow), ``missing`` (no value) or ``failed`` (an error).
    Reading and decoding are charged to its stages.
    """

    def __init__(
        self,
        source: Source[V],
        policy: Policy,
        workers: Workers,
        shared: SharedWork,
        *,
        max_suspects: int = 1,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Start empty. Loads run in ``workers``, checks of versions in ``shared``. ``clock`` returns seconds.

        ``max_suspects`` is the maximum number of concurrent loads of keys whose last read failed slowly.
        """
        self.name = source.name
        self.key_field = source.key_field
        self.keys_field = f"{source.key_field}s"
        self._source = source
        self._policy = policy
        self._workers = workers
        self._shared = shared
        self._max_suspects = max_suspects
        self._clock = clock = clock or lasting_clock()
        self._lock = Lock()
        self._tally = Tally()
        self._flights: dict[str, _Flight[V]] = {}
        self._memory = Memory[V](policy, source.size, clock)
        self._loading = Loading(self, source, policy, self._memory, self._lock, clock)

    def cached(self, key: str, trace: Trace | None = None) -> Snapshot[V] | None:
        """Return what ``get`` can return at once from memory, else None. It needs neither a task nor a thread."""
        with self._lock:
            snapshot = self._memory.current(key)
            if snapshot is not None:
                self._tally.count(_kind(snapshot), trace, key)
        return snapshot

    def current(self, key: str) -> Snapshot[V] | None:
        """Return the same as ``cached``, but do not count a request."""
        with self._lock:
            return self._memory.current(key)

    async def get(self, key: str, trace: Trace | None = None) -> Snapshot[V]:
        """Return a snapshot. Load it if memory has no fresh copy. A cancelled caller does not stop the load.

        With an expired copy, wait ``GRACE`` seconds for the load, then return the copy as stale while the load runs.
        Callers that join the same load later get the copy at once.

        Raises ``BadUserInput`` if ``key`` is not valid, ``NotFound``, ``DataCorrupt``, ``UpstreamUnavailable`` and
        ``StorageFault``. An absence and a refusal are cached for ``missing_ttl`` seconds, and reads that failed slowly
        for about as long as they took.
        """
        held = self.cached(key, trace)
        if held is not None:
            return held
        flight = self._join(self._source.checked(key))
        with self._lock:
            copy = self._memory.copy(key)
        if copy is None or (not flight.late and await done(flight.future, GRACE)) or flight.future.done():
            return await self._await_load(flight, trace)
        return self._overtake(flight, copy.snapshot, trace)

    async def unchanged(self, key: str, etag: str) -> bool:
        """Return whether a key still has ``etag``, without decoding. Raises as ``get``.

        False if the copy in memory has expired, since ``get`` has to revalidate it. One version of a key is checked
        at a time, so that a read that hangs blocks only one thread. For other versions, return False until it ends.
        """
        held = self.cached(key)
        with self._lock:
            if held is not None or self._memory.copy(key):
                return held is not None and held.etag == etag and not held.stale
            if error := self._memory.error(self._source.checked(key)):
                raise error
        asked, same = await self._shared.run((self.name, key), lambda: (etag, self._loading.read(key, etag) is None))
        return same and asked == etag

    async def refresh(self, key: str, trace: Trace) -> Snapshot[V]:
        """Read a key from the source now, even if it is fresh. Raises as ``get``. ``stats`` does not count it."""
        with self._lock:
            flight = self._flights.get(key) or self._begin(self._source.checked(key))
        return await self._await_load(flight, trace, Tally())

    def hottest_keys(self) -> list[str]:
        """Return the keys to keep in memory, as many as fit: the most requested first, then other cached ones."""
        most = self._policy.max_entries
        with self._lock:
            return list(dict.fromkeys([*self._tally.most_asked(most), *self._memory.cache]))[:most]

    @property
    def ttl(self) -> int:
        """Return the whole seconds for which a version is current."""
        return int(self._policy.ttl)

    def max_age(self, snapshot: Snapshot[V]) -> int:
        """Return the whole seconds until ``snapshot`` is checked against its source again."""
        return max(0, int(snapshot.fresh_until - self._clock()))

    def stats(self) -> Mapping[str, int]:
        """Return counts: requests by outcome and evictions, and the current loads, entries and bytes."""
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
        """Forget current loads, so that no caller joins them. The owner of the threads stops them."""
        with self._lock:
            self._flights.clear()

    # Requests: on the callers' threads and loops.

    def _join(self, key: str) -> _Flight[V]:
        """Return the load of a key: the current one, a finished one if memory has the result, or a new one."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                flight = _Flight(Future(), Trace())
                if (snapshot := self._memory.current(key)) is not None:
                    flight.future.set_result((_kind(snapshot), snapshot))
                elif (error := self._memory.error(key)) is not None:
                    flight = self._refused(key, error)
                else:
                    flight = self._begin(key)
        return flight

    def _begin(self, key: str) -> _Flight[V]:
        """Start a load. The caller holds the lock, so the load cannot end before it is stored."""
        failure = self._memory.failures.get(key)
        suspect = failure is not None and failure.slow > 0
        if failure and suspect and sum(flight.suspect for flight in self._flights.values()) >= self._max_suspects:
            return self._refused(key, copy_of(failure.error))
        trace = Trace()
        try:
            future = self._workers.begin(lambda: self._run(key, trace))
        except UpstreamUnavailable as error:
            return self._refused(key, error)
        flight = self._flights[key] = _Flight(future, trace, suspect)
        return flight

    def _refused(self, key: str, error: Exception) -> _Flight[V]:
        """Return a finished load: with the copy in memory if there is one, else with ``error``."""
        flight: _Flight[V] = _Flight(Future(), Trace())
        try:
            flight.future.set_result(("stale", self._loading.fall_back(self._memory.copy(key), error)))
        except type(error):
            flight.future.set_exception(error)
        return flight

    def _run(self, key: str, trace: Trace) -> tuple[Outcome, Snapshot[V]]:
        """Load a key, in a thread."""
        try:
            return self._loading.fetch(key, trace)
        finally:  # before the future is done: a caller told of an error never joins the load that failed
            with self._lock:
                self._flights.pop(key, None)

    def _overtake(self, flight: _Flight[V], copy: Snapshot[V], trace: Trace | None) -> Snapshot[V]:
        """Return the copy in memory as stale, in place of a slow load. It must not be cached."""
        if not flight.late:
            flight.late = True
            about = {self.key_field: copy.key, "reason": "the storage is slow"}
            log.info("stale_copy_served", **about)
        with self._lock:
            self._tally.count("late", trace, copy.key)
        return replace(copy, stale=True, fresh_until=self._clock())

    async def _await_load(self, flight: _Flight[V], trace: Trace | None, tally: Tally | None = None) -> Snapshot[V]:
        """Wait for a load, and return its snapshot. Raise its error as a new instance."""
        tally = tally or self._tally
        await done(flight.future)
        for stage, seconds in flight.trace.stages.items():
            if trace is not None:
                trace.add(stage, seconds)
        error = flight.future.exception()
        if error is None:
            outcome, snapshot = flight.future.result()
            with self._lock:
                tally.count(outcome, trace, snapshot.key)
            return snapshot
        with self._lock:
            tally.count("missing" if isinstance(error, NotFound) else "failed", trace, None)
        raise copy_of(error) from error


def _kind(snapshot: Snapshot[V]) -> Outcome:
    return "stale" if snapshot.stale else "hit"
