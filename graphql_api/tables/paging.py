"""Pages of filtered and ordered rows, by the rules of the Relay connection specification."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple

import numpy as np

from graphql_api.errors import BadUserInput
from graphql_api.tables import cursors
from graphql_api.tables.conditions import EVERYTHING, Condition
from graphql_api.tables.filtering import Pay, free, mask
from graphql_api.tables.ordering import Order, arrange
from graphql_api.tables.table import ColumnTable, Row, T, choose, span
from graphql_api.tables.windows import Rows, Window


@dataclass(slots=True, eq=False)  # not frozen, as Rows
class Selection(Generic[T]):
    """Rows of a table before paging: ``rows`` are their numbers in ascending order. None means all.

    ``key`` names the choice within one version of the table.
    """

    records: T
    rows: np.ndarray | None = None
    key: Hashable = None

    @classmethod
    def where(cls, table: T, condition: Condition, pay: Pay = free) -> "Selection[T]":
        """Return the rows that match a condition. ``pay`` receives the cost of the work, and may raise."""
        if condition is EVERYTHING or condition == EVERYTHING:
            return cls(table)
        return cls(table, np.flatnonzero(mask(table, condition, pay)), condition)

    @property
    def numbers(self) -> np.ndarray:
        """Return the row numbers, ascending."""
        return np.arange(self.records.rows) if self.rows is None else self.rows

    def __len__(self) -> int:
        """Count the rows."""
        return self.records.rows if self.rows is None else len(self.rows)


@dataclass(slots=True, eq=False)  # not frozen, as Rows
class PageArguments:
    """The arguments of a page. ``at_most`` is the maximum of ``first`` and ``last``."""

    at_most: int
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        """Raise ``BadUserInput`` for counts out of range."""
        check_count("first", self.first, self.at_most)
        check_count("last", self.last, self.at_most)


class Page(NamedTuple, Generic[T]):
    """A window on a selection, and whether there are rows before and after it."""

    window: Window[Row[T]]
    has_previous: bool
    has_next: bool


def check_count(argument: str, count: int | None, at_most: int) -> None:
    """Raise ``BadUserInput`` for a count below zero or above the maximum."""
    if count is None:
        return
    if count < 0:
        raise BadUserInput(f"Argument '{argument}' must not be negative; it is {count}.")
    if count > at_most:
        raise BadUserInput(f"Argument '{argument}' must be at most {at_most}; it is {count}. Use several pages.")


def page_work(table: ColumnTable, orders: Sequence[Order], *, filtered: bool) -> int:
    """Return the work for a page without its rows, in values of a list: cursors, selection and ranks of orders.

    A page of all rows in the order of the table needs no work if the table has its cursors.
    """
    return (4 + 8 * len(orders)) * table.weight if filtered or orders or not cursors.are_made(table) else 0


def page(selection: Selection[T], orders: tuple[Order, ...], asked: PageArguments) -> Page[T]:
    """Return a page. A cursor marks its row's place in this order, even if the filter excludes that row."""
    table = selection.records
    after = None if asked.after is None else cursors.find(table, asked.after, "after")
    before = None if asked.before is None else cursors.find(table, asked.before, "before")
    if selection.rows is None and not orders:
        start, stop = _bounds(table.rows, 0 if after is None else after + 1, before, asked)
        return Page(span(table, start, stop), start > 0, stop < table.rows)
    marks = [row for row in (after, before) if row is not None]
    ordered = arrange(table, np.union1d(selection.numbers, marks).astype(np.intp), orders)
    chosen = np.isin(ordered, selection.numbers) if marks else np.ones(len(ordered), np.bool_)
    start, stop = _bounds(
        len(selection),
        0 if after is None else _chosen_before(ordered, chosen, after, following=True),
        None if before is None else _chosen_before(ordered, chosen, before, following=False),
        asked,
    )
    rows = Rows(ordered[chosen][start:stop], stop - start, key=(selection.key, orders, start, stop))
    return Page(choose(table, rows), start > 0, stop < len(selection))


def _chosen_before(ordered: np.ndarray, chosen: np.ndarray, row: int, *, following: bool) -> int:
    """Count the selected rows before a row. With ``following``, include the row itself."""
    place = int(np.flatnonzero(ordered == row)[0])
    return int(np.count_nonzero(chosen[: place + following]))


def _bounds(count: int, start: int, stop: int | None, asked: PageArguments) -> tuple[int, int]:
    """Return the limits of a page in ``count`` rows between two cursors."""
    stop = max(count if stop is None else stop, start)
    if asked.first is not None:
        stop = min(stop, start + asked.first)
    if asked.last is not None:
        start = max(start, stop - asked.last)
    return start, stop
