"""Enums: vocabularies and names as GraphQL shows them, and those that orders share."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import strawberry

from graphql_api.execution.private_names import enum_values


def declare(vocabulary_: type[Enum], descriptions: Mapping[Enum, str]) -> None:
    """Declare a vocabulary as a GraphQL enum, its members described."""
    strawberry.enum(vocabulary_, description=vocabulary_.__doc__)
    for value in enum_values(vocabulary_):
        value.description = descriptions[vocabulary_[value.name]]


def enum_of(name: str, description: str, members: Iterable[tuple[str, str]]) -> Any:
    """Return an enum of names in snake case, each with its description; a member's value is the name."""
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
