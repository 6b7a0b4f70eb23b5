"""A clock for the age of cached data, which also runs while the process sleeps."""

import time
from collections.abc import Callable


def lasting_clock(
    monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
) -> Callable[[], float]:
    """Return a clock of the seconds since this call, by the given clock that has advanced more.

    While a sandbox is frozen, or before its snapshot is restored, the monotonic clock may stop, so
    data would stay hours longer than its TTL. The wall clock does not stop, but it may be set back, and then
    data would also stay too long. If it is set forward, data is only checked early.
    """
    begun, begun_wall = monotonic(), wall()
    return lambda: max(monotonic() - begun, wall() - begun_wall)
