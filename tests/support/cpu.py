"""How the CPU time of some work grows with its size: a wall clock says nothing on a busy machine."""

import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Give the CPU seconds of one call, the least of three."""
    return min(_once(work) for _ in range(3))


def growth(work: Callable[[int], object], size: int) -> float:
    """Give how many times as long ``work`` takes at twice the size: 2 where it is linear, 4 where it is quadratic."""
    return seconds(lambda: work(2 * size)) / max(seconds(lambda: work(size)), 1e-4)


def _once(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
