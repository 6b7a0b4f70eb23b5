"""Statements in Athena's SQL: translated by SQLGlot, with the values as literals of its syntax tree."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from graphql_api import install_hint
from graphql_api.archive.columns import COLUMNS
from graphql_api.archive.published import Table
from graphql_api.archive.questions import Statement
from graphql_api.errors import EngineMissing, QueryTooComplex

EXTRA = "athena"
"""The extra of this package that brings SQLGlot."""

MAX_BYTES = 262_144
"""The longest text that Athena takes."""

_LISTS = frozenset(column.name for column in COLUMNS if column.type.endswith("[]"))


class Translated(NamedTuple):
    """A text in Athena's SQL, and which of its columns are lists, given as JSON."""

    text: str
    lists: frozenset[int]


def translate(statement: Statement, database: str, tables: Mapping[str, Table]) -> Translated:
    """Write a statement for Athena, over the snapshots of ``tables``.

    Raises ``EngineMissing`` without SQLGlot, and ``QueryTooComplex`` for a text that Athena does not take.
    """
    try:
        import sqlglot
        from sqlglot import exp
    except ImportError as error:
        hint = install_hint(EXTRA)
        raise EngineMissing(f"This requires SQLGlot (the extra '{EXTRA}'), which is not installed. {hint}") from error
    parsed: Any = sqlglot.parse_one(statement.text, read="duckdb")
    lists = _as_json(parsed)
    for table in list(parsed.find_all(exp.Table)):
        if table.name in tables:
            table.replace(_snapshot(table, database, tables[table.name]))
    for node in reversed(list(parsed.walk())):  # what is within others first
        written = _rewritten(node, statement.values)
        if written is not node:
            node.replace(written)
    text = parsed.sql(dialect="athena", identify=True)
    if len(text.encode()) > MAX_BYTES:
        raise QueryTooComplex("The query is too long for Athena. Use fewer conditions or values.")
    return Translated(text, lists)


def _as_json(parsed: Any) -> frozenset[int]:
    """Turn the lists among the columns of the answer into JSON: as Athena writes lists, texts cannot be told apart."""
    from sqlglot import exp

    found = set()
    for place, selected in enumerate(parsed.expressions):
        value = selected.unalias()
        if isinstance(value, exp.ArrayAgg | exp.ArraySort) or (isinstance(value, exp.Column) and value.name in _LISTS):
            value.replace(exp.JSONFormat(this=exp.cast(value.copy(), "JSON")))
            found.add(place)
    return frozenset(found)


def _snapshot(table: Any, database: str, published: Table) -> Any:
    """Name the published table in the place of the archive's own, under the name that the statement knows."""
    from sqlglot import exp

    return exp.Table(
        this=exp.to_identifier(published.name),
        db=exp.to_identifier(database),
        version=exp.Version(this="VERSION", kind="AS OF", expression=exp.Literal.number(published.snapshot)),
        alias=exp.TableAlias(this=exp.to_identifier(table.alias or table.name)),
    )


def _rewritten(node: Any, values: Sequence[Any]) -> Any:
    """Write what SQLGlot would leave as it is: parameters, and functions of DuckDB that mean another thing there."""
    from sqlglot import exp

    if isinstance(node, exp.Placeholder | exp.Parameter):
        return _literal(values[int(node.name) - 1])
    if isinstance(node, exp.Contains):
        return exp.paren(exp.StrPosition(this=node.this, substr=node.expression) > 0)
    if isinstance(node, exp.Bracket):  # beyond the end, and counted from it, a subscript is an error there
        (index,) = node.expressions
        return exp.func("ELEMENT_AT", node.this, exp.Literal.number(int(index.sql()) + 1))  # SQLGlot counts from 0
    if isinstance(node, exp.Anonymous) and node.name.lower() == "round_even":
        return _rounded(node.expressions[0])
    return node


def _literal(value: Any) -> Any:
    """Write a value to its last bit."""
    from sqlglot import exp

    if isinstance(value, float):
        text = "Infinity" if math.isinf(value) and value > 0 else "-Infinity" if math.isinf(value) else repr(value)
        return exp.cast(exp.Literal.string(text), "DOUBLE")
    if value is None or isinstance(value, bool | int | str | date):
        return exp.convert(value)
    raise TypeError(f"No literal for {type(value).__name__}")


def _rounded(value: Any) -> Any:
    """Round to the nearest whole number, and halves to the even one, as ``round_even`` does: Athena rounds them up."""
    from sqlglot import exp

    half = exp.EQ(
        this=exp.Abs(this=exp.paren(value - exp.Floor(this=value.copy()))), expression=exp.Literal.number("0.5")
    )
    even = exp.Literal.number("2") * exp.Round(this=exp.paren(value.copy()) / exp.Literal.number("2e0"))
    return exp.paren(exp.Case().when(half, even).else_(exp.Round(this=value.copy())))
