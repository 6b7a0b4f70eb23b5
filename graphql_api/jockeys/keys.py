"""The table of keys that rows can be grouped by: a new key is one row of ``KEYS``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from graphql_api.errors import BadUserInput
from graphql_api.jockeys.bands import (
    FavouriteBand,
    OddsBand,
    PaceBand,
    Weekday,
    favourite_band,
    odds_band,
    pace_band,
    weekday,
)
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.counting import Counting
from graphql_api.jockeys.race_kinds import RaceCategory, RaceType, race_category, race_type
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.streaks import starts
from graphql_api.jockeys.vocabulary import Surface
from graphql_api.tables.column import DictColumn, combine
from graphql_api.tables.ordering import Order, ranking

Column = Callable[[RaceRecords], DictColumn]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of grouping. ``column`` returns its value for every row of the file, None for null."""

    name: str
    type: Any
    description: str
    column: Column


def _of_row(compute: Callable[..., Any], *fields: str) -> Column:
    """Return the column of a key from fields of the row, computed once for each distinct combination."""

    def column(records: RaceRecords) -> DictColumn:
        codes, values = combine([records.fields[name] for name in fields], records.rows)
        return DictColumn(codes, list(map(compute, *values)))

    return column


def _known(compute: Callable[..., Any], *fields: str) -> Column:
    """Return the column of a key from fields of the row. Null if one of them is null."""
    return _of_row(lambda *values: None if None in values else compute(*values), *fields)


_MAX_RACECOURSE_LENGTH = 40


def _course(racecourse: str, surface: Surface, distance: int) -> str | None:
    """Return the name of a course. Null if the text of 開催 is not a name."""
    return f"{racecourse}{surface.value}{distance}" if len(racecourse) <= _MAX_RACECOURSE_LENGTH else None


def _horse_rides(of: Callable[[int], Any]) -> Column:
    """Return the column of a key from the number of the ride on its horse, from 1. Null without a ride or a name."""

    def column(records: RaceRecords) -> DictColumn:
        codes, numbers = records.once(_horse_ride_numbers, lambda: _horse_ride_numbers(records))
        return DictColumn(codes, [*map(of, numbers), None])

    return column


def _horse_ride_numbers(records: RaceRecords) -> tuple[np.ndarray, range]:
    """Return the number of each ride on its horse by date and R, as codes. One more code is null."""
    horses = ranking(records, "horse_name")
    groups = horses.ranks.take(records.fields["horse_name"].codes)
    counting = Counting(records, np.arange(records.rows), groups, len(horses.distinct) + 1)
    order = counting.chronology
    order = order[~counting.among("horse_name", _NO_NAME)[order]]
    first = starts(groups[order])
    lengths = np.diff(first, append=len(order))
    most = int(lengths.max(initial=0))
    codes = np.full(records.rows, most, np.int32)
    codes[order] = np.arange(len(order)) - np.repeat(first, lengths)
    return codes, range(1, most + 1)


_NO_NAME = frozenset({"", None})

_PLAIN = (
    "date",
    "meeting",
    "racecourse",
    "race_number",
    "race_name",
    "surface",
    "distance",
    "distance_band",
    "going",
    "weather",
    "grade",
    "race_class",
    "bracket_number",
    "horse_number",
    "field_size",
    "favourite_rank",
    "carried_weight",
    "horse_name",
    "running_style",
    "jurisdiction",
)
_FIELDS = {field.name: field for field in FIELDS}
_COMPUTED = (
    Key(
        "course",
        str,
        "Racecourse, surface and distance as one text, for example `東京芝1600` (開催, 距離). Null if one "
        "part is unknown.",
        _known(_course, "racecourse", "surface", "distance"),
    ),
    Key("race_type", RaceType, "Flat or jump race (距離).", _known(race_type, "surface")),
    Key(
        "race_category",
        RaceCategory,
        "Stakes (重賞), special (特別) or ordinary race (平場), from the race name (レース名). A race with a "
        "grade other than L is a stakes race. Any other JRA race is ordinary if its name consists "
        "only of conditions (age, class); otherwise it is special. Null for any other NAR or overseas "
        "race, because the name does not show it.",
        _of_row(race_category, "race_name", "grade", "jurisdiction"),
    ),
    Key(
        "pace_band",
        PaceBand,
        "Band of the pace (ペース). High: the first 600 m took at least 1.0 s less than the last 600 m. "
        "Slow: at least 1.0 s more. Null for jump races, and if one of the times is unknown (most NAR "
        "races, all overseas races).",
        _known(pace_band, "pace_first3f", "pace_last3f", "surface"),
    ),
    Key(
        "horse_ride_number",
        int,
        "Number of this ride among the jockey's rides on this horse, from 1, by date and R (馬名). "
        "Counted over the whole file; filters do not change it. Null for records that are not rides "
        "(取, 除).",
        _horse_rides(lambda number: number),
    ),
    Key(
        "first_horse_ride",
        bool,
        "Whether this is the jockey's first ride on this horse (テン乗り). Computed over the whole file; "
        "filters do not change it. Null for records that are not rides (取, 除).",
        _horse_rides(lambda number: number == 1),
    ),
    Key(
        "favourite_band",
        FavouriteBand,
        "Band of the rank by odds (人気).",
        _known(favourite_band, "favourite_rank"),
    ),
    Key("odds_band", OddsBand, "Band of the win odds (単勝).", _known(odds_band, "win_odds")),
    Key("year", int, "Year of the race (日付).", _known(lambda day: day.year, "date")),
    Key("month", int, "Month of the race, 1 to 12, without the year (日付).", _known(lambda day: day.month, "date")),
    Key("weekday", Weekday, "Day of the week (日付).", _known(weekday, "date")),
)


def _plain(name: str) -> Key:
    return Key(name, _FIELDS[name].type, _FIELDS[name].description, lambda records: records.fields[name])


KEYS: Mapping[str, Key] = MappingProxyType(
    {**{name: _plain(name) for name in _PLAIN}, **{key.name: key for key in _COMPUTED}}
)
"""All keys of grouping, by name."""


def check_keys(names: Sequence[str]) -> None:
    """Raise ``BadUserInput`` if the argument ``by`` names no key, or one more than once."""
    if not names:
        raise BadUserInput("Argument 'by' must name at least one key.")
    if len(set(names)) < len(names):
        raise BadUserInput("Argument 'by' names a key more than once.")


def check_order(order: Iterable[Order], names: Sequence[str]) -> None:
    """Raise ``BadUserInput`` if groups are ordered by a key that is not one of ``names``."""
    for each in order:
        if each.name in KEYS and each.name not in names:
            raise BadUserInput(f"Argument 'orderBy' names the key {each.name.upper()}, which is not in 'by'.")
