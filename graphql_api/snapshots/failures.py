"""A cache of failures: versions that were refused, and slow reads that failed."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from cachetools import TTLCache

from graphql_api.errors import ServiceError

RETRY_PAUSE = 30.0
"""Seconds (at most the TTL) for which a stale copy is used before the failing storage is read again."""

GRACE = 0.5
"""Seconds that a request waits for the revalidation of an expired copy before it uses the copy."""

SLOW = 1.0
"""Minimum duration in seconds of a failed read that is remembered. A quick failure costs little."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The error of a key's last load, which is raised until ``retry_at``. Then the next load tries again.

    ``etag`` is the refused version. None if it is not known. ``slow`` counts the reads in a row that
    failed slowly. While it is not 0, the key is a suspect.
    """

    error: Exception
    retry_at: float
    etag: str | None = None
    slow: int = 0


class Failures:
    """A limited table of failures by key, with a circuit breaker for each. Callers lock.

    A breaker is open until ``retry_at``, then half open, as a key has one load at a time. A successful load closes
    it.
    """

    def __init__(self, entries: int, lifetime: float, pause: float, clock: Callable[[], float]) -> None:
        """Store ``entries`` failures for at most ``lifetime`` seconds. A refusal is raised for ``pause`` seconds."""
        self._failures = TTLCache[str, Failure](entries, lifetime, clock)
        self._pause = pause
        self._clock = clock

    def get(self, key: str) -> Failure | None:
        """Return the failure of a key's last load."""
        return self._failures.get(key)

    def refuse(self, key: str, error: Exception, etag: str | None) -> None:
        """Store that a version was refused, so that it is not decoded again."""
        self._failures[key] = Failure(copy_of(error), self._clock() + self._pause, etag)

    def fail(self, key: str, error: Exception, seconds: float) -> None:
        """Store a read that failed after ``seconds``, if it was slow.

        The key is not read for as long as the read took, and twice as long after each failure, so that it blocks a
        thread for at most half of the time.
        """
        before = self._failures.get(key)
        if seconds < SLOW:
            return
        slow = 1 + (before.slow if before else 0)
        pause = min(RETRY_PAUSE, seconds * 2 ** min(slow - 1, 5))
        self._failures[key] = Failure(copy_of(error), self._clock() + pause, slow=slow)

    def forget(self, key: str) -> None:
        """Delete a key's failures, because it was read or does not exist."""
        self._failures.pop(key, None)


def copy_of(error: BaseException) -> Exception:
    """Return a copy of an error. One instance that is raised in many tasks would collect all their tracebacks."""
    if isinstance(error, ServiceError):
        return copy(error)
    return RuntimeError("A load failed unexpectedly.")
