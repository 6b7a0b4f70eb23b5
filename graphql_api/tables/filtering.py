"""Filters over rows: tests judge a column's distinct values, and rows take the verdict of their value.

Conditions are plain, hashable data, so that they can name a choice of rows in caches. A null value passes no test but
``is_null``; ``Not`` is the plain complement, so it takes what is null.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from graphql_api.tables.table import ColumnTable
from graphql_api.text import compatible, searchable


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test of a value: an operator of ``OPERATORS``, and what it compares with.

    The operand is of the field's type; a frozenset for ``in``, a bool for ``is_null``, and for the operators of lists
    the tests that elements have to pass.
    """

    operator: str
    operand: Any


@dataclass(frozen=True, slots=True)
class Where:
    """A field whose value has to pass all tests."""

    field: str
    tests: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part has to hold; holds where there is none."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part has to hold; fails where there is none."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Condition"


Condition = Where | All | AnyOf | Not
Check = Callable[[Any], bool]

EVERYTHING = All(())

Pay = Callable[[int], None]
"""Told of work before it is done, in values of a list that could be written meanwhile; raises to prevent it."""


def free(_amount: int) -> None:
    """Let all work be done."""


def mask(table: ColumnTable, condition: Condition, pay: Pay = free) -> np.ndarray:
    """Judge all rows: a boolean for each. Each test is paid for before it is made."""
    match condition:
        case Where(field, tests):
            return _passing(table, field, tests, pay).take(table.fields[field].codes)
        case Not(part):
            return ~mask(table, part, pay)
        case All(parts):
            verdicts = (mask(table, each, pay) for each in parts)
            return reduce(np.logical_and, verdicts, np.ones(table.rows, np.bool_))
        case AnyOf(parts):
            verdicts = (mask(table, each, pay) for each in parts)
            return reduce(np.logical_or, verdicts, np.zeros(table.rows, np.bool_))


def _passing(table: ColumnTable, field: str, tests: Iterable[Comparison], pay: Pay) -> np.ndarray:
    """Say which of a field's distinct values pass all tests."""
    amount = 2 * (len(table.fields[field].values) + table.weight - table.rows)

    def verdict(test: Comparison) -> np.ndarray:
        pay(amount)
        return judge(test, _forms(table, field, test.operator))

    return reduce(np.logical_and, map(verdict, tests))


def judge(test: Comparison, values: Sequence[Any]) -> np.ndarray:
    """Say which values pass a test."""
    return np.array(list(map(_check(test), values)), np.bool_)


def _check(test: Comparison) -> Check:
    return OPERATORS[test.operator](test.operand)


_SEARCHES = frozenset({"contains", "starts_with"})


def _forms(table: ColumnTable, field: str, operator_: str) -> Sequence[Any]:
    """Give a field's distinct values as an operator compares them, texts folded once for each version."""
    values = table.fields[field].values
    if not isinstance(next((each for each in values if each is not None), None), str):
        return values
    form = searchable if operator_ in _SEARCHES else compatible
    return table.once((form, field), lambda: [None if each is None else form(each) for each in values])


def _unless_null(holds: Callable[[Any, Any], bool], operand: Any) -> Check:
    return lambda value: value is not None and holds(value, operand)


def _of_texts(holds: Callable[[str, str], bool], operand: str) -> Check:
    return _unless_null(holds, searchable(operand))


def _of_elements(summary: Callable[[Iterable[bool]], bool], tests: tuple[Comparison, ...]) -> Check:
    passes = _all_of(tests)
    return lambda values: values is not None and summary(map(passes, values))


def _of_element(place: int, tests: tuple[Comparison, ...]) -> Check:
    passes = _all_of(tests)
    return lambda values: bool(values) and passes(values[place])


def _all_of(tests: tuple[Comparison, ...]) -> Check:
    checks = list(map(_check, tests))
    return lambda value: all(each(value) for each in checks)


def _compared(operand: Any) -> Any:
    return compatible(operand) if isinstance(operand, str) else operand


OPERATORS: Mapping[str, Callable[[Any], Check]] = MappingProxyType(
    {
        "eq": lambda operand: partial(operator.eq, _compared(operand)),
        "ne": lambda operand: _unless_null(operator.ne, _compared(operand)),
        "in": lambda operand: frozenset(map(_compared, operand)).__contains__,
        "lt": lambda operand: _unless_null(operator.lt, _compared(operand)),
        "lte": lambda operand: _unless_null(operator.le, _compared(operand)),
        "gt": lambda operand: _unless_null(operator.gt, _compared(operand)),
        "gte": lambda operand: _unless_null(operator.ge, _compared(operand)),
        "is_null": lambda operand: lambda value: (value is None) is operand,
        "contains": partial(_of_texts, operator.contains),
        "starts_with": partial(_of_texts, str.startswith),
        "some": partial(_of_elements, any),
        "every": partial(_of_elements, all),
        "first": partial(_of_element, 0),
        "last": partial(_of_element, -1),
    }
)
