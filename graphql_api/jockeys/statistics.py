"""Racing statistics, as Japanese racing counts them: of a choice of rows, whole or parted into groups.

Rides are the rows less those without a start: scratched (取), excluded (除), abandoned, of unknown finish (blank).
Failing to finish (中), disqualification (失), demotion (降) and remounting (再) are rides. Rates are fractions from 0
to 1, and null (NaN in arrays) where there is nothing to divide by. Everything is computed for all groups at once, and
only when it is asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from graphql_api.jockeys.counting import Counting
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.vocabulary import Grade

TAKEOUT = 0.8
"""The share of win bets that is paid out, which turns odds into the chance that the market saw."""

Z_95 = 1.959963984540054
"""Standard deviations of a normal distribution that hold 95 % of it."""

GRADED = frozenset(set(Grade) - {Grade.JUSHO, Grade.LISTED})


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic: its name, its type (int or float; floats may be null), its meaning, and how it is computed."""

    name: str
    type: type
    description: str
    compute: Callable[["Figures"], np.ndarray]


class Figures(Counting):
    """The statistics of rows parted into groups, each computed for all groups when it is first asked for."""

    def __init__(
        self, records: RaceRecords, rows: np.ndarray, groups: np.ndarray | None = None, group_count: int = 1
    ) -> None:
        """Compute nothing yet; the arguments are those of ``Counting``."""
        super().__init__(records, rows, groups, group_count)
        self._arrays: dict[str, np.ndarray] = {}
        self._values: dict[str, list[Any]] = {}

    def array(self, name: str) -> np.ndarray:
        """Give a statistic for all groups, NaN for null; ``name`` is a name in ``STATISTICS`` or ``BOUNDS``."""
        found = self._arrays.get(name)
        if found is None:
            found = self._arrays[name] = _COMPUTE[name](self)
        return found

    def values(self, name: str) -> list[Any]:
        """Give a statistic for all groups as Python's numbers, None for null."""
        found = self._values.get(name)
        if found is None:
            numbers = self.array(name).tolist()
            found = self._values[name] = [None if each != each else each for each in numbers]
        return found


class Statistics:
    """The statistics of one group as attributes: each name in ``STATISTICS`` and ``BOUNDS`` is one."""

    __slots__ = ("figures", "group")

    def __init__(self, figures: Figures, group: int) -> None:
        """Point at one group."""
        self.figures = figures
        self.group = group

    def __getattr__(self, name: str) -> Any:
        """Give one statistic, None for null."""
        if name not in _COMPUTE:
            raise AttributeError(name)
        return self.figures.values(name)[self.group]


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide, giving NaN where there is nothing to divide by."""
    result = np.full(len(denominator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def wilson(successes: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the Wilson score interval of a proportion at 95 %: lower and upper bounds, NaN without trials."""
    share = ratio(successes, trials)
    spread = ratio(np.full(len(trials), Z_95**2), trials)
    middle = share + spread / 2
    margin = np.sqrt(spread * share * (1 - share) + spread**2 / 4)
    # At 0 and 1 the bound is exact, which rounding would miss by a little.
    lower = np.where(successes == 0, share, (middle - margin) / (1 + spread))
    upper = np.where(successes == trials, share, (middle + margin) / (1 + spread))
    return lower, upper


def _finished(position: int, figures: Figures) -> np.ndarray:
    return figures.count(figures.positions == position)


def _within(position: int, figures: Figures) -> np.ndarray:
    return figures.count(figures.positions <= position)


def _rate(position: int, figures: Figures) -> np.ndarray:
    return ratio(_within(position, figures), figures.array("rides"))


def _bound(position: int, side: int, figures: Figures) -> np.ndarray:
    return wilson(_within(position, figures), figures.array("rides"))[side]


def _unplaced(figures: Figures) -> np.ndarray:
    unplaced: np.ndarray = figures.array("rides") - _within(3, figures)
    return unplaced


def _returned(figures: Figures) -> np.ndarray:
    return ratio(figures.total(figures.odds, figures.won & figures.has_odds), figures.array("rides_with_odds"))


