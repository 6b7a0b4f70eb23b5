"""Filters of rows: tests check a column's distinct values, and rows get the result of their value."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from graphql_api.tables.conditions import All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.tables.operators import judge
from graphql_api.tables.table import ColumnTable
from graphql_api.text import compatible, searchable

Pay = Callable[[int], None]
"""Receives the cost of work before it is done, in values of a list. It may raise to prevent the work."""


def free(_amount: int) -> None:
    """Accept all work without a limit."""


def mask(table: ColumnTable, condition: Condition, pay: Pay = free) -> np.ndarray:
    """Return a boolean for each row. Each test is charged before it is done."""
    match condition:
        case Where(field, tests):
            return _passing(table, field, tests, pay).take(table.fields[field].codes)
        case Not(part):
            return ~mask(table, part, pay)
        case All(parts):
            verdicts = (mask(table, part, pay) for part in parts)
            return reduce(np.logical_and, verdicts, np.ones(table.rows, np.bool_))
        case AnyOf(parts):
            verdicts = (mask(table, part, pay) for part in parts)
            return reduce(np.logical_or, verdicts, np.zeros(table.rows, np.bool_))


def _passing(table: ColumnTable, field: str, tests: Iterable[Comparison], pay: Pay) -> np.ndarray:
    """Return which of a field's distinct values pass all tests."""
    amount = 2 * (len(table.fields[field].values) + table.weight - table.rows)

    def verdict(test: Comparison) -> np.ndarray:
        pay(amount)
        return judge(test, _forms(table, field, test.operator))

    return reduce(np.logical_and, map(verdict, tests))


_SEARCHES = frozenset({"contains", "starts_with"})


def _forms(table: ColumnTable, field: str, operator_: str) -> Sequence[Any]:
    """Return a field's distinct values in the form that an operator compares. Texts are folded once a version."""
    values = table.fields[field].values
    if not isinstance(next((value for value in values if value is not None), None), str):
        return values
    form = searchable if operator_ in _SEARCHES else compatible
    return table.once((form, field), lambda: [None if value is None else form(value) for value in values])
