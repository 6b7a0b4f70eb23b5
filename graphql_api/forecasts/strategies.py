"""Strategies with one unit on each chosen runner, evaluated by the final odds. They are metrics, not advice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from graphql_api.forecasts.bootstrap import interval
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.metrics import ranks


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy that chooses runners by the model's probabilities: its name, and its description in two languages."""

    choose: Callable[[Dataset, np.ndarray], np.ndarray]
    english: str
    japanese: str


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "all": Strategy(lambda _, chances: chances > 0, "All runners", "全頭"),
        "favourite": Strategy(lambda data, _: ranks(data, data.market) == 1, "The favourite of the market", "1番人気"),
        "model_first": Strategy(
            lambda data, chances: ranks(data, chances) == 1, "The highest chance by the model", "モデル1位"
        ),
        "value": Strategy(
            lambda data, chances: chances * data.facts["win_odds"] > 1,
            "Chance times odds above 1 by the model",
            "モデル確率×オッズ>1",
        ),
        "high_value": Strategy(
            lambda data, chances: chances * data.facts["win_odds"] > 1.5,
            "Chance times odds above 1.5 by the model",
            "モデル確率×オッズ>1.5",
        ),
    }
)


def returns(dataset: Dataset, chances: np.ndarray) -> list[Mapping[str, Any]]:
    """Return for each strategy how many bets it made, and what came back for each unit with its interval.

    A dead heat counts with the full odds: what it pays is not in the data.
    """
    paid = np.where(dataset.facts["won"] > 0, dataset.facts["win_odds"], 0.0)
    found: list[Mapping[str, Any]] = []
    for name, strategy in STRATEGIES.items():
        chosen = strategy.choose(dataset, chances)
        back = interval(dataset.days[chosen], paid[chosen], np.ones(np.count_nonzero(chosen)))
        known = np.isfinite(back.mean)
        bounds = {"return": back.mean, "low": back.low, "high": back.high} if known else {}
        found.append({"name": name, "bets": int(chosen.sum()), **bounds})
    return found


def profit_curve(dataset: Dataset, chances: np.ndarray, name: str) -> Sequence[Mapping[str, Any]]:
    """Return the profit of a strategy after each race day, in units."""
    chosen = STRATEGIES[name].choose(dataset, chances)
    profit = np.where(chosen, np.where(dataset.facts["won"] > 0, dataset.facts["win_odds"], 0.0) - 1, 0.0)
    days, codes = np.unique(dataset.days, return_inverse=True)
    sums = np.cumsum(np.bincount(codes, profit))
    return [{"day": str(day), "profit": round(float(total), 1)} for day, total in zip(days, sums, strict=True)]