def _expected(figures: Figures) -> np.ndarray:
    return figures.total(TAKEOUT / figures.odds, figures.has_odds)


def _mean(numbers: np.ndarray, figures: Figures) -> np.ndarray:
    known = figures.rides & ~np.isnan(numbers)
    return ratio(figures.total(numbers, known), figures.count(known))


def _prize_money(figures: Figures) -> np.ndarray:
    yen = figures.numbers("prize_money")
    return figures.total(yen, ~np.isnan(yen))


STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "rides",
        int,
        "Rides (騎乗数): records less 取, 除 and blank finishes; 中, 失, 降 and 再 count.",
        lambda figures: figures.count(figures.rides),
    ),
    Statistic("wins", int, "Wins (1着), dead heats among them.", partial(_finished, 1)),
    Statistic("seconds", int, "Second places (2着).", partial(_finished, 2)),
    Statistic("thirds", int, "Third places (3着).", partial(_finished, 3)),
    Statistic("unplaced", int, "Rides out of the first three (着外); 中, 失 and 再 are unplaced.", _unplaced),
    Statistic("win_rate", float, "Wins by rides (勝率).", partial(_rate, 1)),
    Statistic("quinella_rate", float, "First and second places by rides (連対率).", partial(_rate, 2)),
    Statistic("top3_rate", float, "First three places by rides (複勝率, 3着内率).", partial(_rate, 3)),
    Statistic(
        "rides_with_odds",
        int,
        "Rides whose win odds are known: what winReturnRate and actualOverExpected rest on.",
        lambda figures: figures.count(figures.has_odds),
    ),
    Statistic(
        "wins_with_odds",
        int,
        "Wins among the rides whose odds are known.",
        lambda figures: figures.count(figures.won & figures.has_odds),
    ),
    Statistic(
        "win_return_rate",
        float,
        "Win odds of the wins, added up, by ridesWithOdds (単勝回収率): what 1 on each of those rides returned. Dead "
        "heats pay less than the odds say.",
        _returned,
    ),
    Statistic(
        "expected_wins",
        float,
        f"Wins that the market expected: {TAKEOUT} / odds, added up over ridesWithOdds.",
        _expected,
    ),
    Statistic(
        "actual_over_expected",
        float,
        "Actual over expected (A/E): winsWithOdds by expectedWins; above 1 is better than the market thought.",
        lambda figures: ratio(figures.array("wins_with_odds"), figures.array("expected_wins")),
    ),
    Statistic(
        "average_finish_position",
        float,
        "Mean official position (平均着順) of the rides that have one.",
        lambda figures: _mean(figures.positions, figures),
    ),
    Statistic(
        "average_favourite_rank",
        float,
        "Mean rank by odds (平均人気) of the rides that have one.",
        lambda figures: _mean(figures.numbers("favourite_rank"), figures),
    ),
    Statistic(
        "graded_wins",
        int,
        "Wins in graded races (重賞勝利): grades I to III of G, JG and Jpn.",
        lambda figures: figures.count(figures.won & figures.among("grade", GRADED)),
    ),
    Statistic("prize_money", float, "Prize money in yen (獲得賞金), added up.", _prize_money),
    Statistic(
        "longest_win_streak",
        int,
        "Most consecutive rides won (連勝), by date and R; 取 and 除 are passed over, 中 ends a streak.",
        lambda figures: figures.streaks[0],
    ),
    Statistic(
        "current_win_streak",
        int,
        "Wins in a row up to the most recent ride; 0 where that was not won.",
        lambda figures: figures.streaks[1],
    ),
)

BOUNDS: Mapping[str, Callable[[Figures], np.ndarray]] = MappingProxyType(
    {
        f"{name}_{side}": partial(_bound, position, place)
        for name, position in (("win_rate", 1), ("quinella_rate", 2), ("top3_rate", 3))
        for place, side in enumerate(("lower", "upper"))
    }
)
"""The bounds of the rates' 95 % intervals (Wilson), by names such as ``win_rate_lower``."""

_COMPUTE: Mapping[str, Callable[[Figures], np.ndarray]] = MappingProxyType(
    {**{each.name: each.compute for each in STATISTICS}, **BOUNDS}
)
