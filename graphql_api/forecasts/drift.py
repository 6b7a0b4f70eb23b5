"""Drift of distributions: the population stability index (PSI) of features and of probabilities."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphql_api.forecasts.dataset import Dataset

MOVED, FAR = 0.1, 0.25
"""The usual limits of moderate and of large drift."""

_BINS = 10
_LEAST_SHARE = 1e-4


def psi(reference: np.ndarray, current: np.ndarray) -> float:
    """Return the population stability index over deciles of the reference, with one more bin for unknown values."""
    known = reference[~np.isnan(reference)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.empty(0)
    expected, actual = _shares(reference, edges), _shares(current, edges)
    return float(((actual - expected) * np.log(actual / expected)).sum())


def drift(before: Dataset, after: Dataset) -> list[Mapping[str, Any]]:
    """Return the index of each feature between two spans, highest first."""
    found = [
        {"feature": name, "psi": psi(before.features[:, place], after.features[:, place])}
        for place, name in enumerate(before.names)
    ]
    return sorted(found, key=lambda each: (-float(str(each["psi"])), str(each["feature"])))


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    unknown = np.isnan(values)
    bins = np.where(unknown, len(edges) + 1, np.searchsorted(edges, values, "right"))
    shares: np.ndarray = np.maximum(np.bincount(bins, minlength=len(edges) + 2) / max(1, len(values)), _LEAST_SHARE)
    return shares
