"""What an operation selects beneath a field, so that the archive is asked for that and no more."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection
from strawberry.utils.str_converters import to_snake_case

from graphql_api.archive.counting import FIGURES
from graphql_api.execution.context import Context
from graphql_api.jockeys.statistics import BOUNDS

Info = strawberry.Info[Context, None]

_INTERVAL, _SUMMARY = "_interval", "summary"
_BOUNDS = ("_lower", "_upper")


def beneath(info: Info, *path: str) -> list[SelectedField]:
    """List the fields that are selected of this field's object, or at the end of a path of fields below it."""
    selected = list(fields_in(each for field in info.selected_fields for each in field.selections))
    for name in path:
        selected = list(fields_in(each for field in selected if field.name == name for each in field.selections))
    return selected


def fields_in(selections: Iterable[Selection]) -> Iterator[SelectedField]:
    """List the fields of some selections, those of fragments too."""
    for each in selections:
        if isinstance(each, SelectedField):
            yield each
        else:
            yield from fields_in(each.selections)


def names_of(fields: Iterable[SelectedField]) -> frozenset[str]:
    """Name fields in snake case."""
    return frozenset(to_snake_case(each.name) for each in fields)


def figures_of(fields: Iterable[SelectedField]) -> tuple[str, ...]:
    """Name the statistics that are selected, both bounds of an interval for the interval."""
    names: list[str] = []
    for name in sorted(names_of(fields)):
        rate = name.removesuffix(_INTERVAL)
        names += [f"{rate}{side}" for side in _BOUNDS if f"{rate}{side}" in BOUNDS] if name != rate else [name]
    return tuple(each for each in names if each in FIGURES)


def summaries_of(fields: Iterable[SelectedField]) -> list[str]:
    """Name the ``NUMERICS`` that are summarised."""
    return [_name(each.arguments["field"]) for each in fields if each.name == _SUMMARY]


def _name(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value).lower()
