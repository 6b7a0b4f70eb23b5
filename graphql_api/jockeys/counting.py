"""The base of statistics: rows in groups, and numbers of each row."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from graphql_api.jockeys.best_days import BestDays, best_days
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.streaks import Streaks, streaks
from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.tables.ordering import Order, ranking

NO_RIDES = frozenset({FinishStatus.SCRATCHED, FinishStatus.EXCLUDED, FinishStatus.ABANDONED, FinishStatus.UNKNOWN})

_HEADERS = {field.name: source.header for source in SOURCES for field in source.fields}


class Counting:
    """Rows in groups, which are all counted at once.

    ``rows`` are row numbers in ascending order. ``groups`` is the group of each, from 0 to ``group_count`` - 1.
    """

    def __init__(
        self, records: RaceRecords, rows: np.ndarray, groups: np.ndarray | None = None, group_count: int = 1
    ) -> None:
        """Store the arguments. Without ``groups`` all rows are one group."""
        self.records = records
        self.rows = rows
        self.groups = np.zeros(len(rows), np.intp) if groups is None else groups
        self.group_count = group_count

    def count(self, chosen: np.ndarray) -> np.ndarray:
        """Count the chosen rows of each group. ``chosen`` is a boolean for each row."""
        return np.bincount(self.groups[chosen], minlength=self.group_count)

    def total(self, numbers: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Return the sum of the chosen rows' numbers in each group. Numbers of chosen rows are not NaN."""
        return np.bincount(self.groups[chosen], weights=numbers[chosen], minlength=self.group_count)

    def lacks(self, field: str) -> bool:
        """Return whether the file has no column for a field of ``SOURCES``."""
        return _HEADERS[field] not in self.records.raw

    def ranks(self, field: str) -> np.ndarray:
        """Return the rank of a field's value for each row. Null is last."""
        return ranking(self.records, field).ranks.take(self._codes(field))

    def numbers(self, field: str) -> np.ndarray:
        """Return a numeric field's value for each row, NaN for null."""
        return numeric(self.records, field).take(self._codes(field))

    def among(self, field: str, members: frozenset[Any]) -> np.ndarray:
        """Return for each row whether a field's value is one of ``members``."""
        return _are(self.records, field, members).take(self._codes(field))

    def _codes(self, field: str) -> np.ndarray:
        """Return a field's code for each row. ``take`` is two to three times as fast as an index."""
        codes = self.records.fields[field].codes
        return codes if len(self.rows) == self.records.rows else codes.take(self.rows)

    @cached_property
    def rides(self) -> np.ndarray:
        """Return which rows are rides."""
        return ~self.among("finish_status", NO_RIDES)

    @cached_property
    def ride_count(self) -> np.ndarray:
        """Count the rides of each group."""
        return self.count(self.rides)

    @cached_property
    def positions(self) -> np.ndarray:
        """Return the official finishing positions of rides, NaN if there is none."""
        return np.where(self.rides, self.numbers("finish_position"), np.nan)

    @cached_property
    def odds(self) -> np.ndarray:
        """Return the win odds of rides, NaN if there are none."""
        return np.where(self.rides, self.numbers("win_odds"), np.nan)

    @cached_property
    def has_odds(self) -> np.ndarray:
        """Return which rows are rides with odds."""
        known: np.ndarray = ~np.isnan(self.odds)
        return known

    @cached_property
    def won(self) -> np.ndarray:
        """Return which rows are wins, including dead heats."""
        won: np.ndarray = self.positions == 1
        return won

    def corners(self, place: int) -> np.ndarray:
        """Return the position at one corner (0 the first, -1 the last) for each row, NaN if unknown."""
        return _corner(self.records, place).take(self._codes("corner_positions"))

    @cached_property
    def members(self) -> Sequence[np.ndarray]:
        """Return the positions in ``rows`` of each group's rows."""
        order = np.argsort(self.groups, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.groups, minlength=self.group_count))[:-1])

    @cached_property
    def win_streaks(self) -> Streaks:
        """Return each group's runs of wins."""
        return self._streaks(self.won)

    @cached_property
    def losing_streaks(self) -> Streaks:
        """Return each group's runs of rides without a win."""
        return self._streaks(~self.won)

    @cached_property
    def best_days(self) -> BestDays:
        """Return each group's days with the most wins. Rows without a date are ignored."""
        dates, days = ranking(self.records, "date").distinct, self.ranks("date")
        won = self.won & (days < len(dates))
        return best_days(self.groups[won], days[won], dates, self.group_count)

    def _streaks(self, shares: np.ndarray) -> Streaks:
        order = self.chronology
        return streaks(self.groups[order], shares[order], self.group_count)

    @cached_property
    def chronology(self) -> np.ndarray:
        """Return the rides as positions in ``rows``, ordered by group, date, R and place in the file."""
        rides = np.flatnonzero(self.rides)[::-1]  # the file is newest first
        keys = [
            ranking(self.records, name).places(Order(name, nulls_first=True)).take(self._codes(name)[rides])
            for name in ("race_number", "date")
        ]
        return rides[np.lexsort([*keys, self.groups[rides]])]


def _are(records: RaceRecords, field: str, members: frozenset[Any]) -> np.ndarray:
    """Return for each distinct value of a field whether it is one of ``members``. Cached for each version."""
    values = records.fields[field].values
    return records.once((_are, field, members), lambda: np.array([value in members for value in values], np.bool_))


def numeric(records: RaceRecords, field: str) -> np.ndarray:
    """Return a numeric field's distinct values as doubles, NaN for null. Cached for each version."""
    values = records.fields[field].values
    return records.once(
        (numeric, field), lambda: np.array([np.nan if value is None else value for value in values], np.float64)
    )


def _corner(records: RaceRecords, place: int) -> np.ndarray:
    """Return one corner's position for each distinct value of the field as doubles. Cached for each version."""
    values = records.fields["corner_positions"].values
    return records.once(
        (_corner, place), lambda: np.array([value[place] if value else np.nan for value in values], np.float64)
    )
