"""Training, scores and feature contributions by LightGBM. No other module imports it.

Models are texts. Training is deterministic: the same rows in the same order give the same text for any number of
threads. Scores are log-odds. A softmax over the runners of a race converts them to probabilities.
"""

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from graphql_api import install_hint
from graphql_api.errors import EngineMissing
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.parameters import Objective, Parameters
from graphql_api.forecasts.probabilities import softmax

EXTRA = "forecast"
"""The extra of this package with LightGBM."""

_LEAST_CURVATURE = 1e-6
_THREADS = re.compile(r"(?m)^\[num_threads: \d+\]$")
_FIXED = {"deterministic": True, "force_row_wise": True, "verbosity": -1}


def train(dataset: Dataset, parameters: Parameters, threads: int) -> str:
    """Return the text of a model of the runners of ``dataset``. Raises ``EngineMissing``."""
    lightgbm = _lightgbm()
    objective: Any
    settings = {**parameters.booster, **_FIXED, "num_threads": threads}
    if parameters.objective is Objective.SOFTMAX:
        labels, objective = dataset.targets, race_objective(dataset)
    else:
        labels, objective = (dataset.targets > 0).astype(np.float64), "binary"
    rows = lightgbm.Dataset(dataset.features, labels, feature_name=list(dataset.names), params=settings)
    booster = lightgbm.train({**settings, "objective": objective}, rows, parameters.rounds)
    # The number of threads is in the text, and changes nothing else of it.
    return _THREADS.sub("[num_threads: 0]", booster.model_to_string())


class Model:
    """A trained model, which is read once."""

    def __init__(self, text: str, threads: int) -> None:
        """Read the text of a model. Raises ``EngineMissing``."""
        self._booster: Any = _lightgbm().Booster(model_str=text)
        self._threads = threads

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Return the score of each row, in log-odds."""
        found: np.ndarray = self._booster.predict(features, raw_score=True, num_threads=self._threads)
        return found

    def contributions(self, features: np.ndarray) -> np.ndarray:
        """Return the contribution of each feature to the score of each row (SHAP values of the trees), in log-odds."""
        found: np.ndarray = self._booster.predict(features, pred_contrib=True, num_threads=self._threads)
        return found[:, :-1]

    @property
    def importances(self) -> np.ndarray:
        """Return the share of each feature in the reduction of the training loss. The sum is 1."""
        gains: np.ndarray = self._booster.feature_importance("gain")
        return gains / max(float(gains.sum()), 1e-12)


def library_version() -> str:
    """Return the version of LightGBM."""
    version: str = _lightgbm().__version__
    return version


def race_objective(dataset: Dataset) -> Callable[[np.ndarray, Any], tuple[np.ndarray, np.ndarray]]:
    """Return gradient and hessian of the log loss of races for LightGBM."""
    starts, sizes, targets = dataset.starts, dataset.sizes, dataset.targets

    def objective(values: np.ndarray, _rows: Any) -> tuple[np.ndarray, np.ndarray]:
        chances = softmax(values, starts, sizes)
        return chances - targets, np.maximum(2 * chances * (1 - chances), _LEAST_CURVATURE)

    return objective


def _lightgbm() -> ModuleType:
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # OSError: the system has no OpenMP library
        hint = install_hint(EXTRA)
        raise EngineMissing(f"This requires LightGBM (the extra '{EXTRA}') and libgomp. {hint}") from error
    module: ModuleType = lightgbm
    return module
