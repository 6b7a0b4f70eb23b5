"""The clocks of access: one that never jumps for what is held in memory, the wall clock for what processes share."""

import time
from collections.abc import Callable
from typing import NamedTuple

SECOND = 10**9


class Clock(NamedTuple):
    """``monotonic`` is in seconds, ``wall`` in nanoseconds since 1970."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], int] = time.time_ns

    def now(self) -> float:
        """Return the wall clock in seconds since 1970."""
        return self.wall() / SECOND


SYSTEM = Clock()
