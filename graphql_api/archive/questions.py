"""Questions about rides as statements of SQL: pages, counts, statistics, groups, and the numbers of a summary."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql_api.archive.columns import FILE_ROW, TIE, TYPES, is_enum, members, value_column
from graphql_api.archive.conditions import (
    Parameters,
    SortKey,
    condition_sql,
    following_sql,
    order_columns,
    sort_keys,
    test_sql,
)
from graphql_api.archive.counting import FIGURES, SqlCounting, best_days_sql, streaks_sql
from graphql_api.archive.years import ALL_YEARS, Years, overlap, years_of, years_with
from graphql_api.errors import BadUserInput
from graphql_api.jockeys.grouping import Having
from graphql_api.jockeys.summaries import NUMERICS
from graphql_api.tables.column import DictColumn, encode
from graphql_api.tables.conditions import EVERYTHING, All, Condition, Where
from graphql_api.tables.ordering import Order

JOCKEY, HORSE = "jockey_id", "horse_name"

NEWEST_FIRST = (
    SortKey("date", descending=True),
    SortKey("race_number", descending=True),
    SortKey(TIE),
    SortKey("racecourse"),
    SortKey("horse_number"),
    SortKey(JOCKEY),
    SortKey(FILE_ROW, descending=True),
)
"""The order of the table, in which each file's rides keep their own order: so sums add up in the very same order."""

IDENTITY = (JOCKEY, FILE_ROW, "date", "race_number", "horse_number")
"""Columns by which a cursor knows a ride."""


