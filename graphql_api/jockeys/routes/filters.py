"""Filters as query parameters: ``racecourse=中山&date_gte=2022-01-01&grade_in=GI,GII``, by one table."""

import difflib
import re
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
from graphql_api.tables.filtering import EVERYTHING, All, Comparison, Condition, Where
from graphql_api.text import MAX_LENGTH
from graphql_api.web.query_string import SHOWN

MAX_COMPARED_LENGTH = 64
"""Characters of a name that close ones are looked for: twice the longest that there is."""

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: the field that it tests, by which operator of ``filtering``, and how its text is read.

    ``pattern`` is what the whole text has to match, None for any; ``read`` raises ``ValueError`` for what matches and
    still is no value; ``kind`` says in words what it would be.
    """

    field: Field
    operator: str
    pattern: str | None
    read: Read
    kind: str


def _list(read: Read, text: str) -> frozenset[Any]:
    return frozenset(map(read, text.split(",")))


def _member(vocabulary: type[Enum], text: str) -> Enum:
    return vocabulary[text]


_READERS: Mapping[Any, tuple[str | None, Read, str]] = {
    int: ("-?[0-9]+", int, "a whole number"),
    float: (r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", float, "a number"),
    bool: ("true|false", "true".__eq__, "true or false"),
    date: ("[0-9]{4}-[0-9]{2}-[0-9]{2}", date.fromisoformat, "a day such as 2022-01-31"),
    str: (None, str, "a text"),
    ID: (None, str, "an id"),
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
        pattern, read, kind = _READERS[bool]
    elif field.type in _READERS:
        pattern, read, kind = _READERS[field.type]
    else:
        members = field.type.__members__
        pattern, read, kind = "|".join(members), partial(_member, field.type), f"one of {', '.join(members)}"
    if operator == "in":
        pattern = pattern and f"(?:{pattern})(?:,(?:{pattern}))*"
        read, kind = partial(_list, read), f"{kind}, or several separated by commas"
    return Parameter(field, operator, pattern, read, kind)


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
    if len(text) > MAX_LENGTH:
        raise BadUserInput(f"Parameter '{name}' is longer than {MAX_LENGTH} characters.")
    try:
        if parameter.pattern is not None and not re.fullmatch(parameter.pattern, text):
            raise ValueError(text)  # noqa: TRY301 - told as all else that is wrong
        operand = parameter.read(text)
    except ValueError as error:
        raise BadUserInput(f"Parameter '{name}' must be {parameter.kind}, not '{text[:SHOWN]}'.") from error
    return Where(parameter.field.name, (Comparison(parameter.operator, operand),))


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names what is known and close to ``name``; empty where nothing is."""
    close = difflib.get_close_matches(name, known, 1) if len(name) <= MAX_COMPARED_LENGTH else []
    return f" Did you mean '{close[0]}'?" if close else ""


def _unknown(name: str, others: Iterable[str]) -> str:
    guess = suggestion(name, (*PARAMETERS, *others))
    fields = ", ".join(field.name for field in FIELDS if field.name in PARAMETERS)
    return (
        f"Unknown parameter '{name[:SHOWN]}'.{guess} Parameters are {', '.join(sorted(others))}; and filters, each "
        "also with _ne, _in, _lt, _lte, _gt, _gte, _is_null, _contains or _starts_with behind it where its type has "
        f"that: {fields}."
    )
