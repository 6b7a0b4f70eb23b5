"""The operators of tests: a new one is one row of ``OPERATORS``, and the kinds of values that have it name it.

A null value passes no test but ``is_null``.
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

    ``meaning`` is what the API says of it. ``check`` makes the test of a value from the operand, which is a value of
    the field's type, a frozenset of them (``list``), a bool (``flag``), or tests of a list's elements (``tests``).
    """

    meaning: str
    check: Callable[[Any], Check]
    operand: Literal["value", "list", "flag", "tests"] = "value"


def judge(test: Comparison, values: Sequence[Any]) -> np.ndarray:
    """Return which values pass a test."""
    return np.array(list(map(check(test), values)), np.bool_)


def check(test: Comparison) -> Check:
    """Return what says whether a value passes a test."""
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
        "eq": Operator("Is this.", lambda operand: partial(operator.eq, _compared(operand))),
        "ne": Operator("Is known and not this.", lambda operand: _unless_null(operator.ne, _compared(operand))),
        "in": Operator(
            "Is one of these; none where the list is empty.",
            lambda operand: frozenset(map(_compared, operand)).__contains__,
            "list",
        ),
        "lt": Operator("Is less than this.", lambda operand: _unless_null(operator.lt, _compared(operand))),
        "lte": Operator("Is this or less.", lambda operand: _unless_null(operator.le, _compared(operand))),
        "gt": Operator("Is more than this.", lambda operand: _unless_null(operator.gt, _compared(operand))),
        "gte": Operator("Is this or more.", lambda operand: _unless_null(operator.ge, _compared(operand))),
        "is_null": Operator(
            "True: is null, false: is not. Null passes no other test.",
            lambda operand: lambda value: (value is None) is operand,
            "flag",
        ),
        "contains": Operator(
            f"Holds this text, of {MAX_LENGTH} characters at most; width, letter case and kind of kana (hiragana, "
            "small) do not count.",
            partial(_of_texts, operator.contains),
        ),
        "starts_with": Operator(
            "Begins with this text; width, letter case and kind of kana do not count.",
            partial(_of_texts, str.startswith),
        ),
        "some": Operator("At least one of them passes.", partial(_of_elements, any), "tests"),
        "every": Operator("All of them pass.", partial(_of_elements, all), "tests"),
        "first": Operator("The first of them passes.", partial(_of_element, 0), "tests"),
        "last": Operator("The last of them passes.", partial(_of_element, -1), "tests"),
    }
)
