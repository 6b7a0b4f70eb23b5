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
from graphql_api.archive.cursors import Cursors, is_of, read_cursor
from graphql_api.archive.editions import Edition
from graphql_api.archive.listing import JOCKEYS, by_keys
from graphql_api.archive.questions import IDENTITY, Rides, encoded, mark_statement, page_statement
from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.execution.context import Context
from graphql_api.tables.column import DictColumn, constant, encode
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
    columns = {name: encode(values) for name, values in zip(IDENTITY, read, strict=False)}
    columns |= {name: encoded(name, values) for name, values in zip(page.columns, read[len(IDENTITY) :], strict=True)}
    cursors = Cursors(edition.version, [row[: len(IDENTITY)] for row in chosen])
    columns[CURSOR] = DictColumn(np.arange(len(chosen)), cursors)
    if chosen:
        columns |= await _companions(edition, context, page, columns)
    else:
        columns |= {name: constant(None, 0) for name in page.fields}
    return RidePage(ColumnTable(len(chosen), columns), len(rows) > page.count)


async def _values_of(edition: Edition, context: Context, page: Page) -> Sequence[Any]:
    """Return the values that the order has in the ride that the page's cursor names."""
    assert page.after is not None  # noqa: S101 - the caller looks
    rows = await edition.ask(context, mark_statement(page.orders, read_cursor(page.after)), costs.JOCKEYS)
    if rows:
        return rows[0]
    if is_of(edition.version, page.after):
        raise BadUserInput("Argument 'after' is not a cursor of this connection.")
    raise CursorExpired("The ride of the cursor 'after' has changed. Start again without it.")


async def _companions(
    edition: Edition, context: Context, page: Page, columns: Mapping[str, DictColumn]
) -> dict[str, DictColumn]:
    """Return the columns that other files tell, of at least one ride."""
    previous_run, race = _asked(PREVIOUS, page), _asked(RACE, page)
    told: dict[str, Sequence[Any]] = {}
    rides = _as_rides(columns) if previous_run or race else []
    if previous_run:
        previous = Previous(await edition.ask(context, previous_statement(rides), costs.COMPANIONS))
        told |= {each.name: [each.compute(ride, previous(ride)) for ride in rides] for each in previous_run}
    if race:
        races = Races(await edition.ask(context, race_statement(rides), costs.COMPANIONS))
        told |= {each.name: [each.compute(ride, races(ride)) for ride in rides] for each in race}
    added = {name: DictColumn(np.arange(len(values)), values) for name, values in told.items()}
    if JOCKEY in page.fields:
        ids = columns["jockey_id"]
        known = await by_keys(edition, context, JOCKEYS, sorted(ids.values))
        added[JOCKEY] = DictColumn(ids.codes, [known[each] for each in ids.values])
    return added


def _as_rides(columns: Mapping[str, DictColumn]) -> list[dict[str, Any]]:
    """Return the rides of some columns, each with its fields by name."""
    names = [name for name in columns if name in TYPES]
    values = ([columns[name].values[code] for code in columns[name].codes.tolist()] for name in names)
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def _asked(companions: Sequence[Companion], page: Page) -> list[Companion]:
    return [each for each in companions if each.name in page.fields]


FIELDS = frozenset({*TYPES, *COMPANIONS, JOCKEY})
"""What may be asked of a ride."""
