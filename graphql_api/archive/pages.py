"""Pages of rides: the columns that are asked for, as a table that execution writes column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphql_api.archive import costs
from graphql_api.archive.columns import TYPES, value_column
from graphql_api.archive.companions import (
    COMPANIONS,
    PREVIOUS,
    RACE,
    Companion,
    Previous,
    Races,
    needed_fields,
    previous_statement,
    race_statement,
)
from graphql_api.archive.cursors import cursor, is_of, read_cursor
from graphql_api.archive.editions import Edition
from graphql_api.archive.listing import JOCKEYS, by_keys
from graphql_api.archive.questions import IDENTITY, Rides, mark_statement, page_statement, value_of
from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.execution.context import Context
from graphql_api.tables.column import DictColumn
from graphql_api.tables.ordering import Order
from graphql_api.tables.table import ColumnTable, Row, choose
from graphql_api.tables.windows import Rows, Window

JOCKEY = "jockey"
"""The field that holds what the archive knows of a ride's jockey."""

CURSOR = "cursor"

RACE_ID = "race_id"
"""It is always read: fields that other slices add to a ride know its race by it."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked of some rides: a page of ``count`` behind ``after``, and the fields of its rides."""

    rides: Rides
    orders: tuple[Order, ...]
    count: int
    after: str | None
    fields: frozenset[str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the fields that are read, in one order."""
        asked = {name for name in self.fields if name in TYPES} | needed_fields(self.fields)
        return tuple(sorted((asked | {RACE_ID}) - set(IDENTITY)))


@dataclass(frozen=True, slots=True, eq=False)
class RidePage:
    """A page as read: its rides, and whether more lie behind."""

    table: ColumnTable
    has_next: bool

    @property
    def window(self) -> Window[Row[ColumnTable]]:
        """Return all rides of the page."""
        return choose(self.table, Rows(slice(None), len(self.table), everything=True))


async def read_page(edition: Edition, context: Context, page: Page) -> RidePage:
    """Read a page, and what other files tell of its rides. Raises ``BadUserInput`` and ``CursorExpired``."""
    after = None if page.after is None else await _values_of(edition, context, page)
    selected = [*IDENTITY, *map(value_column, page.columns)]
    statement = page_statement(page.rides, page.orders, selected, page.count + 1, after)
    rows = await edition.ask(context, statement, costs.PAGE)
    chosen = rows[: page.count]
    read = list(zip(*chosen, strict=True)) if chosen else [()] * len(selected)
    columns: dict[str, list[Any]] = {name: list(values) for name, values in zip(IDENTITY, read, strict=False)}
    for name, values in zip(page.columns, read[len(IDENTITY) :], strict=True):
        columns[name] = [value_of(name, value) for value in values]
    columns[CURSOR] = [cursor(edition.version, row[: len(IDENTITY)]) for row in chosen]
    if chosen:
        await _add_companions(edition, context, page, columns)
    else:
        columns |= {name: [] for name in page.fields}
    return RidePage(table_of(columns, len(chosen)), len(rows) > page.count)


def table_of(columns: Mapping[str, Sequence[Any]], rows: int) -> ColumnTable:
    """Put columns of values into a table."""
    codes = np.arange(rows)
    return ColumnTable(rows, {name: DictColumn(codes, values) for name, values in columns.items()})


async def _values_of(edition: Edition, context: Context, page: Page) -> Sequence[Any]:
    """Return the values that the order has in the ride that the page's cursor names."""
    assert page.after is not None  # noqa: S101 - the caller looks
    rows = await edition.ask(context, mark_statement(page.orders, read_cursor(page.after)), costs.JOCKEYS)
    if rows:
        return rows[0]
    if is_of(edition.version, page.after):
        raise BadUserInput("Argument 'after' is not a cursor of this connection.")
    raise CursorExpired("The ride of the cursor 'after' has changed. Start again without it.")


async def _add_companions(edition: Edition, context: Context, page: Page, columns: dict[str, list[Any]]) -> None:
    """Add the columns that other files tell."""
    names = [name for name in columns if name in TYPES]
    rides = [dict(zip(names, values, strict=True)) for values in zip(*(columns[name] for name in names), strict=True)]
    if asked := _asked(PREVIOUS, page):
        previous = Previous(await edition.ask(context, previous_statement(rides), costs.COMPANIONS))
        columns |= {each.name: [each.compute(ride, previous(ride)) for ride in rides] for each in asked}
    if asked := _asked(RACE, page):
        races = Races(await edition.ask(context, race_statement(rides), costs.COMPANIONS))
        columns |= {each.name: [each.compute(ride, races(ride)) for ride in rides] for each in asked}
    if JOCKEY in page.fields:
        known = await by_keys(edition, context, JOCKEYS, sorted(set(columns["jockey_id"])))
        columns[JOCKEY] = [known[each] for each in columns["jockey_id"]]


def _asked(companions: Sequence[Companion], page: Page) -> list[Companion]:
    return [each for each in companions if each.name in page.fields]


FIELDS = frozenset({*TYPES, *COMPANIONS, JOCKEY})
"""What may be asked of a ride."""
