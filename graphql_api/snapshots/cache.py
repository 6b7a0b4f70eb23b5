"""A TTLCache with limits of entries and bytes, which counts evictions. Callers lock."""

from collections.abc import Callable
from typing import TypeVar

from cachetools import TTLCache

V = TypeVar("V")


class BoundedCache(TTLCache[str, V]):
    """Values by text. The least recently used are evicted. ``evicted`` counts them, without expired ones."""

    def __init__(
        self, entries: int, size: float, ttl: float, timer: Callable[[], float], sizeof: Callable[[V], float]
    ) -> None:
        """Store at most ``entries`` values of ``size`` bytes in total, each for ``ttl`` seconds.

        ``sizeof`` returns the size of a value in bytes, at most ``size``.
        """
        super().__init__(size, ttl, timer, sizeof)
        self.entries = entries
        self.evicted = 0

    def put(self, key: str, value: V) -> None:
        """Store ``value`` under the key, in place of an earlier value."""
        self.pop(key, None)
        while len(self) >= self.entries:
            self.popitem()
        self[key] = value

    def popitem(self) -> tuple[str, V]:
        """Evict the least recently used value."""
        self.evicted += 1
        return super().popitem()
