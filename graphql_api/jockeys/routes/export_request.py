"""The request for a jockey's rows by query parameters: columns, rows and order."""

import re
from dataclasses import dataclass, replace
from typing import TypeVar, get_args

from graphql_api.errors import BadUserInput
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords, RaceRow, in_file
from graphql_api.jockeys.routes.filters import PARAMETERS
from graphql_api.jockeys.routes.formats import Format
from graphql_api.jockeys.routes.templates import Columns, ColumnSet, columns
from graphql_api.tables.conditions import EVERYTHING, All, Condition
from graphql_api.tables.ordering import Order
from graphql_api.tables.paging import PageArguments, Selection, page
from graphql_api.tables.table import choose
from graphql_api.tables.windows import Window
from graphql_api.text import MAX_LENGTH
from graphql_api.web.filters import read_condition, suggestion
from graphql_api.web.query_string import SHOWN, Pairs, read_switch, single

T = TypeVar("T")

COLUMN_SETS: tuple[ColumnSet, ...] = get_args(ColumnSet)
COLUMN_NAMES = tuple(field.name for field in FIELDS)
ORDER_NAMES = tuple(field.name for field in FIELDS if not field.kind.is_list)
CHOICES = ("columns", "order", "limit")
"""The parameters of every format in addition to filters."""

MAX_LIMIT = 999_999_999
_LIMIT = "[0-9]{1,9}"
_ORDER_KEY = r"([a-z0-9_]+?)(\.asc|\.desc)?(\.nullsfirst|\.nullslast)?"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A request for rows. It is hashable, as a key of responses. ``limit`` None means all rows."""

    columns: Columns
    condition: Condition = EVERYTHING
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    switches: frozenset[str] = frozenset()

    def window(self, records: RaceRecords) -> Window[RaceRow]:
        """Return the rows: races, newest first, or for the file's own columns its rows in their order."""
        if self.columns.set == "source":
            return self._in_file(records)
        arguments = PageArguments(at_most=self.limit or 0, first=self.limit)
        return page(Selection.where(records, self.condition), self.orders, arguments).window

    def _in_file(self, records: RaceRecords) -> Window[RaceRow]:
        """Return rows of the file: all, or those of the races that match the filter."""
        if self.condition == EVERYTHING and not self.orders:
            return in_file(records, None, self.limit, ordered=False)
        races = page(Selection.where(records, self.condition), self.orders, PageArguments(at_most=0)).window
        return in_file(records, races, self.limit, ordered=bool(self.orders))

    def work(self, records: RaceRecords) -> int:
        """Return the estimated work of selecting and writing the rows, in values of a list."""
        tests = len(self.condition.parts) if isinstance(self.condition, All) else 1
        rows = records.weight if self.limit is None else min(records.weight, self.limit)
        choosing = (2 * tests + 8 * len(self.orders)) * records.weight
        return choosing + rows * len(columns(records, self.columns))


_DEFAULTS = {column_set: ExportRequest(Columns(column_set)) for column_set in COLUMN_SETS}


def read_export_request(form: Format, pairs: Pairs) -> ExportRequest:
    """Read query parameters. Defaults are the format's columns and all rows.

    Raises ``BadUserInput`` for an unknown or invalid parameter, ``BadRequest`` for one that is given twice.
    """
    default = _DEFAULTS[form.columns]
    if not pairs:
        return default
    names = (*CHOICES, *form.switches)
    own = single(pairs, names)
    return ExportRequest(
        columns=_columns(own["columns"]) if "columns" in own else default.columns,
        condition=read_condition(PARAMETERS, pairs, names),
        orders=_orders(own["order"]) if "order" in own else (),
        limit=_limit(own["limit"]) if "limit" in own else None,
        switches=frozenset(name for name in form.switches if read_switch(own, name)),
    )


def transient(window: Window[RaceRow]) -> Window[RaceRow]:
    """Return the same rows without caching derived values for the file's lifetime."""
    return choose(replace(window.records, derived={}), window.rows)


def _columns(text: str) -> Columns:
    for column_set in COLUMN_SETS:
        if text == column_set:
            return Columns(column_set)
    names = _names("columns", text)
    for name in names:
        if name not in COLUMN_NAMES:
            raise BadUserInput(
                f"Parameter 'columns' must be {' or '.join(COLUMN_SETS)}, not '{name[:SHOWN]}'; or fields separated by "
                f"commas.{suggestion(name, COLUMN_NAMES)} Fields are {', '.join(COLUMN_NAMES)}."
            )
    _refuse_repeated("columns", names)
    return Columns("typed", tuple(names))


def _orders(text: str) -> tuple[Order, ...]:
    orders = tuple(map(_order, _names("order", text)))
    _refuse_repeated("order", [order.name for order in orders])
    return orders


def _order(text: str) -> Order:
    parts = re.fullmatch(_ORDER_KEY, text)
    name = parts[1] if parts else text
    if parts is None or name not in ORDER_NAMES:
        raise BadUserInput(
            "Parameter 'order' must be fields separated by commas, each with .desc and .nullsfirst behind it where "
            f"wanted, not '{text[:SHOWN]}'.{suggestion(name, ORDER_NAMES)} Fields are {', '.join(ORDER_NAMES)}."
        )
    return Order(name, descending=parts[2] == ".desc", nulls_first=parts[3] == ".nullsfirst")


def _limit(text: str) -> int:
    if not re.fullmatch(_LIMIT, text):
        raise BadUserInput(f"Parameter 'limit' must be a whole number up to {MAX_LIMIT}, not '{text[:SHOWN]}'.")
    return int(text)


def _names(parameter: str, text: str) -> list[str]:
    if len(text) > MAX_LENGTH:
        raise BadUserInput(f"Parameter '{parameter}' is longer than {MAX_LENGTH} characters.")
    return text.split(",")


def _refuse_repeated(parameter: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadUserInput(f"Parameter '{parameter}' names '{name}' more than once.")