_FROM_RIDES = re.compile(r"\bFROM rides\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, the values of its parameters, the tables that it reads, and the years of all rides that it takes."""

    text: str
    values: tuple[Any, ...] = ()
    tables: tuple[str, ...] = ("rides",)
    years: Years = ALL_YEARS

    def over(self, view: str) -> str:
        """Return the text with a view of some years in the place of the table of rides."""
        return _FROM_RIDES.sub(f"FROM {view} AS rides", self.text)


@dataclass(frozen=True, slots=True)
class Rides:
    """A choice of rides: those that meet a condition and have the values of ``keys``, as the rides of a group have."""

    condition: Condition = EVERYTHING
    keys: tuple[tuple[str, Any], ...] = ()

    def where(self, parameters: Parameters) -> str:
        """Write the choice. Raises ``BadUserInput`` for a field that is not stored."""
        exact = [SortKey(value_column(name)).same(_held(name, value), parameters) for name, value in self.keys]
        return " AND ".join([condition_sql(self.condition, parameters), *exact])

    @property
    def years(self) -> Years:
        """Return the years of all that are chosen, and maybe more."""
        return overlap([years_of(self.condition), *(years_with(name, value) for name, value in self.keys)])

    @property
    def is_of_one(self) -> bool:
        """Return whether all are of one jockey, or of one horse."""
        return any(name in {JOCKEY, HORSE} for name, _ in self.keys) or _fixes_one(self.condition)


@dataclass(frozen=True, slots=True)
class Grouping:
    """What is counted of some rides: without ``by`` all of them are one group.

    ``names`` are statistics, or bounds of one; ``having`` and ``orders`` choose and order the groups; no more than
    ``most`` come.
    """

    rides: Rides
    names: tuple[str, ...]
    by: tuple[str, ...] = ()
    having: tuple[Having, ...] = ()
    orders: tuple[Order, ...] = ()
    most: int = 1

    @property
    def figures(self) -> tuple[str, ...]:
        """Name all that is computed, once each."""
        asked = [*self.names, *(each.statistic for each in self.having), *(each.name for each in self.orders)]
        return tuple(dict.fromkeys(name for name in asked if name in FIGURES))

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Name the columns of the keys' values."""
        return tuple(map(value_column, self.by))

    @property
    def order_columns(self) -> tuple[str, ...]:
        """Name the columns by which the keys are ordered. Those that are no values depend on one."""
        return tuple(column for name in self.by for column in order_columns(name, TYPES[name]))

    def statement(self) -> Statement:
        """Write the groups: the keys' values, the names' figures, and how many groups have rides: without keys, 0 or 1.

        Raises ``BadUserInput`` for streaks of several jockeys' rides on several horses.
        """
        parameters = Parameters()
        text = self.figures_sql(parameters)
        values = ", ".join(
            [*map(value_column, self.by), *self.names, "count(CASE WHEN records > 0 THEN 1 END) OVER () AS group_count"]
        )
        text = f"{text}\nSELECT {values} {self.chosen_sql(parameters)}"
        return Statement(text, tuple(parameters.values), years=self.rides.years)

    def summary_statement(self, numeric: str) -> Statement:
        """Write the known numbers of one of ``NUMERICS``: by group, each number and how often it occurs, ascending.

        Groups are counted from 0 in their order.
        """
        wanted, parameters = NUMERICS[numeric], Parameters()
        text = self.figures_sql(parameters)
        columns = self.key_columns
        surfaces = sorted(members(TYPES["surface"]).index(each) for each in wanted.surfaces)
        own = f" AND surface_ordinal IN ({', '.join(map(str, surfaces))})" if surfaces else ""
        (column,) = order_columns(wanted.field, _numeric_type(wanted.field))
        number = f"CAST(picked.{column} AS DOUBLE)"
        place = f"row_number() OVER ({self.order_sql}) - 1" if self.order_sql else "0"
        return Statement(
            f"""{text},
chosen AS (SELECT {"".join(f"{each}, " for each in columns)}{place} AS number
    FROM (SELECT * {self.chosen_sql(parameters)}))
SELECT chosen.number, {number} AS value, count(*) AS occurrences
FROM picked JOIN chosen ON {_same("picked", "chosen", columns)}
WHERE picked.{column} IS NOT NULL{own} GROUP BY chosen.number, {number} ORDER BY chosen.number, value""",
            tuple(parameters.values),
            years=self.rides.years,
        )

    def figures_sql(self, parameters: Parameters) -> str:
        """Write all groups with all figures: sums within, then what is reckoned with them."""
        counting, columns = SqlCounting(), self.key_columns
        written = {name: counting.figure(name) for name in self.figures}
        if counting.streaks_asked and not (self.rides.is_of_one or {JOCKEY, HORSE} & set(self.by)):
            raise BadUserInput(
                "Streaks are defined for one jockey or one horse. Group by JOCKEY or HORSE_NAME, or filter by it."
            )
        others = [each for each in self.order_columns if each not in columns]
        listed = [*columns, *(f"any_value({each}) AS {each}" for each in others)]
        listed += [f"{text} AS {name}" for name, text in counting.aggregates.items()]
        group_by = f" GROUP BY {', '.join(columns)}" if columns else ""
        statements = [
            f"picked AS (SELECT * FROM rides WHERE {self.rides.where(parameters)})",
            f"sums AS (SELECT {', '.join([*listed, 'count(*) AS records'])} FROM picked{group_by})",
        ]
        joins = ""
        for asked, name, sql in (
            (counting.streaks_asked, "streaks", streaks_sql),
            (counting.days_asked, "days", best_days_sql),
        ):
            if asked:
                statements.append(sql(columns).strip())
                joins += f" LEFT JOIN {name} ON {_same('sums', name, columns)}"
        figures = [f"sums.{each}" for each in (*columns, *others)]
        figures += [f"{text} AS {name}" for name, text in written.items()]
        statements.append(f"figures AS (SELECT {', '.join([*figures, 'records'])} FROM sums{joins})")
        return "WITH " + ",\n".join(statements)

    def chosen_sql(self, parameters: Parameters) -> str:
        """Write which groups are chosen, in their order."""
        passing = [
            test_sql(each.statistic, FIGURES[each.statistic].type, test, parameters)
            for each in self.having
            for test in each.tests
        ]
        where = f" WHERE {' AND '.join(passing)}" if passing else ""
        return f"FROM figures{where} {self.order_sql} LIMIT {self.most:d}"

    @property
    def order_sql(self) -> str:
        """Write the order of the groups: as asked, then by their keys."""
        keys = [key for each in self.orders for key in _order_keys(each)] + list(map(SortKey, self.order_columns))
        return f"ORDER BY {', '.join(key.sql for key in keys)}" if keys else ""


def page_statement(
    rides: Rides, orders: Sequence[Order], columns: Iterable[str], count: int, after: Sequence[Any] | None = None
) -> Statement:
    """Write a page of rides; ``after`` are the values of the order's keys in the ride before it."""
    parameters = Parameters()
    where = rides.where(parameters)
    keys = page_keys(orders)
    if after is not None:
        where += f" AND {following_sql(keys, after, parameters)}"
    order_by = ", ".join(key.sql for key in keys)
    text = f"SELECT {', '.join(columns)} FROM rides WHERE {where} ORDER BY {order_by} LIMIT {count:d}"
    return Statement(text, tuple(parameters.values), years=rides.years)


def page_keys(orders: Sequence[Order]) -> tuple[SortKey, ...]:
    """Return the total order of a page: as asked, then the table's own. Raises ``BadUserInput``."""
    asked = sort_keys(orders)
    named = {key.column for key in asked}
    return (*asked, *(key for key in NEWEST_FIRST if key.column not in named))


def mark_statement(orders: Sequence[Order], identity: Mapping[str, Any]) -> Statement:
    """Write the values that a ride has of an order's keys; no row where the ride is not there as it was."""
    parameters = Parameters()
    same = " AND ".join(SortKey(name).same(value, parameters) for name, value in identity.items())
    columns = ", ".join(key.column for key in page_keys(orders))
    years = years_with("date", identity["date"])
    return Statement(f"SELECT {columns} FROM rides WHERE {same}", tuple(parameters.values), years=years)


def count_statement(rides: Rides) -> Statement:
    """Write how many rides there are."""
    parameters = Parameters()
    text = f"SELECT count(*) FROM rides WHERE {rides.where(parameters)}"
    return Statement(text, tuple(parameters.values), years=rides.years)


def value_of(name: str, stored: Any) -> Any:
    """Return the value of a field or key of what ``value_column`` holds."""
    kind = TYPES[name]
    if stored is None:
        return None
    if is_enum(kind):
        return members(kind)[stored]
    return tuple(stored) if isinstance(stored, list) else stored


def encoded(name: str, stored: Sequence[Any]) -> DictColumn:
    """Encode a field or key of some rows of what ``value_column`` holds; each distinct value is converted once."""
    kind = TYPES[name]
    if kind == list[int]:
        return encode([None if value is None else tuple(value) for value in stored])
    column = encode(stored)
    return DictColumn(column.codes, [value_of(name, value) for value in column.values]) if is_enum(kind) else column


def _held(name: str, value: Any) -> Any:
    """Return what ``value_column`` holds for a value."""
    return members(TYPES[name]).index(value) if is_enum(TYPES[name]) and value is not None else value


def _order_keys(order: Order) -> tuple[SortKey, ...]:
    if order.name in FIGURES:
        return (SortKey(order.name, order.descending, order.nulls_first),)
    return sort_keys([order])


def _numeric_type(name: str) -> Any:
    if name not in TYPES:
        raise BadUserInput(f"The archive has no {name.upper()}. Use a query for one jockey instead.")
    return TYPES[name]


def _same(left: str, right: str, columns: Sequence[str]) -> str:
    """Write that two rows have the same keys, of which null is one."""
    return " AND ".join(f"{left}.{each} IS NOT DISTINCT FROM {right}.{each}" for each in columns) or "TRUE"


def _fixes_one(condition: Condition) -> bool:
    match condition:
        case Where(name, tests):
            return name in {JOCKEY, HORSE} and any(_is_one(test.operator, test.operand) for test in tests)
        case All(parts):
            return any(map(_fixes_one, parts))
    return False


def _is_one(operator: str, operand: Any) -> bool:
    return operator == "eq" or (operator == "in" and len(operand) == 1)
