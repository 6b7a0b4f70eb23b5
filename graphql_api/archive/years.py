"""Which years rides may be of by a condition: so that only the files of these years are opened."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from graphql_api.tables.conditions import All, AnyOf, Comparison, Condition, Where

Years = tuple[int, int]
"""The first and the last year; none where the first is later."""

ALL_YEARS: Years = (date.min.year, date.max.year)

_NAMES = frozenset({"year", "date"})


def years_of(condition: Condition) -> Years:
    """Return the years of all rides that meet a condition, and maybe more."""
    match condition:
        case Where(name, tests) if name in _NAMES:
            return overlap(map(_passing, tests))
        case All(parts):
            return overlap(map(years_of, parts))
        case AnyOf(parts) if parts:
            firsts, lasts = zip(*map(years_of, parts), strict=True)
            return min(firsts), max(lasts)
    return ALL_YEARS


def years_with(name: str, value: Any) -> Years:
    """Return the years of all rides with a value of a field or key."""
    return years_of(Where(name, (Comparison("eq", value),))) if value is not None else ALL_YEARS


def overlap(spans: Iterable[Years]) -> Years:
    """Return the years that all have in common."""
    firsts, lasts = zip(ALL_YEARS, *spans, strict=True)
    return max(firsts), min(lasts)


def _passing(test: Comparison) -> Years:
    first, last = ALL_YEARS
    match test.operator:
        case "eq":
            return _year(test.operand), _year(test.operand)
        case "in" if test.operand:
            return _year(min(test.operand)), _year(max(test.operand))
        case "lt" | "lte":
            return first, _year(test.operand)
        case "gt" | "gte":
            return _year(test.operand), last
    return ALL_YEARS


def _year(value: int | date) -> int:
    return value.year if isinstance(value, date) else value
