"""A value that is made on first use."""

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Makes a value at the first call, and returns the same value later. Safe for threads."""

    def __init__(self, make: Callable[[], T]) -> None:
        """Make the value by ``make``. If that raises, the next call tries again."""
        self._make = make
        self._lock = RLock()
        self.made: T | None = None
        """The value, or None until it is made."""

    def __call__(self) -> T:
        """Return the value. Raises the errors of ``make``."""
        if self.made is None:
            with self._lock:
                if self.made is None:
                    self.made = self._make()
        return self.made
