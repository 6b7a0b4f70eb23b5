"""Statistics as SQL: the very formulas that count one jockey's rides, over columns of the table."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from graphql_api.archive.columns import NEEDED, TYPES, is_enum, members, value_column
from graphql_api.archive.expressions import Known, Sql
from graphql_api.jockeys.best_days import BestDays
from graphql_api.jockeys.counting import Counting
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS, Statistic
from graphql_api.jockeys.streaks import Streaks

FIGURES: Mapping[str, Statistic] = MappingProxyType({**{each.name: each for each in STATISTICS}, **BOUNDS})
"""The statistics and the bounds of their intervals, by name."""


STREAKS = frozenset({"longest_win_streak", "current_win_streak", "longest_losing_streak", "rides_since_last_win"})
"""The statistics of rides in a row: they take most of the time, and their order takes one jockey or one horse."""


class SqlCounting(Counting):
    """A counting whose rows are columns of the table, and whose groups' figures are expressions over aggregates.

    ``aggregates`` maps names to what the inner statement adds up; ``streaks_asked`` and ``days_asked`` say whether the
    figures refer to the runs and to the best days of each group.
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self.aggregates: dict[str, str] = {}
        self.streaks_asked = False
        self.days_asked = False

    def figure(self, name: str) -> str:
        """Write a statistic, null where no ride is of a file that has the columns it needs."""
        statistic = FIGURES[name]
        computed: Any = statistic.compute(self)
        known = [self._aggregate(f"coalesce(bool_or(has_{need}), TRUE)") for need in statistic.needs]
        assert set(statistic.needs) <= set(NEEDED)  # noqa: S101 - both come from one table
        text = f"CAST({computed.text} AS BIGINT)" if statistic.type is int else str(computed.text)
        return f"(CASE WHEN {' AND '.join(known)} THEN {text} END)" if known else text

    def count(self, chosen: Any) -> Any:
        """Count the chosen rows of each group."""
        counted = chosen.value.text if isinstance(chosen, Known) else f"CASE WHEN {chosen.text} THEN 1 END"
        return Sql(self._aggregate(f"count({counted})"))

    def total(self, numbers: Any, chosen: Any) -> Any:
        """Add up the chosen rows' numbers."""
        is_all = isinstance(chosen, Known) and chosen.value.text == numbers.text
        added = numbers.text if is_all else f"CASE WHEN {chosen.text} THEN {numbers.text} END"
        return Sql(self._aggregate(f"coalesce(sum({added}), 0e0)"))

    def numbers(self, field: str) -> Any:
        """Return a numeric field's values."""
        return Sql(f"CAST({field} AS DOUBLE)")

    def among(self, field: str, values: frozenset[Any]) -> Any:
        """Return whether a field's value is one of ``values``, which are members of a vocabulary."""
        kind = TYPES[field]
        assert is_enum(kind)  # noqa: S101 - no formula asks for others
        places = sorted(members(kind).index(value) for value in values)
        return Sql(f"({value_column(field)} IN ({', '.join(map(str, places))}))")

    def corners(self, place: int) -> Any:
        """Return the position at one corner (0 the first, -1 the last)."""
        return Sql(f"CAST(corner_positions[{place + 1 if place >= 0 else place}] AS DOUBLE)")

    @cached_property
    def win_streaks(self) -> Streaks:
        """Return each group's runs of wins, which the statement joins."""
        return self._joined_streaks("win")

    @cached_property
    def losing_streaks(self) -> Streaks:
        """Return each group's runs of rides without a win."""
        return self._joined_streaks("losing")

    @cached_property
    def best_days(self) -> BestDays:
        """Return each group's days with the most wins, which the statement joins."""
        self.days_asked = True
        named: Any = (Sql("coalesce(day_wins, 0)"), Sql("day_latest"), Sql("coalesce(day_count, 0)"))
        return BestDays(*named)

    def _joined_streaks(self, kind: str) -> Streaks:
        self.streaks_asked = True
        named: Any = (Sql(f"coalesce({kind}_longest, 0)"), Sql(f"coalesce({kind}_current, 0)"))
        return Streaks(*named)

    def _aggregate(self, text: str) -> str:
        """Name an aggregate, which is computed once however often it is asked for."""
        for name, known in self.aggregates.items():
            if known == text:
                return name
        name = f"a{len(self.aggregates)}"
        self.aggregates[name] = text
        return name


def streaks_sql(keys: Sequence[str]) -> str:
    """Write the statements that find the runs of each group in ``picked``: gaps and islands, by date, R and file."""
    rows = SqlCounting()
    ride, won = rows.rides.text, rows.won.text  # type: ignore[attr-defined]
    by = "".join(f"{key}, " for key in keys)
    within = f"PARTITION BY {', '.join(keys)} " if keys else ""
    chronology = "date ASC NULLS FIRST, race_number ASC NULLS FIRST, jockey_id ASC NULLS LAST, file_row ASC NULLS LAST"
    return f"""
ridden AS (SELECT {by}date, race_number, jockey_id, file_row, coalesce({won}, FALSE) AS has_won
    FROM picked WHERE {ride}),
placed AS (SELECT {by}has_won, row_number() OVER ({within}ORDER BY {chronology}) AS place,
    row_number() OVER (PARTITION BY {by}has_won ORDER BY {chronology}) AS place_among_like FROM ridden),
runs AS (SELECT {by}has_won, count(*) AS length, max(place) AS last FROM placed
    GROUP BY {by}has_won, place - place_among_like),
ended AS (SELECT *, max(last) OVER ({within.rstrip()}) AS newest FROM runs),
streaks AS (SELECT {by}max(CASE WHEN has_won THEN length END) AS win_longest,
    max(CASE WHEN has_won AND last = newest THEN length END) AS win_current,
    max(CASE WHEN NOT has_won THEN length END) AS losing_longest,
    max(CASE WHEN NOT has_won AND last = newest THEN length END) AS losing_current
    FROM ended{_group_by(keys)})"""


def best_days_sql(keys: Sequence[str]) -> str:
    """Write the statements that find the days with the most wins of each group in ``picked``."""
    won = SqlCounting().won.text  # type: ignore[attr-defined]
    by = "".join(f"{key}, " for key in keys)
    within = f"PARTITION BY {', '.join(keys)}" if keys else ""
    return f"""
won_days AS (SELECT {by}date, count(*) AS wins FROM picked WHERE {won} GROUP BY {by}date),
compared_days AS (SELECT *, max(wins) OVER ({within}) AS most FROM won_days),
days AS (SELECT {by}max(most) AS day_wins, max(CASE WHEN wins = most THEN date END) AS day_latest,
    count(CASE WHEN wins = most THEN 1 END) AS day_count FROM compared_days{_group_by(keys)})"""


def _group_by(keys: Sequence[str]) -> str:
    return f" GROUP BY {', '.join(keys)}" if keys else ""
