"""Time for the age of what is held in memory: it goes on while the process sleeps."""

import time
from collections.abc import Callable


def lasting_clock(
    monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
) -> Callable[[], float]:
    """Return a clock of the seconds since this call, by the one of the two given clocks that has moved more.

    While a sandbox is frozen, or its snapshot lies in wait for its restoring, the monotonic clock may stand still, so
    that data would outlive their time to live by hours. The wall clock knows better, but may be set back, for which
    data would be kept too long as well. Set forward, it only has data checked early.
    """
    begun, begun_wall = monotonic(), wall()
    return lambda: max(monotonic() - begun, wall() - begun_wall)
