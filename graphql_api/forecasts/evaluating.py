"""The step ``evaluate``: forecasts of the walk-forward compared with results and with the market."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.bootstrap import interval
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.drift import drift, psi
from graphql_api.forecasts.metrics import calibration_error, figures, reliability
from graphql_api.forecasts.probabilities import race_losses, top3
from graphql_api.forecasts.published import Evaluation
from graphql_api.forecasts.strategies import profit_curve, returns
from graphql_api.forecasts.walk_forward import Walk

Content = Mapping[str, Any]

RECENT_MONTHS = 3
"""Number of newest months that are compared with all earlier ones for drift."""

CURVES = ("model_first", "value")

SLICES: Mapping[str, Callable[[Dataset], np.ndarray]] = {
    "surface": lambda data: data.facts["surface"].astype(str),
    "distance": lambda data: _bands(data.facts["distance"], (1400, 1800, 2200), "m"),
    "runners": lambda data: _bands(np.repeat(data.sizes, data.sizes), (9, 13, 16), ""),
    "racecourse": lambda data: data.facts["racecourse"].astype(str),
}
"""The groups of races: functions that return the same value for all runners of a race."""


def evaluation_name(version: str) -> str:
    """Return the name of the evaluation of a version."""
    return f"evaluation-{version}.json"


def losses_name(version: str) -> str:
    """Return the name of the losses of each race of a version."""
    return f"losses-{version}.npz"


def evaluate(artefacts: Artefacts, dataset: Dataset, card: Card, walked: Walk) -> Content:
    """Evaluate a version on the months of its walk-forward, store the result, and return it.

    Only races with all final odds count, so that the model and the market are evaluated on the same races.
    Raises ``BadUserInput`` if there are none.
    """
    if artefacts.read(evaluation_name(card.version)) is not None:
        return read_evaluation_of(artefacts, card.version)
    tested = dataset.select(walked.rows)
    priced = ~np.isnan(np.add.reduceat(tested.market, tested.starts))
    data, chances = tested.where(priced), walked.chances[np.repeat(priced, tested.sizes)]
    if not len(data):
        raise BadUserInput("No race with final odds can be evaluated.")
    losses = race_losses(chances, data.targets, data.starts)
    races = data.facts["race_id"][data.starts].astype(str)
    artefacts.write_arrays(
        losses_name(card.version), {"races": races, "losses": losses, "days": data.days[data.starts]}
    )
    content = {
        "version": card.version,
        "without_odds": int(np.count_nonzero(~priced)),
        "summary": asdict(_summary(data, chances)),
        "figures": {name: asdict(figures(data, each)) for name, each in _forecasts(data, chances).items()},
        "months": list(_parts(data, chances, data.days.astype("datetime64[M]").astype(str))),
        "slices": {name: list(_parts(data, chances, values(data))) for name, values in SLICES.items()},
        "reliability": reliability(chances, data.facts["won"] > 0),
        "market_reliability": reliability(data.market, data.facts["won"] > 0),
        "top3_calibration_error": _top3_error(data, chances, card),
        "strategies": returns(data, chances),
        "profit": {name: profit_curve(data, chances, name) for name in CURVES},
        "drift": _drift(dataset, tested, walked),
    }
    artefacts.write_json(evaluation_name(card.version), content)
    return read_evaluation_of(artefacts, card.version)


def read_evaluation_of(artefacts: Artefacts, version: str) -> Content:
    """Read the evaluation of a version. Raises ``NotFound`` if there is none."""
    content = artefacts.read_json(evaluation_name(version))
    if content is None:
        raise NotFound("The model has not been evaluated. Run graphql-api forecast evaluate.", version=version)
    found: Content = content
    return found


def _forecasts(data: Dataset, chances: np.ndarray) -> Mapping[str, np.ndarray]:
    return {"model": chances, "market": data.market, "uniform": _uniform(data)}


def _uniform(data: Dataset) -> np.ndarray:
    even: np.ndarray = 1 / np.repeat(data.sizes, data.sizes)
    return even


def _summary(data: Dataset, chances: np.ndarray) -> Evaluation:
    """Return the published part of an evaluation."""
    losses = {name: race_losses(each, data.targets, data.starts) for name, each in _forecasts(data, chances).items()}
    apart = interval(data.days[data.starts], losses["model"] - losses["market"], np.ones(len(data.starts)))
    own = figures(data, chances)
    return Evaluation(
        since=_day(data.days[0]),
        until=_day(data.days[-1]),
        races=len(data.starts),
        log_loss=own.log_loss,
        market_log_loss=float(losses["market"].mean()),
        uniform_log_loss=float(losses["uniform"].mean()),
        difference=apart.mean,
        difference_low=apart.low,
        difference_high=apart.high,
        calibration_error=own.calibration_error,
        top1=own.top1,
        ndcg3=own.ndcg3,
    )


def _parts(data: Dataset, chances: np.ndarray, values: np.ndarray) -> Iterator[Content]:
    """Return the losses of groups of races."""
    of_race = values[data.starts]
    losses = {name: race_losses(each, data.targets, data.starts) for name, each in _forecasts(data, chances).items()}
    for value in np.unique(of_race):
        rows = of_race == value
        yield {
            "value": str(value),
            "races": int(rows.sum()),
            **{name: float(each[rows].mean()) for name, each in losses.items()},
        }


def _top3_error(data: Dataset, chances: np.ndarray, card: Card) -> float:
    """Return the calibration error of the probabilities of the first three places, each month with its own flatness."""
    months = data.days.astype("datetime64[M]").astype(str)
    found = np.empty(len(data))
    for each in card.months:
        rows = months == each.month
        own = data.where(rows[data.starts])
        found[rows] = top3(chances[rows], own.starts, own.sizes, each.flatness)
    return calibration_error(found, data.facts["finish_position"] <= 3)


def _drift(dataset: Dataset, tested: Dataset, walked: Walk) -> Content:
    """Return the drift of the newest months from all earlier ones: of features and of the walk-forward's forecasts."""
    months = dataset.days.astype("datetime64[M]")
    newest = np.unique(months)[-RECENT_MONTHS]
    cut = int(np.searchsorted(months, newest))
    before, after = dataset.select(slice(0, cut)), dataset.select(slice(cut, len(dataset)))
    recent = tested.days.astype("datetime64[M]") >= newest
    scores = walked.chances * np.repeat(tested.sizes, tested.sizes)  # a chance of 2 is twice the even one
    return {
        "since": str(newest),
        "chances": psi(scores[~recent], scores[recent]) if (~recent).any() and recent.any() else None,
        "features": drift(before, after) if len(before) and len(after) else [],
    }


def _bands(values: np.ndarray, bounds: Sequence[int], unit: str) -> np.ndarray:
    """Return the band of each number: below the first limit, between two limits, or above the last."""
    ends = [
        f"-{bounds[0] - 1}{unit}",
        *(f"{low}-{high - 1}{unit}" for low, high in pairwise(bounds)),
    ]
    names = np.array([*ends, f"{bounds[-1]}-{unit}"])
    named: np.ndarray = names[np.searchsorted(np.array(bounds), values.astype(np.int64), "right")]
    return named


def _day(value: Any) -> date:
    day: date = value.astype(object)
    return day
