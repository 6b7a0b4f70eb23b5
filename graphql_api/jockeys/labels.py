"""Labels of the vocabularies for people: in Japanese, which are the names in the source, and in English."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from graphql_api.jockeys.bands import FavouriteBand, PaceBand
from graphql_api.jockeys.race_kinds import RaceCategory, RaceType
from graphql_api.jockeys.vocabulary import (
    DistanceBand,
    FinishStatus,
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    RunningStyle,
    Surface,
    Weather,
)
from graphql_api.language import Label

_ENGLISH: Mapping[type[Enum], tuple[str, ...]] = MappingProxyType(
    {
        Jurisdiction: ("JRA", "NAR", "Overseas"),
        Weather: ("Fine", "Cloudy", "Light rain", "Rain", "Light snow", "Snow"),
        Grade: ("GI", "GII", "GIII", "J-GI", "J-GII", "J-GIII", "JpnI", "JpnII", "JpnIII", "Stakes", "Listed"),
        RaceClass: ("Newcomers", "Maiden", "1 win", "2 wins", "3 wins", "Open", "Class C", "Class B", "Class A"),
        Surface: ("Turf", "Dirt", "Jumps"),
        Going: ("Firm / Standard", "Good", "Yielding / Muddy", "Soft / Sloppy"),
        FinishStatus: (
            *("Finished", "Demoted", "Remounted", "Did not finish", "Disqualified", "Scratched", "Excluded"),
            *("Abandoned", "Unknown"),
        ),
        RunningStyle: ("Front runner", "Stalker", "Closer", "Deep closer"),
        RaceType: ("Flat", "Jumps"),
        RaceCategory: ("Stakes", "Special", "Ordinary"),
    }
)
"""English names, in the order of the members. The Japanese ones are the members' values, which the parsers read."""

LABELS: Mapping[Enum, Label] = MappingProxyType(
    {
        **{
            member: Label(str(member.value), english)
            for kind, names in _ENGLISH.items()
            for member, english in zip(kind, names, strict=True)
        },
        DistanceBand.SPRINT: Label("S(1300m以下)", "Sprint (to 1300 m)"),
        DistanceBand.MILE: Label("M(1301〜1899m)", "Mile (1301–1899 m)"),
        DistanceBand.INTERMEDIATE: Label("I(1900〜2100m)", "Intermediate (1900–2100 m)"),
        DistanceBand.LONG: Label("L(2101〜2700m)", "Long (2101–2700 m)"),
        DistanceBand.EXTENDED: Label("E(2701m以上)", "Extended (from 2701 m)"),
        FavouriteBand.RANK_1: Label("1番人気", "Favourite"),
        FavouriteBand.RANK_2_3: Label("2〜3番人気", "2nd–3rd favourite"),
        FavouriteBand.RANK_4_6: Label("4〜6番人気", "4th–6th favourite"),
        FavouriteBand.RANK_7_9: Label("7〜9番人気", "7th–9th favourite"),
        FavouriteBand.RANK_10_PLUS: Label("10番人気以下", "10th favourite or lower"),
        PaceBand.HIGH: Label("ハイペース", "High pace"),
        PaceBand.MIDDLE: Label("ミドルペース", "Middle pace"),
        PaceBand.SLOW: Label("スローペース", "Slow pace"),
    }
)
