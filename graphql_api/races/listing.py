"""Lists of races that match a condition: one ride of the race has to match all of it."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from graphql_api.archive import costs
from graphql_api.archive.columns import TYPES
from graphql_api.archive.conditions import Parameters, SortKey, following_sql, order_columns
from graphql_api.archive.editions import Edition
from graphql_api.archive.questions import Rides, Statement
from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.execution.context import Context
from graphql_api.races.ids import netkeiba_id
from graphql_api.tables.ordering import Order

ORDER_FIELDS = (
    "date",
    "racecourse",
    "jurisdiction",
    "race_number",
    "race_name",
    "grade",
    "race_class",
    "surface",
    "distance",
    "going",
    "weather",
    "field_size",
    "pace_first3f",
    "pace_last3f",
)
"""Fields of rides by which races can be ordered. They are the same in all rides of a race."""

NO_CURSOR = "Argument 'after' is not a cursor of this connection."
_MAX_CURSOR = 100
_NEWEST_FIRST = (Order("date", descending=True),)


@dataclass(frozen=True, slots=True)
class RaceList:
    """Races with a ride that matches ``rides``: a page of ``count`` races after the cursor ``after``."""

    rides: Rides
    orders: tuple[Order, ...]
    count: int
    after: str | None = None

    @property
    def keys(self) -> tuple[SortKey, ...]:
        """Return the total order: the requested one, then newest first, then by id."""
        asked = {order.name: order for order in (*self.orders, *_NEWEST_FIRST)}
        columns = [
            (column, order) for order in asked.values() for column in order_columns(order.name, TYPES[order.name])
        ]
        keys = [SortKey(f"key_{column}", order.descending, order.nulls_first) for column, order in columns]
        return (*keys, SortKey("race_id"))

    def page_statement(self, after: Sequence[Any] | None) -> Statement:
        """Return the SQL of a page of ids, with one more id. ``after`` are the key values of the race before it."""
        parameters, keys = Parameters(), self.keys
        grouped = self._grouped(parameters)
        where = "" if after is None else f" WHERE {following_sql(keys, after, parameters)}"
        order = ", ".join(key.sql for key in keys)
        text = f"SELECT race_id FROM ({grouped}){where} ORDER BY {order} LIMIT {self.count + 1:d}"
        return Statement(text, tuple(parameters.values), years=self.rides.years)

    def mark_statement(self, race_id: str) -> Statement:
        """Return the SQL of a race's key values. It has no row if the race does not match."""
        parameters = Parameters()
        grouped = self._grouped(parameters)
        columns = ", ".join(key.column for key in self.keys)
        text = f"SELECT {columns} FROM ({grouped}) WHERE race_id = {parameters.add(race_id)}"
        return Statement(text, tuple(parameters.values), years=self.rides.years)

    def count_statement(self) -> Statement:
        """Return the SQL of the number of races."""
        parameters = Parameters()
        text = f"SELECT count(DISTINCT race_id) FROM rides WHERE {self.rides.where(parameters)}"
        return Statement(text, tuple(parameters.values), years=self.rides.years)

    def _grouped(self, parameters: Parameters) -> str:
        columns = [key.column.removeprefix("key_") for key in self.keys[:-1]]
        values = "".join(f", min({column}) AS key_{column}" for column in columns)
        where = self.rides.where(parameters)
        return f"SELECT race_id{values} FROM rides WHERE ({where}) AND race_id IS NOT NULL GROUP BY race_id"


@dataclass(frozen=True, slots=True)
class RaceIdPage:
    """The ids of a page, and whether there is a next page."""

    ids: tuple[str, ...]
    has_next: bool


async def read_page(edition: Edition, context: Context, asked: RaceList) -> RaceIdPage:
    """Read a page. Raises ``BadUserInput`` and ``CursorExpired`` for its cursor."""
    after = None if asked.after is None else await _mark(edition, context, asked, asked.after)
    rows = await edition.ask(context, asked.page_statement(after), costs.PAGE)
    return RaceIdPage(tuple(race_id for (race_id,) in rows[: asked.count]), len(rows) > asked.count)


async def count(edition: Edition, context: Context, asked: RaceList) -> int:
    """Count the races on all pages."""
    rows = await edition.ask(context, asked.count_statement(), costs.COUNT)
    return int(rows[0][0])


def cursor(version: str, race_id: str) -> str:
    """Return the cursor of a race in one version. It is valid for any filter and order."""
    return base64.urlsafe_b64encode(orjson.dumps([_short(version), race_id])).decode().rstrip("=")


async def _mark(edition: Edition, context: Context, asked: RaceList, text: str) -> Sequence[Any]:
    """Return the key values of the race of a cursor."""
    version, race_id = _read(text)
    rows = await edition.ask(context, asked.mark_statement(race_id), costs.PAGE)
    if rows:
        return rows[0]
    if version == _short(edition.version):
        raise BadUserInput(NO_CURSOR)
    raise CursorExpired("The race of the cursor 'after' has changed. Start again without it.")


def _read(text: str) -> tuple[str, str]:
    try:
        padded = text[:_MAX_CURSOR].encode() + b"=" * (-len(text) % 4)
        version, race_id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return str(version), netkeiba_id(race_id)
    except (binascii.Error, ValueError, TypeError, BadUserInput) as error:
        raise BadUserInput(NO_CURSOR) from error


def _short(version: str) -> str:
    return blake2b(version.encode(), digest_size=4).hexdigest()
