"""The days with the most wins, computed for all groups at once."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np


class BestDays(NamedTuple):
    """For each group, the most wins on one day, the latest such day (None without wins), and their number."""

    wins: np.ndarray
    latest: np.ndarray
    days: np.ndarray


def best_days(groups: np.ndarray, days: np.ndarray, dates: Sequence[date], group_count: int) -> BestDays:
    """Return the best days. ``groups`` and ``days`` are each win's group, and the index of its day in ``dates``."""
    pairs, wins = np.unique(groups * (len(dates) + 1) + days, return_counts=True)
    groups, days = np.divmod(pairs, len(dates) + 1)
    most = np.zeros(group_count, np.int64)
    np.maximum.at(most, groups, wins)
    best = wins == most[groups]
    latest = np.full(group_count, -1)
    latest[groups[best]] = days[best]  # ascending, so that the latest stays
    known = np.array([*dates, None], object)
    return BestDays(most, known[latest], np.bincount(groups[best], minlength=group_count))
