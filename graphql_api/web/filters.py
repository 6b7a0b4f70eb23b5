"""Filters as query parameters, made of the table of kinds: ``racecourse=中山&date_gte=2022-01-01&grade_in=GI,GII``."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from graphql_api.errors import BadUserInput
from graphql_api.tables.conditions import EVERYTHING, All, Comparison, Condition, Where
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import FLAG
from graphql_api.tables.operators import OPERATORS
from graphql_api.text import MAX_LENGTH
from graphql_api.web.query_string import SHOWN

MAX_COMPARED_LENGTH = 64
"""Maximum length of a name for which similar names are searched: twice the length of the longest name."""

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: its field, its operator of ``OPERATORS``, and how its text is read.

    ``pattern`` has to match the whole text. None allows any. ``read`` raises ``ValueError`` for a text that matches
    but is not a value. ``words`` describe a value. ``schema`` is the text's JSON Schema.
    """

    field: Field
    operator: str
    pattern: str | None
    read: Read
    words: str
    schema: Mapping[str, Any]


def filter_parameters(fields: Iterable[Field]) -> Mapping[str, Parameter]:
    """Return the filter parameters of a table by name. A field's own name tests equality, others end in an operator.

    Lists have none.
    """
    return MappingProxyType(
        {
            field.name if operator == "eq" else f"{field.name}_{operator}": _parameter(field, operator)
            for field in fields
            if not field.kind.is_list
            for operator in field.kind.operators
        }
    )


def _parameter(field: Field, operator: str) -> Parameter:
    operand = OPERATORS[operator].operand
    kind = FLAG if operand == "flag" else field.kind
    if operand != "list":
        return Parameter(field, operator, kind.pattern, kind.read, kind.words, kind.schema)
    pattern = kind.pattern and f"(?:{kind.pattern})(?:,(?:{kind.pattern}))*"
    words = f"{kind.words}, or several separated by commas"
    schema = {"type": "string", **({"pattern": f"^(?:{pattern})$"} if pattern else {})}
    return Parameter(field, operator, pattern, partial(_read_list, kind.read), words, schema)


def _read_list(read: Read, text: str) -> frozenset[Any]:
    return frozenset(map(read, text.split(",")))


def read_condition(
    parameters: Mapping[str, Parameter], given: Iterable[tuple[str, str]], others: Iterable[str]
) -> Condition:
    """Read filters, all of which have to match. ``others`` are the parameters that are not filters. They are ignored.

    An empty parameter counts as absent. Raises ``BadUserInput`` for an unknown parameter, one given twice, and a value
    that is not of its type.
    """
    parts: dict[str, Where] = {}
    passed = frozenset(others)
    for name, text in given:
        if name in passed or not text:
            continue
        if name not in parameters:
            raise BadUserInput(_unknown(name, parameters, passed))
        parameter = parameters[name]
        if name in parts:
            raise BadUserInput(
                f"Parameter '{name}' is given more than once. Use '{parameter.field.name}_in' for several values."
            )
        parts[name] = Where(parameter.field.name, (Comparison(parameter.operator, _operand(name, parameter, text)),))
    return All(tuple(parts.values())) if parts else EVERYTHING


def _operand(name: str, parameter: Parameter, text: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise BadUserInput(f"Parameter '{name}' is longer than {MAX_LENGTH} characters.")
    try:
        if parameter.pattern is not None and not re.fullmatch(parameter.pattern, text):
            raise ValueError(text)  # noqa: TRY301 - told as all else that is wrong
        return parameter.read(text)
    except ValueError as error:
        raise BadUserInput(f"Parameter '{name}' must be {parameter.words}, not '{text[:SHOWN]}'.") from error


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a sentence that suggests the known names similar to ``name``. Empty if there are none."""
    close = difflib.get_close_matches(name, known, 1) if len(name) <= MAX_COMPARED_LENGTH else []
    return f" Did you mean '{close[0]}'?" if close else ""


def _unknown(name: str, parameters: Mapping[str, Parameter], others: Iterable[str]) -> str:
    guess = suggestion(name, (*parameters, *others))
    operators = [f"_{each}" for each in OPERATORS if any(known.operator == each for known in parameters.values())]
    *all_but_last, last = operators[1:]
    fields = ", ".join(dict.fromkeys(known.field.name for known in parameters.values()))
    return (
        f"Unknown parameter '{name[:SHOWN]}'.{guess} Parameters are {', '.join(sorted(others))}; and filters, each "
        f"also with {', '.join(all_but_last)} or {last} behind it where its type has that: {fields}."
    )
