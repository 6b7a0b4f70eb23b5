"""A circuit breaker: a provider that fails repeatedly is not called for some time."""

import time
from collections.abc import Callable
from threading import Lock

from graphql_api.errors import UpstreamUnavailable

FAILURES = 3
"""Number of failures in a row after which calls stop."""

PAUSE = 10.0
"""Seconds until one call is allowed again."""


class Breaker:
    """Counts failures in a row. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start closed. ``clock`` returns seconds."""
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._next_try = 0.0

    def check(self) -> None:
        """Allow a call. Raises ``UpstreamUnavailable`` while it is open, except for one call after each pause."""
        with self._lock:
            if self._failures < FAILURES:
                return
            now = self._clock()
            if now < self._next_try:
                raise UpstreamUnavailable("The provider of race cards is not available. Try again later.", open=True)
            self._next_try = now + PAUSE

    def succeed(self) -> None:
        """Report a success: close the breaker."""
        with self._lock:
            self._failures = 0

    def fail(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._next_try = self._clock() + PAUSE
