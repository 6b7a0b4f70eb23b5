"""Enums: vocabularies and names as GraphQL shows them, and those that orders share."""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import strawberry

from graphql_api.execution.private_names import enum_values
from graphql_api.language import LANGUAGES, Label, Language

NO_LABELS: Mapping[Enum, Label] = MappingProxyType({})
_LABELS = "__labels__"


def declare(
    vocabulary_: type[Enum], descriptions: Mapping[Enum, str], labels: Mapping[Enum, Label] = NO_LABELS
) -> None:
    """Declare a vocabulary as a GraphQL enum with descriptions. ``labels`` are the texts for people."""
    strawberry.enum(vocabulary_, description=vocabulary_.__doc__)
    for value in enum_values(vocabulary_):
        value.description = descriptions[vocabulary_[value.name]]
    if labels:
        setattr(vocabulary_, _LABELS, MappingProxyType({each.name: labels[each] for each in vocabulary_}))


def labels_of(vocabulary_: type[Enum]) -> Mapping[str, Label]:
    """Return the labels of a vocabulary's members by name. Empty if it has no labels."""
    found: Mapping[str, Label] = getattr(vocabulary_, _LABELS, MappingProxyType({}))
    return found


def enum_of(name: str, description: str, members: Iterable[tuple[str, str]]) -> Any:
    """Return an enum of names in snake case with descriptions. The value of a member is its name."""
    described = dict(members)
    made: Any = Enum(name, {each.upper(): each for each in described})  # type: ignore[misc]
    made.__doc__ = description
    declare(made, {member: described[member.value] for member in made})
    return made


class Direction(Enum):
    """Sort direction."""

    ASC = "asc"
    DESC = "desc"


class Nulls(Enum):
    """Position of null values in a sort order, independent of the direction."""

    FIRST = "first"
    LAST = "last"


declare(
    Direction,
    {
        Direction.ASC: "Ascending: small to large, A to Z, old to new.",
        Direction.DESC: "Descending: large to small, Z to A, new to old.",
    },
)
declare(Nulls, {Nulls.FIRST: "Null values come first.", Nulls.LAST: "Null values come last."})
declare(Language, LANGUAGES)
