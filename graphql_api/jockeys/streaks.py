"""Runs of rides in a row that share something, such as a win: within groups, all of them at once."""

from typing import NamedTuple

import numpy as np


class Streaks(NamedTuple):
    """The longest run of each group, and the run that it ends with (0 where its last ride breaks it)."""

    longest: np.ndarray
    current: np.ndarray


def streaks(groups: np.ndarray, shares: np.ndarray, group_count: int) -> Streaks:
    """Count runs; ``groups`` holds each ride's group, ascending, and ``shares`` says which rides count."""
    longest = np.zeros(group_count, np.int64)
    current = longest.copy()
    if len(groups):
        first = starts(groups)
        running = _running(shares, first)
        longest[groups[first]] = np.maximum.reduceat(running, first)
        current[groups[first]] = running[np.append(first[1:], len(groups)) - 1]
    return Streaks(longest, current)


def starts(groups: np.ndarray) -> np.ndarray:
    """Return the positions where a group begins; ``groups`` is ascending."""
    return np.flatnonzero(np.diff(groups, prepend=-1))


def _running(shares: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Count the rides in a row that end at each ride; ``first`` are the positions where groups begin."""
    total = np.cumsum(shares)
    before = np.where(shares, -1, total)
    before[first] = total[first] - shares[first]
    return total - np.maximum.accumulate(before)
