"""Filters as query parameters: ``racecourse=中山&date_gte=2022-01-01&grade_in=GI,GII``, by one table."""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from types import MappingProxyType
from typing import Any

from strawberry import ID

from graphql_api.errors import BadUserInput
from graphql_api.jockeys.columns import FIELDS, Field
from graphql_api.jockeys.filtering import EVERYTHING, All, Comparison, Condition, Where

LONGEST = 1_000
"""Characters of one value; a list of horses has room in it."""

SHOWN = 100
"""Characters of a client's text that an error repeats."""

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: the field that it tests, by which operator of ``filtering``, and how its text is read.

    ``read`` raises ``ValueError`` for what is no value; ``kind`` says in words what it would be.
    """

    field: Field
    operator: str
    read: Read
    kind: str


def _whole_number(text: str) -> int:
    if not text.removeprefix("-").isdecimal() or not text.isascii():
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _yes_or_no(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _list(read: Read, text: str) -> frozenset[Any]:
    return frozenset(map(read, text.split(",")))


def _member(vocabulary: type[Enum], text: str) -> Enum:
    return vocabulary[text]


_READERS: Mapping[Any, tuple[Read, str]] = {
    int: (_whole_number, "a whole number"),
    float: (_number, "a number"),
    bool: (_yes_or_no, "true or false"),
    date: (date.fromisoformat, "a day such as 2022-01-31"),
    str: (str, "a text"),
    ID: (str, "an id"),
}
_EQUALITY = ("eq", "ne", "in", "is_null")
_COMPARISON = (*_EQUALITY, "lt", "lte", "gt", "gte")
_OPERATORS: Mapping[Any, tuple[str, ...]] = {
    int: _COMPARISON,
    float: _COMPARISON,
    date: _COMPARISON,
    bool: ("eq", "is_null"),
    str: (*_EQUALITY, "contains", "starts_with"),
}
"""The operators by type; enums and ids know equality only, and lists (``corner_positions``) are for GraphQL."""


def _parameter(field: Field, operator: str) -> Parameter:
    if operator == "is_null":
        return Parameter(field, operator, _yes_or_no, _READERS[bool][1])
    if field.type in _READERS:
        read, kind = _READERS[field.type]
    else:
        read, kind = partial(_member, field.type), f"one of {', '.join(field.type.__members__)}"
    if operator == "in":
        return Parameter(field, operator, partial(_list, read), f"{kind}, or several separated by commas")
    return Parameter(field, operator, read, kind)


PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        field.name if operator == "eq" else f"{field.name}_{operator}": _parameter(field, operator)
        for field in FIELDS
        if field.type != list[int]
        for operator in _OPERATORS.get(field.type, _EQUALITY)
    }
)
"""Every filter parameter by name: a field's own name tests equality, other operators stand behind it."""


def read_condition(given: Iterable[tuple[str, str]], others: Iterable[str]) -> Condition:
    """Read filters, all of which have to hold; ``others`` are the parameters that are not filters, and are passed over.

    An empty parameter counts as absent. Raises ``BadUserInput`` for an unknown parameter, one given twice, and a value
    that is not of its type.
    """
    parts: dict[str, Where] = {}
    passed = frozenset(others)
    for name, text in given:
        if name in passed or not text:
            continue
        if name not in PARAMETERS:
            raise BadUserInput(_unknown(name, passed))
        if name in parts:
            raise BadUserInput(f"Parameter '{name}' is given twice; '{PARAMETERS[name].field.name}_in' takes several.")
        parts[name] = _where(name, text)
    return All(tuple(parts.values())) if parts else EVERYTHING


def _where(name: str, text: str) -> Where:
    parameter = PARAMETERS[name]
    if len(text) > LONGEST:
        raise BadUserInput(f"Parameter '{name}' is longer than {LONGEST} characters.")
    try:
        operand = parameter.read(text)
    except (ValueError, KeyError) as error:
        raise BadUserInput(f"Parameter '{name}' must be {parameter.kind}, not '{text[:SHOWN]}'.") from error
    return Where(parameter.field.name, (Comparison(parameter.operator, operand),))


def _unknown(name: str, others: Iterable[str]) -> str:
    close = difflib.get_close_matches(name[:LONGEST], [*PARAMETERS, *others], 1)
    guess = f" Did you mean '{close[0]}'?" if close else ""
    fields = ", ".join(field.name for field in FIELDS if field.name in PARAMETERS)
    return (
        f"Unknown parameter '{name[:SHOWN]}'.{guess} Parameters are {', '.join(sorted(others))}; and filters, each "
        "also with _ne, _in, _lt, _lte, _gt, _gte, _is_null, _contains or _starts_with behind it where its type has "
        f"that: {fields}."
    )
