"""Lists of jockeys and of horses: pages of their tables, and matches of a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql_api.archive import costs, entries, horses
from graphql_api.archive.columns import ORDINAL, SEARCHED, is_enum, members
from graphql_api.archive.conditions import Parameters, SortKey, condition_sql, following_sql, order_columns, sort_keys
from graphql_api.archive.editions import Edition
from graphql_api.archive.entries import rows_of
from graphql_api.archive.questions import Statement
from graphql_api.errors import CursorExpired
from graphql_api.execution.context import Context
from graphql_api.tables.conditions import EVERYTHING, Condition
from graphql_api.tables.ordering import Order
from graphql_api.tables.table import ColumnTable, Row
from graphql_api.text import searchable

Found = list[Row[ColumnTable]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A table that is listed: its fields' types, other columns that are read, and the field that names a row.

    ``searched`` is an expression for the folded texts by which a row is found, and ``weight`` for what comes first of
    equal matches.
    """

    table: str
    types: Mapping[str, Any]
    others: tuple[str, ...]
    key: str
    searched: str
    weight: str
    cost: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that are read."""
        own = (f"{name}{ORDINAL}" if is_enum(kind) else name for name, kind in self.types.items())
        return (*own, *self.others)

    def keys(self, orders: Sequence[Order]) -> tuple[SortKey, ...]:
        """Return the total order: as asked, then by the field that names a row. Raises ``BadUserInput``."""
        asked = sort_keys(orders, self.types)
        named = {key.column for key in asked}
        last = order_columns(self.key, self.types[self.key])
        return (*asked, *(SortKey(each) for each in last if each not in named))

    def read(self, rows: Sequence[Sequence[Any]]) -> Found:
        """Return the rows of a table of what was read."""
        kinds = [*self.types.values(), *[None] * len(self.others)]
        read = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
        values = [
            [None if each is None else members(kind)[each] for each in column] if is_enum(kind) else column
            for kind, column in zip(kinds, read, strict=True)
        ]
        return rows_of(dict(zip((*self.types, *self.others), values, strict=True)), len(rows))


JOCKEYS = Listing(
    "jockeys",
    entries.TYPES,
    (),
    "id",
    f"list_prepend(lower(id), coalesce(names{SEARCHED}, CAST([] AS VARCHAR[])))",
    "coalesce(rides, 0)",
    costs.JOCKEYS,
)
HORSES = Listing("horses", horses.TYPES, (horses.JOCKEYS,), "name", f"[name{SEARCHED}]", "jockey_count", costs.SEARCH)


@dataclass(frozen=True, slots=True)
class List:
    """A page of a list: what is asked of it, by a cursor's row ``after``."""

    listing: Listing
    condition: Condition = EVERYTHING
    orders: tuple[Order, ...] = ()
    count: int = 0
    after: str | None = None

    def page(self, marked: Sequence[Any] | None) -> Statement:
        """Write the page and one row more; ``marked`` are the values of the order in the row ``after``."""
        parameters = Parameters()
        keys = self.listing.keys(self.orders)
        where = condition_sql(self.condition, parameters, self.listing.types)
        if marked is not None:
            where += f" AND {following_sql(keys, marked, parameters)}"
        return self._statement(
            f"SELECT {', '.join(self.listing.columns)} FROM {self.listing.table} WHERE {where} "
            f"ORDER BY {', '.join(key.sql for key in keys)} LIMIT {self.count + 1:d}",
            parameters,
        )

    def mark(self) -> Statement:
        """Write the values of the order in the row ``after``."""
        parameters = Parameters()
        columns = ", ".join(key.column for key in self.listing.keys(self.orders))
        text = f"SELECT {columns} FROM {self.listing.table} WHERE {self.listing.key} = {parameters.add(self.after)}"
        return self._statement(text, parameters)

    def counts(self, marked: Sequence[Any] | None) -> Statement:
        """Write how many rows there are on all pages, and how many of them before this page."""
        parameters = Parameters()
        where = condition_sql(self.condition, parameters, self.listing.types)
        behind = "TRUE"
        if marked is not None:
            behind = following_sql(self.listing.keys(self.orders), marked, parameters)
        text = f"SELECT count(*), count(CASE WHEN NOT {behind} THEN 1 END) FROM {self.listing.table} WHERE {where}"
        return self._statement(text, parameters)

    def _statement(self, text: str, parameters: Parameters) -> Statement:
        return Statement(text, tuple(parameters.values), (self.listing.table,))


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page as read; ``total`` counts the rows on all pages."""

    rows: Found
    total: int
    has_previous: bool
    has_next: bool


async def read_list(edition: Edition, context: Context, asked: List) -> ListPage:
    """Read a page. Raises ``CursorExpired`` where the row of its cursor is gone, and as ``Edition.ask``."""
    marked, cost = None, asked.listing.cost
    if asked.after is not None:
        marks = await edition.ask(context, asked.mark(), cost)
        if not marks:
            raise CursorExpired("The item of the cursor 'after' is no longer in the list. Start again without it.")
        marked = marks[0]
    rows = await edition.ask(context, asked.page(marked), cost)
    ((total, before),) = await edition.ask(context, asked.counts(marked), cost)
    return ListPage(asked.listing.read(rows[: asked.count]), total, before > 0, len(rows) > asked.count)


async def find(edition: Edition, context: Context, listing: Listing, query: str, first: int) -> Found:
    """Find rows by a text: exact matches first, then beginnings, then any; of equals by weight, then by key."""
    text = f"""WITH forms AS (SELECT {listing.key} AS known, unnest({listing.searched}) AS form FROM {listing.table}),
matches AS (SELECT known, min(CASE WHEN form = $1 THEN 0 WHEN starts_with(form, $1) THEN 1 ELSE 2 END) AS score
    FROM forms WHERE contains(form, $1) GROUP BY known)
SELECT {", ".join(listing.columns)} FROM matches JOIN {listing.table} ON known = {listing.key}
ORDER BY score, {listing.weight} DESC, {listing.key} LIMIT {first:d}"""
    statement = Statement(text, (searchable(query),), (listing.table,))
    return listing.read(await edition.ask(context, statement, costs.SEARCH))


async def by_keys(
    edition: Edition, context: Context, listing: Listing, keys: Sequence[str]
) -> dict[str, Row[ColumnTable]]:
    """Return rows by the field that names them; those that are not there are left out."""
    parameters = Parameters()
    marks = ", ".join(map(parameters.add, keys)) or "NULL"
    columns = ", ".join(listing.columns)
    text = f"SELECT {columns} FROM {listing.table} WHERE {listing.key} IN ({marks}) ORDER BY {listing.key}"
    statement = Statement(text, tuple(parameters.values), (listing.table,))
    rows = listing.read(await edition.ask(context, statement, listing.cost))
    return {getattr(row, listing.key): row for row in rows}
