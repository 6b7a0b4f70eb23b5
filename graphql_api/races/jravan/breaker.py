"""A circuit breaker: what fails again and again is left alone for a while."""

import time
from collections.abc import Callable
from threading import Lock

from graphql_api.errors import UpstreamUnavailable

FAILURES = 3
"""Failures in a row after which nothing is tried."""

PAUSE = 10.0
"""Seconds until one caller may try again."""


class Breaker:
    """Counts failures in a row; safe to be shared by threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin closed; ``clock`` gives seconds."""
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._next_try = 0.0

    def check(self) -> None:
        """Let a try pass. Raises ``UpstreamUnavailable`` while it is open; once a pause one caller may try."""
        with self._lock:
            if self._failures < FAILURES:
                return
            now = self._clock()
            if now < self._next_try:
                raise UpstreamUnavailable("The provider of race cards is not available. Try again later.", open=True)
            self._next_try = now + PAUSE

    def succeed(self) -> None:
        """Close it."""
        with self._lock:
            self._failures = 0

    def fail(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._next_try = self._clock() + PAUSE
