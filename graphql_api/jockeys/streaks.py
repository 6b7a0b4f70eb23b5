"""Runs of consecutive rides with a property, such as a win, computed for all groups at once."""

from typing import NamedTuple

import numpy as np


class Streaks(NamedTuple):
    """The longest run of each group, and its last run (0 if the last ride does not have the property)."""

    longest: np.ndarray
    current: np.ndarray


def streaks(groups: np.ndarray, shares: np.ndarray, group_count: int) -> Streaks:
    """Return the runs. ``groups`` is each ride's group in ascending order. ``shares``: the rides with the property."""
    longest = np.zeros(group_count, np.int64)
    current = longest.copy()
    if len(groups):
        first = starts(groups)
        running = _running(shares, first)
        longest[groups[first]] = np.maximum.reduceat(running, first)
        current[groups[first]] = running[np.append(first[1:], len(groups)) - 1]
    return Streaks(longest, current)


def starts(groups: np.ndarray) -> np.ndarray:
    """Return the positions at which groups start. ``groups`` is in ascending order."""
    return np.flatnonzero(np.diff(groups, prepend=-1))


def _running(shares: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return the length of the run that ends at each ride. ``first`` are the positions at which groups start."""
    total = np.cumsum(shares)
    before = np.where(shares, -1, total)
    before[first] = total[first] - shares[first]
    return total - np.maximum.accumulate(before)
