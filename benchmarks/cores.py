"""Which processor cores the servers run on, and which the load generator.

A server that answers out of one thread is compared with one that has more by giving each the same core; and the load
generator, which takes as much time for long answers as the server, has others, lest the two wait for each other.
"""

import os
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager

EVERY: Set[int] = frozenset(os.sched_getaffinity(0)) if sys.platform == "linux" else frozenset()
"""All cores that this process may use; none where the system does not let anyone choose (not Linux)."""

ONE: Set[int] = frozenset(sorted(EVERY)[:1])
"""The servers' core."""

OTHERS: Set[int] = EVERY - ONE or EVERY
"""The load generator's cores."""


@contextmanager
def on(cores: Set[int]) -> Iterator[None]:
    """Run the block, and what it starts, on some cores only."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
