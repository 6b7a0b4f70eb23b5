"""The bands into which analysts part numbers and days: enums, their members' meanings, and what falls where."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType


class FavouriteBand(Enum):
    """Band of the rank by win odds (人気)."""

    RANK_1 = 1
    RANK_2_3 = 2
    RANK_4_6 = 4
    RANK_7_9 = 7
    RANK_10_PLUS = 10


class OddsBand(Enum):
    """Band of the win odds (単勝)."""

    ODDS_1_0_TO_1_4 = 1.0
    ODDS_1_5_TO_1_9 = 1.5
    ODDS_2_0_TO_2_9 = 2.0
    ODDS_3_0_TO_3_9 = 3.0
    ODDS_4_0_TO_4_9 = 4.0
    ODDS_5_0_TO_6_9 = 5.0
    ODDS_7_0_TO_9_9 = 7.0
    ODDS_10_0_TO_14_9 = 10.0
    ODDS_15_0_TO_19_9 = 15.0
    ODDS_20_0_TO_29_9 = 20.0
    ODDS_30_0_TO_49_9 = 30.0
    ODDS_50_0_TO_99_9 = 50.0
    ODDS_100_PLUS = 100.0


class Weekday(Enum):
    """Day of the week, Monday first."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


BAND_DESCRIPTIONS: Mapping[Enum, str] = MappingProxyType(
    {
        FavouriteBand.RANK_1: "The favourite.",
        FavouriteBand.RANK_2_3: "Second and third favourites.",
        FavouriteBand.RANK_4_6: "Fourth to sixth favourites.",
        FavouriteBand.RANK_7_9: "Seventh to ninth favourites.",
        FavouriteBand.RANK_10_PLUS: "Tenth favourites and all behind them.",
        **{band: f"Odds from {band.value:g}." for band in OddsBand},
        **{day: f"{day.name.capitalize()}s." for day in Weekday},
    }
)

_FAVOURITES, _ODDS = tuple(FavouriteBand), tuple(OddsBand)
_RANKS, _PRICES = [each.value for each in FavouriteBand], [each.value for each in OddsBand]


def favourite_band(rank: int) -> FavouriteBand:
    """Put a rank by odds, 1 or more, into its band."""
    return _FAVOURITES[bisect_right(_RANKS, rank) - 1]


def odds_band(odds: float) -> OddsBand:
    """Put odds, 1.0 or more, into their band."""
    return _ODDS[bisect_right(_PRICES, odds) - 1]


def weekday(day: date) -> Weekday:
    """Name the day of the week."""
    return Weekday(day.weekday())
