"""Bands of numbers and days for analysis: enums with descriptions, and functions from a value to its band."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType

from graphql_api.jockeys.vocabulary import Surface


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


class PaceBand(Enum):
    """Band of the pace (ペース) of a flat race, from the times of the first and the last 600 m."""

    HIGH = "H"
    MIDDLE = "M"
    SLOW = "S"


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
        FavouriteBand.RANK_10_PLUS: "Tenth favourites and lower.",
        **{band: f"Win odds of {band.value:g} or more, up to the next band." for band in OddsBand},
        PaceBand.HIGH: "ハイペース: the first 600 m took at least 1.0 s less than the last 600 m.",
        PaceBand.MIDDLE: "ミドルペース: the two times differ by less than 1.0 s.",
        PaceBand.SLOW: "スローペース: the first 600 m took at least 1.0 s more than the last 600 m.",
        **{day: f"{day.name.capitalize()}." for day in Weekday},
    }
)

PACE_STEP = 1.0
"""Difference in seconds between the first and the last 600 m from which a pace is high or slow."""

_FAVOURITES, _ODDS = tuple(FavouriteBand), tuple(OddsBand)
_RANKS, _PRICES = [band.value for band in FavouriteBand], [band.value for band in OddsBand]


def favourite_band(rank: int) -> FavouriteBand:
    """Return the band of a rank by odds, which is 1 or more."""
    return _FAVOURITES[bisect_right(_RANKS, rank) - 1]


def odds_band(odds: float) -> OddsBand:
    """Return the band of odds, which are 1.0 or more."""
    return _ODDS[bisect_right(_PRICES, odds) - 1]


def pace_band(first3f: float, last3f: float, surface: Surface) -> PaceBand | None:
    """Return the band of a race's first and last 600 m in seconds. None for jump races, which have no first 600 m."""
    if surface is Surface.JUMP:
        return None
    slower = round(first3f - last3f, 1)
    if abs(slower) < PACE_STEP:
        return PaceBand.MIDDLE
    return PaceBand.SLOW if slower > 0 else PaceBand.HIGH


def weekday(day: date) -> Weekday:
    """Return the day of the week."""
    return Weekday(day.weekday())
