"""What questions cost, in values of an answer (1,000 take about a millisecond), as measured on 12 million rides."""

from collections.abc import Iterable
from types import MappingProxyType

from graphql_api.archive.counting import STREAKS

MEASURED_ROWS = 1_200_000
"""Rides that the costs are of; of more or fewer, in the years that a question may need, in proportion."""

MAX_QUESTIONS = 30
"""Questions to the archive of one request."""

PAGE = 75_000
COUNT = 30_000
COMPANIONS = 60_000
STATISTICS = 60_000
GROUPS = 60_000
STREAK = 600_000
SUMMARY = 60_000
JOCKEYS = 5_000
HORSE = 15_000
SEARCH = 25_000

_MANY_VALUES = MappingProxyType({"jockey_id": 60_000, "race_name": 60_000, "date": 60_000, "horse_name": 190_000})
"""What keys of many values cost besides."""


def grouping(by: Iterable[str], names: Iterable[str]) -> int:
    """Reckon statistics by some keys."""
    keys = list(by)
    base = GROUPS + sum(_MANY_VALUES.get(key, 0) for key in keys) if keys else STATISTICS
    return base + STREAK * bool(STREAKS.intersection(names))
