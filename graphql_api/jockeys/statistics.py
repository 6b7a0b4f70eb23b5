"""The table of statistics of Japanese racing. A new statistic is one row of ``STATISTICS``.

Rides are all rows with a start: not scratched (取), excluded (除), abandoned or of unknown finish (blank).
Failing to finish (中), disqualification (失), demotion (降) and remounting (再) are rides. Rates are fractions from 0
to 1. A statistic is null if its divisor is 0, if a sum has no known value, or if the file lacks
a necessary column.
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
    """One statistic. All may be null.

    ``type`` is int, float or date. ``compute`` returns one value for each group, NaN or None for null. ``needs`` are
    the fields whose columns it requires.
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
"""The counts of rates that are shares of rides, and so have an interval."""


def _rate(name: str, description: str) -> Statistic:
    return Statistic(name, float, description, partial(formulas.share_of_rides, _PROPORTIONS[name]))


_GRADE = ("finish_position", "race_name")
_DATE = ("finish_position", "date")

STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "rides",
        int,
        "Number of rides (騎乗数): all records except 取, 除 and blank finishes. 中, 失, 降 and 再 are "
        "included. Null if the file has no column 着順.",
        lambda counting: counting.ride_count,
    ),
    Statistic("wins", int, "Number of wins (1着), dead heats included.", partial(finished, 1)),
    Statistic("seconds", int, "Number of second places (2着).", partial(finished, 2)),
    Statistic("thirds", int, "Number of third places (3着).", partial(finished, 3)),
    Statistic("fourths", int, "Number of fourth places (4着).", partial(finished, 4)),
    Statistic("fifths", int, "Number of fifth places (5着).", partial(finished, 5)),
    Statistic(
        "unplaced",
        int,
        "Number of rides that did not finish in the first three (4着以下); 中, 失 and 再 are included. In "
        "some tables 着外 means sixth or worse instead.",
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
        "Number of rides with known win odds. The statistics of returns and expected wins use only these rides.",
        formulas.rides_with_odds,
    ),
    Statistic("wins_with_odds", int, "Number of wins among the rides with known odds.", formulas.wins_with_odds),
    Statistic(
        "win_return_rate",
        float,
        "Sum of the win odds of the wins / ridesWithOdds (単勝回収率): the average return of a stake of 1 "
        "on each of these rides. The actual payout of a dead heat is lower than the odds.",
        formulas.win_return_rate,
    ),
    Statistic(
        "level_stakes_profit",
        float,
        f"Profit in yen of a win bet of {STAKE} yen on each of ridesWithOdds (単勝収支). Negative for a loss, null "
        "without odds. The actual payout of a dead heat is lower than the odds.",
        formulas.level_stakes_profit,
    ),
    Statistic(
        "expected_wins",
        float,
        f"Number of wins that the odds imply: the sum of {TAKEOUT} / odds over ridesWithOdds. Null without odds.",
        formulas.expected_wins,
    ),
    Statistic(
        "actual_over_expected",
        float,
        "Actual over expected (A/E): winsWithOdds / expectedWins. A value above 1 means more wins than the odds imply.",
        formulas.actual_over_expected,
    ),
    Statistic(
        "impact_value",
        float,
        "Impact value (IV) of a group: its share of the wins / its share of the rides, both out of "
        "all grouped records. 1 is average. Without groups: 1, or null if there is no win.",
        formulas.impact_value,
    ),
    Statistic(
        "average_finish_position",
        float,
        "Mean official position (平均着順) of the rides that have a position.",
        formulas.mean_position,
    ),
    Statistic(
        "average_favourite_rank",
        float,
        "Mean rank by odds (平均人気) of the rides that have a rank.",
        formulas.mean_favourite_rank,
    ),
    Statistic(
        "rivals_beaten_rate",
        float,
        "Percentage of rivals beaten (PRB) as a fraction: the mean of (fieldSize - finishPosition) / "
        "(fieldSize - 1). A dead heat counts with its official position. A ride without a position "
        "(中, 失, 再) counts as 0. Races with fewer than two starters or an unknown number of starters "
        "are left out.",
        formulas.rivals_beaten_rate,
    ),
    Statistic(
        "average_places_gained",
        float,
        "Mean of (position at the first corner - finishing position) (通過, 着順). Negative if places were lost.",
        partial(formulas.places_gained, 0),
    ),
    Statistic(
        "average_places_gained_in_straight",
        float,
        "Mean of (position at the last corner - finishing position) (通過, 着順): places gained in the "
        "straight. Negative if places were lost.",
        partial(formulas.places_gained, -1),
    ),
    Statistic(
        "graded_wins",
        int,
        "Number of wins in graded races (G・Jpn重賞勝利): grades I to III of G, JG and Jpn. Null if the "
        "file has no column レース名.",
        partial(formulas.wins_among, formulas.GRADED),
        _GRADE,
    ),
    Statistic(
        "stakes_wins",
        int,
        "Number of wins in stakes races (重賞勝利): gradedWins plus wins in races of the grade 重賞. Null "
        "if the file has no column レース名.",
        partial(formulas.wins_among, formulas.STAKES),
        _GRADE,
    ),
    Statistic(
        "prize_money",
        float,
        "Sum of the known prize money in yen (獲得賞金). Null if no prize money is known, for example overseas.",
        formulas.prize_money,
        (),
    ),
    Statistic(
        "prize_per_ride",
        float,
        "prizeMoney / rides, in yen (1走あたり賞金). Rides overseas are left out, because the source has no "
        "prize money for them.",
        formulas.prize_per_ride,
    ),
    Statistic(
        "longest_win_streak",
        int,
        "Longest winning streak (連勝): number of consecutive wins, by date and R. 取 and 除 are ignored. "
        "中 ends a streak.",
        lambda counting: counting.win_streaks.longest,
    ),
    Statistic(
        "current_win_streak",
        int,
        "Current winning streak: consecutive wins up to the most recent ride. 0 if the most recent ride was not a win.",
        lambda counting: counting.win_streaks.current,
    ),
    Statistic(
        "longest_losing_streak",
        int,
        "Longest losing streak (連敗): number of consecutive rides without a win, by date and R. 取 and "
        "除 are ignored.",
        lambda counting: counting.losing_streaks.longest,
    ),
    Statistic(
        "rides_since_last_win",
        int,
        "Number of rides after the most recent win. 0 if the most recent ride was a win. Null if there is no win.",
        formulas.rides_since_last_win,
    ),
    Statistic("best_day_wins", int, "Highest number of wins on one day (1日最多勝).", formulas.best_day_wins, _DATE),
    Statistic(
        "best_day",
        date,
        "The date with the most wins (bestDayWins). If there are several: the latest one. Null if there is no win.",
        formulas.best_day,
        _DATE,
    ),
    Statistic(
        "best_day_count",
        int,
        "Number of days that have bestDayWins wins. 0 if there is no win.",
        formulas.best_day_count,
        _DATE,
    ),
)

BOUNDS: Mapping[str, Statistic] = MappingProxyType(
    {
        f"{name}_{side}": Statistic(
            f"{name}_{side}",
            float,
            "A bound of the 95 % interval of the rate. With few rides the interval is wide.",
            partial(formulas.bound, successes, place),
        )
        for name, successes in _PROPORTIONS.items()
        for place, side in enumerate(("lower", "upper"))
    }
)
"""The bounds of the rates' 95 % intervals (Wilson), by names such as ``win_rate_lower``."""
