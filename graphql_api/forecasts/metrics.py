"""Metrics of probabilities: losses, calibration, ranks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.probabilities import race_losses

BINS = 15
"""Number of equally sized bins for calibration."""

_LEAST = 1e-15
_GAINS = np.array([3.0, 2.0, 1.0])
_DISCOUNTS = 1 / np.log2(np.arange(2, 5))


@dataclass(frozen=True, slots=True)
class Figures:
    """Metrics of one forecast on complete races.

    ``log_loss`` is the mean over races of minus the log of the winner's probability. ``runner_log_loss`` and ``brier``
    are means over runners. ``calibration_error`` is the expected calibration error (ECE), ``top1`` the share of races
    won by the runner with the highest probability, ``ndcg3`` the NDCG of the first three (gains 3, 2, 1), ``r2``
    the share of the uniform forecast's loss that is explained.
    """

    log_loss: float
    r2: float
    runner_log_loss: float
    brier: float
    calibration_error: float
    top1: float
    ndcg3: float


def figures(dataset: Dataset, chances: np.ndarray) -> Figures:
    """Return the metrics of a forecast."""
    won = dataset.facts["won"] > 0
    losses = race_losses(chances, dataset.targets, dataset.starts)
    clipped = np.clip(chances, _LEAST, 1 - 1e-9)
    runner_losses = -np.where(won, np.log(clipped), np.log(1 - clipped))
    return Figures(
        log_loss=float(losses.mean()),
        r2=float(1 - losses.sum() / np.log(dataset.sizes).sum()),
        runner_log_loss=float(runner_losses.mean()),
        brier=float(((chances - won) ** 2).mean()),
        calibration_error=calibration_error(chances, won),
        top1=float(top_shares(dataset, chances).mean()),
        ndcg3=float(ndcg3(dataset, chances).mean()),
    )


def reliability(chances: np.ndarray, won: np.ndarray, bins: int = BINS) -> list[Mapping[str, float]]:
    """Return the mean probability and the share of wins in bins of equal size, with a 95 % interval of the share."""
    found: list[Mapping[str, float]] = []
    for rows in np.array_split(np.argsort(chances, kind="stable"), bins):
        if len(rows):
            share, count = float(won[rows].mean()), len(rows)
            low, high = wilson(share, count)
            predicted = float(chances[rows].mean())
            found.append({"predicted": predicted, "observed": share, "low": low, "high": high, "runners": count})
    return found


def calibration_error(chances: np.ndarray, won: np.ndarray) -> float:
    """Return the expected calibration error (ECE) over bins of equal size."""
    bins = reliability(chances, won)
    return sum(abs(each["predicted"] - each["observed"]) * each["runners"] for each in bins) / len(chances)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson's)."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))) / (1 + z * z / count)
    return middle - half, middle + half


def ranks(dataset: Dataset, chances: np.ndarray) -> np.ndarray:
    """Return the rank of each runner in its race. 1 is the highest probability. Ties are in the order of numbers."""
    race = np.repeat(np.arange(len(dataset.starts)), dataset.sizes)
    order = np.lexsort((np.arange(len(chances)), -chances, race))
    found = np.empty(len(chances), np.int64)
    found[order] = np.arange(len(chances)) - np.repeat(dataset.starts, dataset.sizes) + 1
    return found


def top_shares(dataset: Dataset, chances: np.ndarray) -> np.ndarray:
    """Return for each race the share of the win of its favourite by probability: 1, 0, or part of a dead heat."""
    first = ranks(dataset, chances) == 1
    shares: np.ndarray = (dataset.facts["won"] > 0)[first].astype(np.float64)
    return shares


def ndcg3(dataset: Dataset, chances: np.ndarray) -> np.ndarray:
    """Return the normalised discounted cumulative gain of the first three of each race."""
    rank, position = ranks(dataset, chances), dataset.facts["finish_position"]
    gains = np.zeros(len(rank))
    placed = position <= 3
    gains[placed] = _GAINS[position[placed].astype(np.int64) - 1]
    discounted = np.where(rank <= 3, gains * _DISCOUNTS[np.minimum(rank, 3) - 1], 0.0)
    found = np.add.reduceat(discounted, dataset.starts)
    best = np.add.reduceat(_best(dataset, gains), dataset.starts)
    share: np.ndarray = found / np.maximum(best, 1e-12)
    return share


def _best(dataset: Dataset, gains: np.ndarray) -> np.ndarray:
    """Return the discounted gains of the ideal ranking."""
    rank = ranks(dataset, gains)
    found: np.ndarray = np.where(rank <= 3, gains * _DISCOUNTS[np.minimum(rank, 3) - 1], 0.0)
    return found
