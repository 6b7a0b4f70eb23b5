"""Ordering of rows: distinct values get ranks, and rows are sorted by ranks."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from graphql_api.tables.table import ColumnTable
from graphql_api.text import compatible

SORTED_AT_ONCE = 4_096
"""Number of items sorted without a pause, which takes about 5 ms for texts."""

SAMPLED = 32
"""One of this many items is a sample, from which the limits of parts are computed."""


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order: the field of the table or column of groups, and the direction."""

    name: str
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """``distinct`` are the values without null in ascending order. ``ranks`` are their positions, null last."""

    distinct: Sequence[Any]
    ranks: np.ndarray

    def places(self, order: Order) -> np.ndarray:
        """Return the numbers to sort by."""
        last = len(self.distinct)
        if not order.descending and not order.nulls_first:
            return self.ranks
        places = last - 1 - self.ranks if order.descending else self.ranks
        return np.where(self.ranks == last, -1 if order.nulls_first else last, places)


def rank(values: Sequence[Any]) -> Ranking:
    """Return the ranking of values: enums in order of declaration, texts by compatibility form, others by value."""
    distinct = _ascending({value for value in values if value is not None})
    ranks = {value: place for place, value in enumerate(distinct)}
    ranks[None] = len(distinct)
    return Ranking(distinct, np.fromiter(map(ranks.__getitem__, values), np.int32, len(values)))


def ranking(table: ColumnTable, name: str) -> Ranking:
    """Return the ranking of a field's values, computed once for each version of the table."""
    return table.once((ranking, name), lambda: rank(table.fields[name].values))


def arrange(table: ColumnTable, rows: np.ndarray, orders: Iterable[Order]) -> np.ndarray:
    """Sort row numbers, which are in ascending order. Rows with equal keys stay in the order of the table."""
    places = [ranking(table, order.name).places(order)[table.fields[order.name].codes[rows]] for order in orders]
    return rows[np.lexsort(places[::-1])] if places else rows


def _ascending(values: set[Any]) -> list[Any]:
    """Return different values in ascending order. Texts with the same form are ordered by themselves."""
    first = next(iter(values), None)
    if isinstance(first, Enum):
        return sorted(values, key=list(type(first)).index)
    if isinstance(first, str):
        return [value for _, value in _sorted_in_parts([(compatible(value), value) for value in values])]
    return _sorted_in_parts(list(values))


def _sorted_in_parts(items: list[Any]) -> list[Any]:
    """Sort in parts of some thousand items, because nothing else can run while a list is being sorted."""
    if len(items) <= SORTED_AT_ONCE:
        return sorted(items)
    bounds = sorted(items[::SAMPLED])[:: SORTED_AT_ONCE // SAMPLED]
    parts: list[list[Any]] = [[] for _ in range(len(bounds) + 1)]
    for item in items:
        parts[bisect_right(bounds, item)].append(item)
    return [item for part in parts for item in sorted(part)]
