"""The enums of jockeys: the vocabularies, and the names of columns, keys and statistics."""

from enum import Enum
from typing import TYPE_CHECKING

from graphql_api.jockeys import bands, race_kinds, vocabulary
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.labels import LABELS
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS
from graphql_api.jockeys.summaries import NUMERICS
from graphql_api.schema.enums import declare, enum_of

VOCABULARIES = vocabulary.ENUMS
for _each in VOCABULARIES:
    declare(_each, vocabulary.DESCRIPTIONS, LABELS)
for _each in (bands.FavouriteBand, bands.PaceBand):
    declare(_each, bands.BAND_DESCRIPTIONS, LABELS)
for _each in (bands.OddsBand, bands.Weekday):
    declare(_each, bands.BAND_DESCRIPTIONS)
for _each in (race_kinds.RaceType, race_kinds.RaceCategory):
    declare(_each, race_kinds.KIND_DESCRIPTIONS, LABELS)

if TYPE_CHECKING:  # made of tables, so that all that can be known of them is that they are enums
    GroupKey = Enum
    GroupOrderField = Enum
    NumericField = Enum
    RaceRecordOrderField = Enum
    SourceColumn = Enum
else:
    SourceColumn = Enum("SourceColumn", {source.name: source.header for source in SOURCES})
    SourceColumn.__doc__ = "Columns of the source file, with English names."
    declare(SourceColumn, {member: f"The column {member.value}." for member in SourceColumn})

    RaceRecordOrderField = enum_of(
        "RaceRecordOrderField",
        "Sort fields of race records: all fields except lists.",
        ((field.name, field.description) for field in FIELDS if not field.kind.is_list),
    )
    NumericField = enum_of(
        "NumericField",
        "Numeric fields that can be summarised.",
        ((name, numeric.description) for name, numeric in NUMERICS.items()),
    )
    GroupKey = enum_of(
        "GroupKey", "Key by which records are grouped.", ((name, key.description) for name, key in KEYS.items())
    )
    GroupOrderField = enum_of(
        "GroupOrderField",
        "Sort keys of groups: all statistics, the bounds of the intervals of rates, and the keys of `by`.",
        [
            *((statistic.name, statistic.description) for statistic in (*STATISTICS, *BOUNDS.values())),
            *((name, key.description) for name, key in KEYS.items()),
        ],
    )
