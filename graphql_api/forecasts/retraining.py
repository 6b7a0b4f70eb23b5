"""The weekly decision to retrain, by the losses of published forecasts, new race days and drift."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from graphql_api.errors import NotFound
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.drift import FAR, drift
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.forecasts.probabilities import race_losses
from graphql_api.forecasts.publishing import published_day
from graphql_api.races.ids import COURSE_CODES, RacePlace, race_ids

JUDGED_DAYS = 28
"""Number of days before the newest results whose published forecasts are evaluated."""

MIN_RUNNERS = 500
"""Minimum number of runners after the training data for which drift is computed."""

MAX_DRIFT = 0.25
"""Maximum share of a model's importance on features with large drift. Above it, the model is retrained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """The result of the decision. ``drift`` is None with too few new runners, or without a model."""

    told: Mapping[str, Any]
    drift: float | None
    is_trained: bool
    refusal: str


def retrain(pipeline: Pipeline, every_days: int) -> Retraining:
    """Evaluate published forecasts. Train a candidate if there are enough new days, or drift.

    The registry decides whether the version becomes current. Raises ``IndexRequired``, ``EngineMissing``,
    ``BadUserInput`` if the data are too few, ``Conflict`` if another writer came first, and as ``Storage``.
    """
    card = _known(pipeline)
    moved = None if card is None else _drift(pipeline.rows, card)
    told: dict[str, Any] = {"judged": _judged(pipeline), "drift": moved}
    if card is not None and not _is_due(card, pipeline.features.last, every_days, moved):
        return Retraining(told={**told, "model": card.version}, drift=moved, is_trained=False, refusal="")
    made = pipeline.train()
    pipeline.evaluate(made)
    refusal = pipeline.promote(made)
    pipeline.registry.publish()
    told |= {"model": made.version, "refusal": refusal or None}
    return Retraining(told=told, drift=moved, is_trained=True, refusal=refusal)


def _known(pipeline: Pipeline) -> Card | None:
    try:
        return pipeline.card()
    except NotFound:
        return None


def _is_due(card: Card, last: date, every_days: int, moved: float | None) -> bool:
    is_new = last > card.trained_until
    return last >= card.trained_until + timedelta(days=every_days) or (
        is_new and moved is not None and moved > MAX_DRIFT
    )


def _drift(rows: Dataset, card: Card) -> float | None:
    """Return the share of a model's importance on features with large drift since its training."""
    before, after = rows.between(None, card.trained_until), rows.between(card.trained_until + timedelta(days=1), None)
    if len(after) < MIN_RUNNERS or not len(before):
        return None
    far = [str(each["feature"]) for each in drift(before, after) if float(each["psi"]) > FAR]
    return round(sum(card.importances.get(name, 0.0) for name in far), 6)


def _judged(pipeline: Pipeline) -> Mapping[str, Any]:
    """Return the mean losses of forecasts that were published before their races, for the newest days with results."""
    last = pipeline.features.last
    rows = pipeline.rows.between(last - timedelta(days=JUDGED_DAYS - 1), last)
    if not len(rows):
        return {"races": 0}
    chances = _published_chances(pipeline, rows)
    known = ~np.isnan(np.add.reduceat(chances + rows.market, rows.starts))
    if not known.any():
        return {"races": 0}
    data, kept = rows.where(known), chances[np.repeat(known, rows.sizes)]
    losses = {"model": kept, "market": data.market, "uniform": 1 / np.repeat(data.sizes, data.sizes)}
    means = {
        name: round(float(race_losses(each, data.targets, data.starts).mean()), 6) for name, each in losses.items()
    }
    return {"races": int(known.sum()), "since": str(data.days[0]), "until": str(data.days[-1]), **means}


def _published_chances(pipeline: Pipeline, rows: Dataset) -> np.ndarray:
    """Return the published probability of each runner before its race, among the starters. NaN without one."""
    found = np.full(len(rows), np.nan)
    for day in np.unique(rows.days):
        published = published_day(pipeline.storage, day.astype(object))
        if published is None or not published.made_before:
            continue
        races = {
            each.race_id: {own.horse_number: own.win_probability for own in each.runners} for each in published.races
        }
        for row in np.flatnonzero(rows.days == day).tolist():
            found[row] = races.get(_race_id(rows, row), {}).get(int(rows.facts["horse_number"][row]), np.nan)
    whole: np.ndarray = found / np.repeat(np.add.reduceat(found, rows.starts), rows.sizes)
    return whole


def _race_id(rows: Dataset, row: int) -> str:
    course, number = COURSE_CODES[str(rows.facts["racecourse"][row])], int(rows.facts["race_number"][row])
    return race_ids(RacePlace(rows.days[row].astype(object), course, number)).bridge
