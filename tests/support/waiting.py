"""Waiting for what another thread or process does, for so long that a busy machine fails no test."""

import time
from collections.abc import Callable

from fakes import PATIENCE


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; say whether it does in the end."""
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()
