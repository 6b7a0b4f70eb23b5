"""The formulas of the statistics: functions of counted rows that return a number for each group, NaN for null.

They use only operators and numpy's elementwise functions, so that objects that implement these can replace
arrays: the archive uses this to write SQL.
"""

from collections.abc import Callable

import numpy as np

from graphql_api.jockeys.counting import Counting
from graphql_api.jockeys.vocabulary import Grade, Jurisdiction

Formula = Callable[[Counting], np.ndarray]

TAKEOUT = 0.8
"""Pay rate of win bets, with which odds are converted to the probability of the market."""

STAKE = 100
"""Stake in yen on each ride of ``level_stakes_profit``: the minimum bet in Japan."""

Z_95 = 1.959963984540054
"""Half width of the 95 % interval of a normal distribution, in standard deviations."""

STAKES = frozenset(set(Grade) - {Grade.LISTED})
GRADED = STAKES - {Grade.JUSHO}

_OVERSEAS = frozenset({Jurisdiction.OVERSEAS})


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide. NaN if the divisor is 0."""
    nothing = np.full_like(denominator, np.nan, dtype=np.float64)
    divided: np.ndarray = np.divide(numerator, denominator, out=nothing, where=denominator > 0)
    return divided


def wilson(successes: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % Wilson score interval of a proportion: lower and upper bound, NaN without trials."""
    share = ratio(successes, trials)
    spread = ratio(np.full_like(trials, Z_95**2, dtype=np.float64), trials)
    middle = share + spread / 2
    margin = np.sqrt(spread * share * (1 - share) + spread**2 / 4)
    # At 0 and 1 the bound is exact, which rounding would miss by a little.
    lower = np.where(successes == 0, share, (middle - margin) / (1 + spread))
    upper = np.where(successes == trials, share, (middle + margin) / (1 + spread))
    return lower, upper


def finished(position: int, counting: Counting) -> np.ndarray:
    """Count the rides with an official position."""
    return counting.count(counting.positions == position)


def finished_within(position: int, counting: Counting) -> np.ndarray:
    """Count the rides in an official position or a better one."""
    return counting.count(counting.positions <= position)


def share_of_rides(successes: Formula, counting: Counting) -> np.ndarray:
    """Divide a count of rides by all rides."""
    return ratio(successes(counting), counting.ride_count)


def bound(successes: Formula, side: int, counting: Counting) -> np.ndarray:
    """Return the lower (0) or upper (1) bound of the 95 % interval of ``share_of_rides``."""
    return wilson(successes(counting), counting.ride_count)[side]


def unplaced(counting: Counting) -> np.ndarray:
    """Count the rides out of the first three."""
    rest: np.ndarray = counting.ride_count - finished_within(3, counting)
    return rest


def wins_among(grades: frozenset[Grade], counting: Counting) -> np.ndarray:
    """Count the wins in races of some grades."""
    return counting.count(counting.won & counting.among("grade", grades))


def rides_with_odds(counting: Counting) -> np.ndarray:
    """Count the rides that have odds."""
    return counting.count(counting.has_odds)


def wins_with_odds(counting: Counting) -> np.ndarray:
    """Count the wins that have odds."""
    return counting.count(counting.won & counting.has_odds)


def win_return_rate(counting: Counting) -> np.ndarray:
    """Divide the sum of the winning odds by the rides with odds."""
    return ratio(counting.total(counting.odds, counting.won & counting.has_odds), rides_with_odds(counting))


def level_stakes_profit(counting: Counting) -> np.ndarray:
    """Return the profit in yen of ``STAKE`` yen on each ride with odds: the payouts minus the stakes."""
    paid = np.where(counting.won, np.rint(STAKE * counting.odds), 0) - STAKE
    return _total(paid, counting.has_odds, counting)


def expected_wins(counting: Counting) -> np.ndarray:
    """Return the sum of the market's probabilities of the rides with odds."""
    return _total(TAKEOUT / counting.odds, counting.has_odds, counting)


def actual_over_expected(counting: Counting) -> np.ndarray:
    """Divide the wins by the wins that the market expected."""
    return ratio(wins_with_odds(counting), expected_wins(counting))


def impact_value(counting: Counting) -> np.ndarray:
    """Divide the group's share of all groups' wins by its share of their rides."""
    wins, rides = finished(1, counting), counting.ride_count
    return ratio(wins * rides.sum(), rides * wins.sum())


def mean_position(counting: Counting) -> np.ndarray:
    """Return the mean of the official positions."""
    return _mean(counting.positions, counting)


def mean_favourite_rank(counting: Counting) -> np.ndarray:
    """Return the mean of the ranks by odds."""
    return _mean(counting.numbers("favourite_rank"), counting)


def rivals_beaten_rate(counting: Counting) -> np.ndarray:
    """Return the mean share of other starters that finished behind. A ride without a position has beaten none."""
    starters = counting.numbers("field_size")
    position = np.where(np.isnan(counting.positions), starters, counting.positions)
    possible = (starters > 1) & (position <= starters)
    return _mean(ratio(np.where(possible, starters - position, np.nan), starters - 1), counting)


def places_gained(place: int, counting: Counting) -> np.ndarray:
    """Return the mean number of places gained between one corner (0 the first, -1 the last) and the finish."""
    return _mean(counting.corners(place) - counting.positions, counting)


def prize_money(counting: Counting) -> np.ndarray:
    """Return the sum of the known prize money in yen."""
    yen = counting.numbers("prize_money")
    return _total(yen, ~np.isnan(yen), counting)


def prize_per_ride(counting: Counting) -> np.ndarray:
    """Divide the prize money by the rides whose prize the source has: all except overseas rides."""
    return ratio(prize_money(counting), counting.count(counting.rides & ~counting.among("jurisdiction", _OVERSEAS)))


def rides_since_last_win(counting: Counting) -> np.ndarray:
    """Count the rides after the last win, NaN without a win."""
    return np.where(finished(1, counting) > 0, counting.losing_streaks.current, np.nan)


def best_day_wins(counting: Counting) -> np.ndarray:
    """Return the most wins on one day."""
    return counting.best_days.wins


def best_day(counting: Counting) -> np.ndarray:
    """Return the latest day with the most wins, None without a win."""
    return counting.best_days.latest


def best_day_count(counting: Counting) -> np.ndarray:
    """Count the days with the most wins."""
    return counting.best_days.days


def _total(numbers: np.ndarray, known: np.ndarray, counting: Counting) -> np.ndarray:
    """Return the sum of the known numbers. NaN if none is known, because that is not a sum of zero."""
    return np.where(counting.count(known) > 0, counting.total(numbers, known), np.nan)


def _mean(numbers: np.ndarray, counting: Counting) -> np.ndarray:
    """Return the mean of the rides' numbers that are not NaN."""
    known = counting.rides & ~np.isnan(numbers)
    return ratio(counting.total(numbers, known), counting.count(known))
