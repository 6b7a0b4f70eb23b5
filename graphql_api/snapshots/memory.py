"""The memory of a cache: snapshots, keys without a value, and failures of loads."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from cachetools import TTLCache

from graphql_api.snapshots.cache import BoundedCache
from graphql_api.snapshots.failures import Failures, copy_of
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.snapshot import Snapshot

V = TypeVar("V")


@dataclass(slots=True)
class CacheEntry(Generic[V]):
    """A cache entry whose snapshot can be marked as stale without extending the entry's lifetime."""

    snapshot: Snapshot[V]

    def mark_stale(self, fresh_until: float) -> Snapshot[V]:
        """Mark the copy as stale and as current until ``fresh_until``, and return it."""
        self.snapshot = replace(self.snapshot, stale=True, fresh_until=fresh_until)
        return self.snapshot


class Memory(Generic[V]):
    """A memory with limits for each of its parts. Callers lock."""

    def __init__(self, policy: Policy, size: Callable[[V], int], clock: Callable[[], float]) -> None:
        """Store as much as ``policy`` allows. A larger value is stored alone. ``size`` returns bytes."""
        self._clock = clock
        # Expired entries stay as long as they may be revalidated or answer in place of a failing storage.
        lifetime = policy.ttl + policy.stale_limit
        self.cache = BoundedCache[CacheEntry[V]](
            policy.max_entries,
            policy.max_bytes,
            lifetime,
            clock,
            lambda held: min(size(held.snapshot.value), policy.max_bytes),
        )
        self.failures = Failures(policy.max_missing, lifetime, policy.missing_ttl, clock)
        self._missing = TTLCache[str, Exception](policy.max_missing, policy.missing_ttl, clock)

    def current(self, key: str) -> Snapshot[V] | None:
        """Return a snapshot that is fresh. None if there is none."""
        try:  # not by ``copy``: every request comes by here
            snapshot = self.cache[key].snapshot
        except KeyError:
            return None
        return snapshot if self._clock() < snapshot.fresh_until else None

    def copy(self, key: str) -> CacheEntry[V] | None:
        """Return the copy in memory, expired or not. None if it is older than the stale limit."""
        try:
            return self.cache[key]
        except KeyError:
            return None

    def error(self, key: str) -> Exception | None:
        """Return the error to raise instead of a load, as a new instance. None if there is none."""
        failure = self.failures.get(key)
        if failure is not None and self._clock() < failure.retry_at:
            return copy_of(failure.error)
        missing = self._missing.get(key)
        return None if missing is None else copy_of(missing)

    def keep(self, snapshot: Snapshot[V]) -> Snapshot[V]:
        """Store a snapshot in place of an earlier one."""
        self.cache.put(snapshot.key, CacheEntry(snapshot))
        return snapshot

    def miss(self, key: str, error: Exception) -> None:
        """Store that a key has no value."""
        self.cache.pop(key, None)
        self.failures.forget(key)
        self._missing[key] = copy_of(error)
