"""A circuit breaker: a model that fails repeatedly is not called for some time, so that nobody waits for it.

Its state is in the process and not in the store, so it needs no request. Each process notices by itself.
"""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 5
"""Number of failures in a row after which the model is not called."""

OPEN_SECONDS = 30.0
"""Seconds without calls. Then one call is allowed: if it succeeds, all are. Otherwise the pause starts again."""


class Breaker:
    """Decides whether a model may be called. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start closed: calls are allowed."""
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._open_until = 0.0

    def admits(self) -> bool:
        """Return whether a call is allowed now. Its outcome must be reported by ``succeeded`` or ``failed``."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + OPEN_SECONDS  # one call probes, and the others wait for what comes of it
            return True

    def succeeded(self) -> None:
        """Report a success: allow calls."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open_until = self._clock() + OPEN_SECONDS
