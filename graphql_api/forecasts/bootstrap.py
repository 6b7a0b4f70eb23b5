"""Bootstrap intervals over race days, since the races of one day share weather, going and market."""

from dataclasses import dataclass

import numpy as np

DRAWS = 2_000
_SEED = 20_240_101
_BOUNDS = 2.5, 97.5


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its 95 % interval. All are NaN without values."""

    mean: float
    low: float
    high: float


def interval(days: np.ndarray, values: np.ndarray, weights: np.ndarray) -> Interval:
    """Return the sum of ``values`` divided by the sum of ``weights`` with its interval. ``days`` is the day of each."""
    if not weights.sum():
        return Interval(float("nan"), float("nan"), float("nan"))
    _, codes = np.unique(days, return_inverse=True)
    of_day, weight_of_day = np.bincount(codes, values), np.bincount(codes, weights)
    count = len(of_day)
    drawn = np.random.default_rng(_SEED).multinomial(count, np.full(count, 1 / count), DRAWS)
    sums, totals = drawn @ of_day, drawn @ weight_of_day
    means = sums[totals > 0] / totals[totals > 0]
    low, high = np.percentile(means, _BOUNDS)
    return Interval(float(values.sum() / weights.sum()), float(low), float(high))
