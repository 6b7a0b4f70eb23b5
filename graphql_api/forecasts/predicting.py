"""The step ``predict``: probabilities of runners with reasons, by models without data of the day.

Past months are forecast by models of the walk-forward, coming days by the model of all data. The result is one object
for each month, or for each set of entries, and depends only on the version and the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graphql_api.errors import BadUserInput
from graphql_api.forecasts.artefacts import Artefacts, digest
from graphql_api.forecasts.boosting import Model
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.metrics import ranks
from graphql_api.forecasts.probabilities import softmax, top3
from graphql_api.forecasts.walk_forward import read_model

REASONS = 5
"""Number of reasons for each runner: the features with the largest contributions."""

Advance = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Forecasts of some days by one model, whose training data ends before them.

    ``columns`` has a row for each runner: ``date``, ``race`` (``YYYYMMDD_course_RR`` is made of ``racecourse`` and
    ``race_number``), ``number``, ``horse``, ``win``, ``top3``, ``rank``, ``market`` (NaN if unknown), and with
    ``REASONS`` columns each ``feature`` (its place among the card's), ``value`` (NaN if unknown), ``contribution``.
    """

    name: str
    trained_until: date
    columns: Mapping[str, np.ndarray]


def predict_months(
    artefacts: Artefacts,
    dataset: Dataset,
    card: Card,
    threads: int,
    span: tuple[date | None, date | None] = (None, None),
    advance: Advance = lambda: None,
) -> list[Predictions]:
    """Forecast the months of the walk-forward with days within ``span`` (both ends included, None: no limit)."""
    since, until = (None if day is None else f"{day:%Y-%m}" for day in span)
    months = dataset.days.astype("datetime64[M]").astype(str)
    found = []
    for month in card.months:
        if (since is None or month.month >= since) and (until is None or month.month <= until):
            rows = slice(int(np.searchsorted(months, month.month)), int(np.searchsorted(months, month.month, "right")))
            name = f"predictions-{card.version}-{month.month}.npz"
            how = (month.booster, month.temperature, month.flatness)
            found.append(_kept(artefacts, name, dataset.select(rows), month.trained_until, how, threads))
            advance()
    return found


def predict_entries(artefacts: Artefacts, entries: Dataset, card: Card, threads: int) -> Predictions:
    """Forecast coming days. Raises ``BadUserInput`` if the training data contains one of them, or a later day."""
    first: date = entries.days.min().astype(object)
    if first <= card.trained_until:
        raise BadUserInput(f"Model {card.version} was trained until {card.trained_until}: it cannot forecast {first}.")
    rows = digest(entries.features.tobytes(), entries.facts["race_id"].tolist(), entries.facts["horse_name"].tolist())
    name = f"predictions-{card.version}-{first}-{rows}.npz"
    how = (card.booster, card.temperature, card.flatness)
    return _kept(artefacts, name, entries, card.trained_until, how, threads)


def _kept(
    artefacts: Artefacts, name: str, data: Dataset, trained_until: date, how: tuple[str, float, float], threads: int
) -> Predictions:
    """Return the stored predictions of a name, or forecast and store them."""
    columns = artefacts.read_arrays(name)
    if columns is None:
        booster, temperature, flatness = how
        columns = forecast(read_model(artefacts, booster, threads), data, temperature, flatness)
        artefacts.write_arrays(name, columns)
    return Predictions(name, trained_until, columns)


def forecast(model: Model, data: Dataset, temperature: float, flatness: float) -> dict[str, np.ndarray]:
    """Return the columns of ``Predictions``.

    A contribution is in log-odds relative to the mean of the race, because an equal effect on all runners is no reason.
    """
    starts, sizes = data.starts, data.sizes
    win = softmax(model.scores(data.features) * temperature, starts, sizes)
    moved = model.contributions(data.features) * temperature
    moved -= np.repeat(np.add.reduceat(moved, starts, axis=0) / sizes[:, None], sizes, axis=0)
    first = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :REASONS]
    return {
        "date": data.days.astype("datetime64[D]"),
        "racecourse": _texts(data.facts["racecourse"]),
        "race_number": data.facts["race_number"].astype(np.int16),
        "number": data.facts["horse_number"].astype(np.int16),
        "horse": _texts(data.facts["horse_name"]),
        "win": win,
        "top3": top3(win, starts, sizes, flatness),
        "rank": ranks(data, win).astype(np.int16),
        "market": data.market,
        "feature": first.astype(np.int16),
        "value": np.take_along_axis(data.features, first, axis=1),
        "contribution": np.take_along_axis(moved, first, axis=1).astype(np.float32),
    }


def races_of(columns: Mapping[str, np.ndarray]) -> Sequence[slice]:
    """Return the rows of each race."""
    keys = [columns[name] for name in ("date", "racecourse", "race_number")]
    begins = np.ones(len(keys[0]), np.bool_)
    begins[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    starts = np.flatnonzero(begins).tolist()
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], len(begins)], strict=True)]


def _texts(values: np.ndarray) -> np.ndarray:
    """Return texts as an array with a dtype of texts, which needs no pickle."""
    texts: np.ndarray = np.array([str(value) for value in values])
    return texts
