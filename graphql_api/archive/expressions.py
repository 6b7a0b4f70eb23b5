"""SQL expressions that take the place of numpy's arrays: the formulas of the statistics, given them, write SQL.

A formula calls operators and numpy's functions, and numpy hands each call over to this class (NEP 13 and NEP 18). Null
takes the place of NaN: it passes no test, and what is reckoned with it is null.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class Sql(NDArrayOperatorsMixin):
    """An expression, of a row or of a group of rows."""

    def __init__(self, text: str, opposite: "Sql | None" = None) -> None:
        """Hold the text, which stands for itself: with brackets around what is more than a name or a call.

        ``opposite`` is what NOT makes of it, where that can be written shorter.
        """
        self.text = text
        self._opposite = opposite

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> "Sql":
        """Write one of numpy's elementwise functions; ``where`` gives null elsewhere, as ``out`` of NaN does."""
        if method != "__call__" or ufunc.__name__ not in _ELEMENTWISE:
            raise TypeError(f"No SQL for {ufunc.__name__} by {method}")
        written = _ELEMENTWISE[ufunc.__name__](*map(literal, inputs))
        first: Any = inputs[0]
        if isinstance(first, Chosen) and ufunc.__name__ in _COMPARISONS:
            return first.compared(ufunc, *inputs[1:])
        if ufunc is np.isnan:
            return Sql(written, self._known())
        if ufunc is np.invert and self._opposite is not None:
            return self._opposite
        return Sql(f"(CASE WHEN {literal(options['where'])} THEN {written} END)" if "where" in options else written)

    def __array_function__(self, function: Any, _types: Any, arguments: Any, _options: Any) -> "Sql":
        """Write one of numpy's other functions."""
        if function is np.where and isinstance(arguments[2], float) and math.isnan(arguments[2]):
            return Chosen(*arguments[:2])
        return Sql(_FUNCTIONS[function.__name__](*map(literal, arguments)))

    def _known(self) -> "Sql":
        """Write that it is not null."""
        return Known(self)

    def sum(self) -> "Sql":
        """Add up what all groups have."""
        return Sql(f"CAST(sum({self.text}) OVER () AS BIGINT)")


class Known(Sql):
    """The test that a value is not null, which aggregates of the value make themselves, and faster."""

    def __init__(self, value: Sql) -> None:
        """Test ``value``."""
        super().__init__(f"({value.text} IS NOT NULL)")
        self.value = value


class Chosen(Sql):
    """An expression that is null where a condition does not hold: engines test both faster with AND than with CASE."""

    def __init__(self, condition: Sql, value: Sql) -> None:
        """Hold both parts."""
        super().__init__(f"(CASE WHEN {condition.text} THEN {value.text} ELSE {literal(math.nan)} END)")
        self._condition = condition
        self._value = value

    def compared(self, comparison: np.ufunc, *others: Any) -> Sql:
        """Write a comparison of the value where the condition holds."""
        compared: Sql = self._condition & comparison(self._value, *others)
        return compared

    def _known(self) -> Sql:
        known: Sql = self._condition & ~np.isnan(self._value)
        return known


def literal(value: Any) -> str:
    """Write an operand: an expression, or a constant."""
    if isinstance(value, Sql):
        return value.text
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return "CAST(NULL AS DOUBLE)" if math.isnan(value) else double(value)
    if isinstance(value, int):
        return f"{value:d}"
    raise TypeError(f"No SQL for {type(value).__name__}")


def double(value: float) -> str:
    """Write a double to its last bit; with an exponent, since SQL takes other numbers for decimals."""
    text = repr(float(value))
    return text if "e" in text else f"{text}e0"


def _infix(operator: str) -> Callable[[str, str], str]:
    return lambda left, right: f"({left} {operator} {right})"


def _square(base: str, exponent: str) -> str:
    if exponent != "2":
        raise TypeError(f"No SQL for the power of {exponent}")
    return f"({base} * {base})"


_COMPARISONS = frozenset({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"})
_ELEMENTWISE: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "equal": _infix("="),
        "not_equal": _infix("<>"),
        "less": _infix("<"),
        "less_equal": _infix("<="),
        "greater": _infix(">"),
        "greater_equal": _infix(">="),
        "bitwise_and": _infix("AND"),
        "bitwise_or": _infix("OR"),
        "add": _infix("+"),
        "subtract": _infix("-"),
        "multiply": _infix("*"),
        "divide": lambda left, right: f"(CAST({left} AS DOUBLE) / CAST({right} AS DOUBLE))",
        "power": _square,
        "invert": lambda value: f"(NOT coalesce({value}, FALSE))",
        "isnan": lambda value: f"({value} IS NULL)",
        "rint": lambda value: f"round_even({value}, 0)",
        "sqrt": lambda value: f"sqrt({value})",
    }
)
_FUNCTIONS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "where": lambda chosen, value, other: f"(CASE WHEN {chosen} THEN {value} ELSE {other} END)",
        "full_like": lambda _like, value: value,  # a number stands for an array of it
    }
)
