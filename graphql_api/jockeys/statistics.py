"""The table of statistics, as Japanese racing counts them: a new statistic is one row of ``STATISTICS``.

Rides are the rows less those without a start: scratched (取), excluded (除), abandoned, of unknown finish (blank).
Failing to finish (中), disqualification (失), demotion (降) and remounting (再) are rides. Rates are fractions from 0
to 1. A statistic is null where there is nothing to divide by, where a sum has no known value, and where the file lacks
a column that it rests on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from graphql_api.jockeys import formulas
from graphql_api.jockeys.counting import Counting
from graphql_api.jockeys.formulas import STAKE, TAKEOUT, finished, finished_within


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic; all may be null.

    ``type`` is int, float or date. ``compute`` gives one value for each group, NaN or None for null. ``needs`` names
    the fields without whose columns nothing is known of it.
    """

    name: str
    type: Any
    description: str
    compute: Callable[[Counting], np.ndarray]
    needs: tuple[str, ...] = ("finish_position",)


_PROPORTIONS: Mapping[str, formulas.Formula] = {
    "win_rate": partial(finished, 1),
    "second_rate": partial(finished, 2),
    "third_rate": partial(finished, 3),
    "quinella_rate": partial(finished_within, 2),
    "top3_rate": partial(finished_within, 3),
}
"""What is counted for each rate that is a share of the rides, and so has an interval."""


def _rate(name: str, description: str) -> Statistic:
    return Statistic(name, float, description, partial(formulas.share_of_rides, _PROPORTIONS[name]))


_GRADE = ("finish_position", "race_name")
_DATE = ("finish_position", "date")

STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "rides",
        int,
        "Rides (騎乗数): records less 取, 除 and blank finishes; 中, 失, 降 and 再 count. Null where the file lacks "
        "the column 着順.",
        lambda counting: counting.ride_count,
    ),
    Statistic("wins", int, "Wins (1着), dead heats among them.", partial(finished, 1)),
    Statistic("seconds", int, "Second places (2着).", partial(finished, 2)),
    Statistic("thirds", int, "Third places (3着).", partial(finished, 3)),
    Statistic("fourths", int, "Fourth places (4着).", partial(finished, 4)),
    Statistic("fifths", int, "Fifth places (5着).", partial(finished, 5)),
    Statistic(
        "unplaced",
        int,
        "Rides that did not finish in the first three (4着以下); 中, 失 and 再 are among them. In some tables 着外 "
        "means another thing: sixth or worse.",
        formulas.unplaced,
    ),
    _rate("win_rate", "Wins / rides (勝率)."),
    _rate("second_rate", "Second places / rides (2着率)."),
    _rate("third_rate", "Third places / rides (3着率)."),
    _rate("quinella_rate", "First and second places / rides (連対率)."),
    _rate("top3_rate", "First, second and third places / rides (複勝率, 3着内率)."),
    Statistic(
        "rides_with_odds",
        int,
        "Rides whose win odds are known; the statistics of returns and expected wins count these only.",
        formulas.rides_with_odds,
    ),
    Statistic("wins_with_odds", int, "Wins among the rides whose odds are known.", formulas.wins_with_odds),
    Statistic(
        "win_return_rate",
        float,
        "Sum of the win odds of the wins / ridesWithOdds (単勝回収率): what a stake of 1 on each of those rides "
        "returned on average. Dead heats pay less than the odds say.",
        formulas.win_return_rate,
    ),
    Statistic(
        "level_stakes_profit",
        float,
        f"Profit in yen of a win bet of {STAKE} yen on each of ridesWithOdds (単勝収支); negative for a loss, null "
        "without odds. Dead heats pay less than the odds say.",
        formulas.level_stakes_profit,
    ),
    Statistic(
        "expected_wins",
        float,
        f"Wins that the market expected: the sum of {TAKEOUT} / odds over ridesWithOdds. Null without odds.",
        formulas.expected_wins,
    ),
    Statistic(
        "actual_over_expected",
        float,
        "Actual over expected (A/E): winsWithOdds / expectedWins; above 1 is better than the market expected.",
        formulas.actual_over_expected,
    ),
    Statistic(
        "impact_value",
        float,
        "Impact value (IV) of a group: its share of the wins / its share of the rides, both among all records that "
        "were grouped. 1 is average. Without groups it is 1, or null without a win.",
        formulas.impact_value,
    ),
    Statistic(
        "average_finish_position",
        float,
        "Mean official position (平均着順) of the rides that have one.",
        formulas.mean_position,
    ),
    Statistic(
        "average_favourite_rank",
        float,
        "Mean rank by odds (平均人気) of the rides that have one.",
        formulas.mean_favourite_rank,
    ),
    Statistic(
        "rivals_beaten_rate",
        float,
        "Percentage of rivals beaten (PRB) as a fraction: the mean of (fieldSize - finishPosition) / (fieldSize - 1). "
        "A dead heat counts by its official position. A ride without a position (中, 失, 再) beat no rival: 0. Races "
        "with fewer than two starters, or of unknown size, are left out.",
        formulas.rivals_beaten_rate,
    ),
    Statistic(
        "average_places_gained",
        float,
        "Mean of the position at the first corner less the finishing position (通過, 着順); negative for places lost.",
        partial(formulas.places_gained, 0),
    ),
    Statistic(
        "average_places_gained_in_straight",
        float,
        "Mean of the position at the last corner less the finishing position (通過, 着順): the places gained in the "
        "straight; negative for places lost.",
        partial(formulas.places_gained, -1),
    ),
    Statistic(
        "graded_wins",
        int,
        "Wins in graded races (G・Jpn重賞勝利): grades I to III of G, JG and Jpn. Null where the file lacks the column "
        "レース名.",
        partial(formulas.wins_among, formulas.GRADED),
        _GRADE,
    ),
    Statistic(
        "stakes_wins",
        int,
        "Wins in stakes races (重賞勝利): gradedWins, and wins in races of the grade 重賞. Null where the file lacks "
        "the column レース名.",
        partial(formulas.wins_among, formulas.STAKES),
        _GRADE,
    ),
    Statistic(
        "prize_money",
        float,
        "Sum of the known prize money in yen (獲得賞金). Null where none is known, as overseas.",
        formulas.prize_money,
        (),
    ),
    Statistic(
        "prize_per_ride",
        float,
        "prizeMoney / rides, in yen (1走あたり賞金). Rides overseas are left out, for the source has no prizes there.",
        formulas.prize_per_ride,
    ),
    Statistic(
        "longest_win_streak",
        int,
        "Most rides won in a row (連勝), by date and R; 取 and 除 are passed over, 中 ends a streak.",
        lambda counting: counting.win_streaks.longest,
    ),
    Statistic(
        "current_win_streak",
        int,
        "Wins in a row up to the most recent ride; 0 where that was not won.",
        lambda counting: counting.win_streaks.current,
    ),
    Statistic(
        "longest_losing_streak",
        int,
        "Most rides in a row without a win (連敗), by date and R; 取 and 除 are passed over.",
        lambda counting: counting.losing_streaks.longest,
    ),
    Statistic(
        "rides_since_last_win",
        int,
        "Rides after the most recent win; 0 where the most recent ride was won, null without a win.",
        formulas.rides_since_last_win,
    ),
    Statistic("best_day_wins", int, "Most wins on one day (1日最多勝).", formulas.best_day_wins, _DATE),
    Statistic(
        "best_day",
        date,
        "The day on which bestDayWins were won, the latest of several; null without a win.",
        formulas.best_day,
        _DATE,
    ),
    Statistic(
        "best_day_count", int, "On how many days bestDayWins were won; 0 without a win.", formulas.best_day_count, _DATE
    ),
)

BOUNDS: Mapping[str, Statistic] = MappingProxyType(
    {
        f"{name}_{side}": Statistic(
            f"{name}_{side}",
            float,
            "A bound of the rate's 95 % interval: with few rides the lower one stays low, the upper one high.",
            partial(formulas.bound, successes, place),
        )
        for name, successes in _PROPORTIONS.items()
        for place, side in enumerate(("lower", "upper"))
    }
)
"""The bounds of the rates' 95 % intervals (Wilson), by names such as ``win_rate_lower``."""
