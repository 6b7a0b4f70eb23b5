"""Groups of rows by typed keys, by the ranks of their values. All groups are counted at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphql_api.jockeys.figures import Figures
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.tables.column import DictColumn, constant
from graphql_api.tables.conditions import Comparison
from graphql_api.tables.grouping import number_groups
from graphql_api.tables.operators import judge
from graphql_api.tables.ordering import Order, Ranking, rank, ranking
from graphql_api.tables.paging import Selection


@dataclass(frozen=True, slots=True)
class Having:
    """A statistic with tests that its value must pass, or the group is excluded."""

    statistic: str
    tests: tuple[Comparison, ...]


class Groups:
    """The groups of a selection in ascending order of their keys, null last."""

    def __init__(self, selection: Selection[RaceRecords], by: Sequence[str]) -> None:
        """Group a selection by one or more keys."""
        self.selection = selection
        self.by = tuple(by)
        records, rows = selection.records, selection.numbers
        digits = [_digits(records, rows, name) for name in by]
        groups, members = number_groups(digits)
        self.figures = Figures(records, rows, groups, len(members))
        self._rankings = {name: Ranking(key.distinct, key.ranks[members]) for name, key in zip(by, digits, strict=True)}
        self.keys: Mapping[str, DictColumn] = {
            name: DictColumn(key.ranks, [*key.distinct, None]) for name, key in self._rankings.items()
        }

    def __len__(self) -> int:
        """Count the groups."""
        return self.figures.group_count

    def choose(self, having: Sequence[Having], orders: Sequence[Order]) -> np.ndarray:
        """Return the numbers of the groups that pass, in the requested order, then by their keys.

        The name of an order is a statistic, a bound of one, or a key of the grouping.
        """
        chosen = np.arange(len(self))
        for condition in having:
            values = self.figures.values(condition.statistic)
            for test in condition.tests:
                chosen = chosen[judge(test, values)[chosen]]
        places = [self._ranking(order.name).places(order)[chosen] for order in orders]
        return chosen[np.lexsort(places[::-1])] if places else chosen

    def _ranking(self, name: str) -> Ranking:
        return self._rankings.get(name) or rank(self.figures.values(name))

    def rows_of(self, group: int) -> Selection[RaceRecords]:
        """Return one group's rows as a selection."""
        own = self.selection
        key = (own.key, self.by, tuple(values[group] for values in self.keys.values()))
        return Selection(own.records, self.figures.rows[self.figures.members[group]], key)


class GroupTable:
    """Ordered groups as a table whose columns are their keys and statistics."""

    def __init__(self, groups: Groups, numbers: np.ndarray) -> None:
        """Choose groups by their numbers."""
        self.groups = groups
        self.numbers: list[int] = numbers.tolist()
        self.derived: dict[Any, Any] = {}
        self.version = object()
        self._places = np.arange(len(numbers))

    def __len__(self) -> int:
        """Count the groups."""
        return len(self.numbers)

    def key(self, name: str) -> DictColumn:
        """Return the column of a key. None if it is not in the grouping."""
        column = self.groups.keys.get(name)
        return constant(None, len(self)) if column is None else self._column(column)

    def statistic(self, name: str) -> DictColumn:
        """Return the column of a statistic. ``name`` is a name in ``STATISTICS`` or ``BOUNDS``."""
        return self._column(self.groups.figures.values(name))

    def _column(self, values: DictColumn | list[Any]) -> DictColumn:
        return DictColumn(self._places, [values[number] for number in self.numbers])


class GroupKeys:
    """The keys of one group as attributes with the names in ``KEYS``. None if a key is not in the grouping."""

    __slots__ = ("_groups", "_number")

    def __init__(self, groups: Groups, number: int) -> None:
        """Refer to one group."""
        self._groups = groups
        self._number = number

    def __getattr__(self, name: str) -> Any:
        """Return one key's value."""
        if name not in KEYS:
            raise AttributeError(name)
        values = self._groups.keys.get(name)
        return None if values is None else values[self._number]


def _digits(records: RaceRecords, rows: np.ndarray, name: str) -> Ranking:
    """Return the rank of a key's value for each row. Keys and ranks are cached for each version."""
    column = records.once((KEYS[name].column, name), lambda: KEYS[name].column(records))
    is_field = name in records.fields
    ranked = ranking(records, name) if is_field else records.once((rank, name), lambda: rank(column.values))
    return Ranking(ranked.distinct, ranked.ranks.take(column.codes.take(rows)))
