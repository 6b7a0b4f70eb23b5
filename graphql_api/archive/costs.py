"""What questions cost, in values of an answer (1,000 take about a millisecond): measured on 1.2 million rides."""

from collections.abc import Iterable

from graphql_api.archive.counting import STREAKS

MEASURED_ROWS = 1_200_000
"""Rides that the costs were measured on; of more or fewer, in the years that a question may need, in proportion."""

MAX_QUESTIONS = 30
"""Questions to the archive of one request."""

PAGE = 150_000
COUNT = 60_000
COMPANIONS = 100_000
STATISTICS = 60_000
GROUPS = 150_000
MANY_VALUES = 100_000
STREAK = 700_000
SUMMARY = 150_000
JOCKEYS = 5_000
HORSE = 15_000
SEARCH = 25_000

_MANY = frozenset({"jockey_id", "horse_name", "race_name", "date"})


def grouping(by: Iterable[str], names: Iterable[str]) -> int:
    """Reckon statistics by some keys."""
    keys = list(by)
    base = GROUPS + MANY_VALUES * len(_MANY.intersection(keys)) if keys else STATISTICS
    return base + STREAK * bool(STREAKS.intersection(names))
