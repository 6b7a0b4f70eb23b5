"""The enums of the API: the vocabularies, and the names of columns, keys and statistics."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import strawberry

from graphql_api.jockeys import bands, kinds, vocabulary
from graphql_api.jockeys.columns import FIELDS, SOURCES
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS
from graphql_api.jockeys.summaries import NUMERICS


def _declare(vocabulary_: type[Enum], descriptions: Mapping[Enum, str]) -> None:
    """Declare a vocabulary as a GraphQL enum, its members described."""
    definition: Any = strawberry.enum(vocabulary_, description=vocabulary_.__doc__)
    for value in definition.__strawberry_definition__.values:
        value.description = descriptions[vocabulary_[value.name]]


def enum_of(name: str, description: str, members: Iterable[tuple[str, str]]) -> Any:
    """Make an enum of names in snake case, each with its description; a member's value is the name."""
    described = dict(members)
    made: Any = Enum(name, {each.upper(): each for each in described})  # type: ignore[misc]
    made.__doc__ = description
    _declare(made, {each: described[each.value] for each in made})
    return made


VOCABULARIES = vocabulary.ENUMS
for _each in VOCABULARIES:
    _declare(_each, vocabulary.DESCRIPTIONS)
for _each in (bands.FavouriteBand, bands.OddsBand, bands.PaceBand, bands.Weekday):
    _declare(_each, bands.BAND_DESCRIPTIONS)
for _each in (kinds.RaceType, kinds.RaceCategory):
    _declare(_each, kinds.KIND_DESCRIPTIONS)

SourceColumn: Any = Enum("SourceColumn", {each.name: each.header for each in SOURCES})  # type: ignore[misc]
SourceColumn.__doc__ = "The columns of the source file, by their English names."
_declare(SourceColumn, {each: f"The column {each.value}." for each in SourceColumn})

RaceRecordOrderField: Any = enum_of(
    "RaceRecordOrderField",
    "What race records can be ordered by: every field but lists.",
    ((field.name, field.description) for field in FIELDS if field.type != list[int]),
)
NumericField: Any = enum_of(
    "NumericField", "What can be summarised in numbers.", ((name, each.description) for name, each in NUMERICS.items())
)
GroupKey: Any = enum_of(
    "GroupKey", "What records can be grouped by.", ((name, key.description) for name, key in KEYS.items())
)
GroupOrderField: Any = enum_of(
    "GroupOrderField",
    "What groups can be ordered by: every statistic, the bounds of the rates' intervals, and the keys of `by`.",
    [
        *((each.name, each.description) for each in (*STATISTICS, *BOUNDS.values())),
        *((name, key.description) for name, key in KEYS.items()),
    ],
)


class Direction(Enum):
    """Which way to sort."""

    ASC = "asc"
    DESC = "desc"


class Nulls(Enum):
    """Where null stands in an order, whichever the direction."""

    FIRST = "first"
    LAST = "last"


_declare(Direction, {Direction.ASC: "Small to large, A to Z, old to new.", Direction.DESC: "The other way round."})
_declare(Nulls, {Nulls.FIRST: "Before all values.", Nulls.LAST: "Behind all values."})
