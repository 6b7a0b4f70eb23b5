"""A TTLCache with two bounds, entries and bytes, that counts what it evicts. Callers lock."""

from collections.abc import Callable
from typing import TypeVar

from cachetools import TTLCache

V = TypeVar("V")


class BoundedCache(TTLCache[str, V]):
    """Values by text, the least recently used evicted for want of room; ``evicted`` counts them, not what expired."""

    def __init__(
        self, entries: int, size: float, ttl: float, timer: Callable[[], float], sizeof: Callable[[V], float]
    ) -> None:
        """Hold at most ``entries`` values of together ``size`` bytes, each for ``ttl`` seconds.

        ``sizeof`` tells sizes, none above ``size``.
        """
        super().__init__(size, ttl, timer, sizeof)
        self.entries = entries
        self.evicted = 0

    def put(self, key: str, value: V) -> None:
        """Hold ``value`` in place of what the key held."""
        self.pop(key, None)
        while len(self) >= self.entries:
            self.popitem()
        self[key] = value

    def popitem(self) -> tuple[str, V]:
        """Evict the value that was used least recently."""
        self.evicted += 1
        return super().popitem()
