"""A circuit breaker: a model that fails again and again is not asked for a while, so that nobody waits for it.

It is kept in the process, not in the store: it costs no call, and each process finds out by ``FAILURES`` calls.
"""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 5
"""Failures in a row after which the model is not asked."""

OPEN_SECONDS = 30.0
"""Seconds for which it is not asked. Then one call is let through: if it succeeds, all are, else it waits again."""


class Breaker:
    """Whether a model may be asked; shared by threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin closed: calls are let through."""
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._open_until = 0.0

    def admits(self) -> bool:
        """Return whether a call may be made now; what came of it must be told by ``succeeded`` or ``failed``."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + OPEN_SECONDS  # one call probes, and the others wait for what comes of it
            return True

    def succeeded(self) -> None:
        """Let calls through."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open_until = self._clock() + OPEN_SECONDS
