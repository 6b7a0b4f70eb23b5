"""Why keys cannot be given, remembered: versions that are refused, and reads that hold a thread and then fail."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from cachetools import TTLCache

from graphql_api.errors import ServiceError

RETRY_PAUSE = 30.0
"""Seconds (at most the TTL) that a stale copy answers before the failing storage is asked again."""

GRACE = 0.5
"""Seconds that an expired copy waits for its revalidation before it answers as it is."""

SLOW = 1.0
"""Seconds of a thread that a failed read must have taken to be remembered: a quick one costs little, and may pass."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The error of a key's last load, which answers until ``retry_at``; the next load then tries again.

    ``etag`` names the version that was refused, None if that is not known. ``slow`` counts the reads in a row that
    were slow to fail; the key is a suspect while there is any.
    """

    error: Exception
    retry_at: float
    etag: str | None = None
    slow: int = 0


class Failures:
    """A bounded table of failures by key: a circuit breaker for each. Callers lock.

    It is open until ``retry_at``; then half open, as a key has one load at a time; a load that ends otherwise closes
    it.
    """

    def __init__(self, entries: int, lifetime: float, pause: float, clock: Callable[[], float]) -> None:
        """Remember ``entries`` failures for at most ``lifetime`` seconds; a refusal answers for ``pause`` seconds."""
        self._failures = TTLCache[str, Failure](entries, lifetime, clock)
        self._pause = pause
        self._clock = clock

    def get(self, key: str) -> Failure | None:
        """Return the failure of a key's last load."""
        return self._failures.get(key)

    def refuse(self, key: str, error: Exception, etag: str | None) -> None:
        """Remember that a version was refused, since to decode it again would cost as much."""
        self._failures[key] = Failure(copy_of(error), self._clock() + self._pause, etag)

    def fail(self, key: str, error: Exception, seconds: float) -> None:
        """Remember a read that failed after ``seconds``, if they are many.

        The key is left alone for as long as its read took, and twice as long each further time, so that it holds a
        thread for half of the time at most.
        """
        before = self._failures.get(key)
        if seconds < SLOW:
            return
        slow = 1 + (before.slow if before else 0)
        pause = min(RETRY_PAUSE, seconds * 2 ** min(slow - 1, 5))
        self._failures[key] = Failure(copy_of(error), self._clock() + pause, slow=slow)

    def forget(self, key: str) -> None:
        """Forget a key's failures: it was read, or there is none."""
        self._failures.pop(key, None)


def copy_of(error: BaseException) -> Exception:
    """Return a copy of an error: one instance raised in many tasks would collect the tracebacks of all."""
    if isinstance(error, ServiceError):
        return copy(error)
    return RuntimeError("A load failed unexpectedly.")
