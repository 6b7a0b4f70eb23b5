"""What is known of jockeys: snapshots that are held, ids that have no file, and why loads failed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cachetools import TTLCache

from graphql_api.config import Settings
from graphql_api.repository.cache import BoundedCache
from graphql_api.repository.failures import Failures, copy_of
from graphql_api.repository.snapshot import Snapshot


@dataclass(slots=True)
class Held:
    """A cache entry whose snapshot can be marked stale in place, which does not lengthen the entry's life."""

    snapshot: Snapshot

    def mark_stale(self, fresh_until: float) -> Snapshot:
        """Let the copy answer as a stale one until then."""
        self.snapshot = replace(self.snapshot, stale=True, fresh_until=fresh_until)
        return self.snapshot


class Memory:
    """Bounded in each of its parts. Callers lock."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        """Hold as much as ``settings`` allow. A jockey larger than the whole cache is held alone."""
        self._clock = clock
        # Expired entries stay as long as they may be revalidated or answer in place of a failing storage.
        lifetime = settings.cache_ttl + settings.stale_limit
        most = settings.cache_bytes
        self.cache = BoundedCache[Held](
            settings.cache_entries, most, lifetime, clock, lambda held: min(held.snapshot.records.nbytes, most)
        )
        self.failures = Failures(settings.missing_entries, lifetime, settings.missing_ttl, clock)
        self._missing = TTLCache[str, Exception](settings.missing_entries, settings.missing_ttl, clock)

    def current(self, jockey_id: str) -> Snapshot | None:
        """Give a snapshot that needs no check yet."""
        try:  # not by ``copy``: every request comes by here
            snapshot = self.cache[jockey_id].snapshot
        except KeyError:
            return None
        return snapshot if self._clock() < snapshot.fresh_until else None

    def copy(self, jockey_id: str) -> Held | None:
        """Give the copy in hand, expired or not, unless it is beyond the stale limit."""
        try:
            return self.cache[jockey_id]
        except KeyError:
            return None

    def error(self, jockey_id: str) -> Exception | None:
        """Give the error that answers in place of a load, as one's own instance."""
        failure = self.failures.get(jockey_id)
        if failure is not None and self._clock() < failure.retry_at:
            return copy_of(failure.error)
        missing = self._missing.get(jockey_id)
        return None if missing is None else copy_of(missing)

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Hold a snapshot in the place of the one before."""
        self.cache.put(snapshot.jockey_id, Held(snapshot))
        return snapshot

    def miss(self, jockey_id: str, error: Exception) -> None:
        """Remember that there is no file."""
        self.cache.pop(jockey_id, None)
        self.failures.forget(jockey_id)
        self._missing[jockey_id] = copy_of(error)
