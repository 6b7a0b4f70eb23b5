"""The table of operators of tests. A new one is one row of ``OPERATORS``, and is named by the kinds that have it.

A null value passes only ``is_null``.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from graphql_api.tables.conditions import Comparison
from graphql_api.text import MAX_LENGTH, compatible, searchable

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of tests.

    ``meaning`` is its description in the API. ``check`` makes the test of a value from the operand, which is a value of
    the field's type, a frozenset of them (``list``), a bool (``flag``), or tests of a list's elements (``tests``).
    """

    meaning: str
    check: Callable[[Any], Check]
    operand: Literal["value", "list", "flag", "tests"] = "value"


def judge(test: Comparison, values: Sequence[Any]) -> np.ndarray:
    """Return which values pass a test."""
    return np.array(list(map(check(test), values)), np.bool_)


def check(test: Comparison) -> Check:
    """Return a function that returns whether a value passes a test."""
    return OPERATORS[test.operator].check(test.operand)


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
    checks = list(map(check, tests))
    return lambda value: all(passes(value) for passes in checks)


def _compared(operand: Any) -> Any:
    return compatible(operand) if isinstance(operand, str) else operand


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "eq": Operator("The value is equal to this.", lambda operand: partial(operator.eq, _compared(operand))),
        "ne": Operator(
            "The value is not null and not equal to this.",
            lambda operand: _unless_null(operator.ne, _compared(operand)),
        ),
        "in": Operator(
            "The value is one of these. With an empty list, no value matches.",
            lambda operand: frozenset(map(_compared, operand)).__contains__,
            "list",
        ),
        "lt": Operator("The value is less than this.", lambda operand: _unless_null(operator.lt, _compared(operand))),
        "lte": Operator(
            "The value is less than or equal to this.", lambda operand: _unless_null(operator.le, _compared(operand))
        ),
        "gt": Operator(
            "The value is greater than this.", lambda operand: _unless_null(operator.gt, _compared(operand))
        ),
        "gte": Operator(
            "The value is greater than or equal to this.", lambda operand: _unless_null(operator.ge, _compared(operand))
        ),
        "is_null": Operator(
            "True: the value is null. False: the value is not null. A null value fails all other conditions.",
            lambda operand: lambda value: (value is None) is operand,
            "flag",
        ),
        "contains": Operator(
            f"The value contains this text of at most {MAX_LENGTH} characters. Character width, letter case, hiragana "
            "or katakana, and small kana make no difference.",
            partial(_of_texts, operator.contains),
        ),
        "starts_with": Operator(
            "The value starts with this text. Character width, letter case, and hiragana or katakana make "
            "no difference.",
            partial(_of_texts, str.startswith),
        ),
        "some": Operator("At least one element meets these conditions.", partial(_of_elements, any), "tests"),
        "every": Operator("All elements meet these conditions.", partial(_of_elements, all), "tests"),
        "first": Operator("The first element meets these conditions.", partial(_of_element, 0), "tests"),
        "last": Operator("The last element meets these conditions.", partial(_of_element, -1), "tests"),
    }
)
