"""How much the answers of the engine hold that are in memory: those that are kept, and those that requests still read.

A question takes little to be asked, and its answer may have a million values. Many at once are answered faster than
they are written as JSON, so that without a bound they would pile up.
"""

import gc
import time
from collections.abc import Callable
from threading import RLock
from typing import Any
from weakref import finalize

from graphql_api.errors import Overloaded

MAX_VALUES = 6_000_000
"""Values of all answers together: some 600 MB."""

PAUSE = 1.0
"""Seconds between two collections of cycles."""


class Answer(list[tuple[Any, ...]]):
    """The rows of an answer. Of a plain list nobody can tell when it is gone."""

    __slots__ = ("__weakref__",)

    @property
    def size(self) -> int:
        """Return how many values there are, 1 at least."""
        return len(self) * len(self[0]) if self else 1


class Held:
    """Counts the values of answers until they are gone; safe to be shared by threads."""

    def __init__(self, most: int = MAX_VALUES, clock: Callable[[], float] = time.monotonic) -> None:
        """Hold nothing yet; ``most`` values may be held. ``clock`` gives seconds."""
        self._most = most
        self._clock = clock
        self._next_collection = float("-inf")
        self._lock = RLock()  # an answer may go while its thread holds the lock
        self.values = 0

    def check(self) -> None:
        """Raise ``Overloaded`` while too much is held for one more question.

        Answers of requests that ended with an error, or were begun anew in a thread, may be parts of cycles, by the
        tracebacks; the process seldom looks for them, so they are looked for before anybody is refused.
        """
        if self.values >= self._most and self._may_collect():
            gc.collect()
        if self.values >= self._most:
            raise Overloaded("The server answers too many archive queries at the moment. Try again later.")

    def add(self, answer: Answer) -> None:
        """Count an answer until it is gone."""
        size = answer.size
        self._change(size)
        finalize(answer, self._change, -size).atexit = False

    def _may_collect(self) -> bool:
        """Return whether the last time was long enough ago; it takes up to some tenths of a second."""
        now = self._clock()
        with self._lock:
            if now < self._next_collection:
                return False
            self._next_collection = now + PAUSE
        return True

    def _change(self, values: int) -> None:
        with self._lock:
            self.values += values
