"""The table of hyper-parameters: everything that training depends on except the data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from graphql_api.forecasts.published import FeatureSet


class Objective(Enum):
    """The objective of training: the log loss of each race (one winner among its runners), or of each runner."""

    SOFTMAX = "softmax"
    BINARY = "binary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Hyper-parameters of the trees, and of the walk-forward.

    ``warmup_months`` are only training data. The newest months after them, at most ``test_months``, are each
    forecast by a model that was trained on all earlier months. ``minimum_races`` is the minimum for training.
    """

    objective: Objective = Objective.SOFTMAX
    feature_set: FeatureSet = FeatureSet.EVENING
    rounds: int = 120
    learning_rate: float = 0.08
    num_leaves: int = 15
    min_data_in_leaf: int = 200
    feature_fraction: float = 0.5
    lambda_l2: float = 10.0
    max_bin: int = 63
    seed: int = 1
    warmup_months: int = 6
    test_months: int = 18
    minimum_races: int = 50

    @property
    def table(self) -> Mapping[str, Any]:
        """Return all of them as JSON."""
        return {name: each.value if isinstance(each, Enum) else each for name, each in asdict(self).items()}

    @property
    def booster(self) -> Mapping[str, Any]:
        """Return the parameters of LightGBM by its names."""
        names = ("learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "lambda_l2", "max_bin", "seed")
        return {name: getattr(self, name) for name in names}
