"""The walk through time: each month is forecast by a model that was trained on the months before it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphql_api.errors import BadUserInput, DataCorrupt
from graphql_api.forecasts import boosting
from graphql_api.forecasts.artefacts import DIGEST_LENGTH, Artefacts, digest
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.probabilities import Top3Fit, fit_temperature, softmax

Advance = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Fold:
    """A month (``YYYY-MM``), its rows, the model that was trained on all rows before it, and how chances follow."""

    month: str
    rows: slice
    booster: str
    temperature: float
    flatness: float


@dataclass(frozen=True, slots=True)
class Walk:
    """Forecasts of months that their models had not seen: the rows are consecutive, and end with the data.

    ``temperature`` and ``flatness`` are for what comes after the data: they are fitted on all of these forecasts.
    """

    folds: tuple[Fold, ...]
    scores: np.ndarray
    chances: np.ndarray
    temperature: float
    flatness: float

    @property
    def rows(self) -> slice:
        """Return all rows that were forecast."""
        return slice(self.folds[0].rows.start, self.folds[-1].rows.stop)


def planned_months(dataset: Dataset, parameters: Parameters) -> list[tuple[str, slice]]:
    """Return the months that will be forecast, with their rows. Raises ``BadUserInput`` if the data are too short."""
    months = dataset.days.astype("datetime64[M]")
    distinct = np.unique(months)
    tested = distinct[parameters.warmup_months :][-parameters.test_months :]
    found = []
    for month in tested:
        rows = slice(int(np.searchsorted(months, month)), int(np.searchsorted(months, month, "right")))
        if np.count_nonzero(dataset.starts < rows.start) >= parameters.minimum_races:
            found.append((str(month), rows))
    if not found:
        raise BadUserInput(
            f"Training requires complete races of more than {parameters.warmup_months} months, and "
            f"{parameters.minimum_races} races before the first month that is forecast. "
            f"There are {len(dataset.starts):,} complete races in {len(distinct)} months."
        )
    return found


def walk(
    artefacts: Artefacts, dataset: Dataset, parameters: Parameters, threads: int, advance: Advance = lambda: None
) -> Walk:
    """Forecast the planned months. Models that are stored already are not trained again.

    Raises ``BadUserInput``, ``EngineMissing``, and as ``Storage``.
    """
    prefixes, top3 = Prefixes(dataset, parameters), Top3Fit()
    folds: list[Fold] = []
    scores, chances = np.empty(0), np.empty(0)
    temperature = 1.0
    for month, rows in planned_months(dataset, parameters):
        booster = ensure_booster(artefacts, dataset, rows.start, prefixes, parameters, threads)
        own = dataset.select(rows)
        found = read_model(artefacts, booster, threads).scores(own.features)
        given = softmax(found * temperature, own.starts, own.sizes)
        folds.append(Fold(month, rows, booster, temperature, top3.flatness))
        top3.add(given, own.facts["finish_position"] <= 3, own.starts, own.sizes)
        scores, chances = np.concatenate([scores, found]), np.concatenate([chances, given])
        past = dataset.select(slice(folds[0].rows.start, rows.stop))
        temperature = fit_temperature(scores, past.targets, past.starts, past.sizes)
        advance()
    return Walk(tuple(folds), scores, chances, temperature, top3.flatness)


class Prefixes:
    """Digests of the first rows of a dataset: models of months that later data did not change keep their names."""

    def __init__(self, dataset: Dataset, parameters: Parameters) -> None:
        """Take the data and what they are trained with."""
        self._dataset = dataset
        trees = {name: each for name, each in parameters.table.items() if not name.endswith(("_months", "_races"))}
        self._head = digest(trees, list(dataset.names), boosting.library_version())
        self._hasher = hashlib.blake2b(digest_size=DIGEST_LENGTH)
        self._begins = np.zeros(len(dataset), np.bool_)
        self._begins[dataset.starts] = True
        self._done = 0

    def of(self, rows: int) -> str:
        """Return the digest of the first ``rows`` rows; each call needs at least as many as the one before."""
        if rows < self._done:
            raise ValueError("prefixes are asked for in ascending order")
        new = slice(self._done, rows)
        data = self._dataset
        for column in (data.features, data.targets, data.days.astype(np.int64), self._begins):
            self._hasher.update(np.ascontiguousarray(column[new]).tobytes())
        self._done = rows
        return self._hasher.copy().hexdigest()

    def name(self, rows: int) -> str:
        """Return the name of the model that is trained on the first ``rows`` rows."""
        return f"booster-{digest(self._head, self.of(rows))}.txt"


def ensure_booster(
    artefacts: Artefacts, dataset: Dataset, rows: int, prefixes: Prefixes, parameters: Parameters, threads: int
) -> str:
    """Train on the first rows unless that was done before, and return the name of the model."""
    name = prefixes.name(rows)
    if artefacts.read(name) is None:
        artefacts.write(name, boosting.train(dataset.select(slice(0, rows)), parameters, threads).encode())
    return name


def read_model(artefacts: Artefacts, name: str, threads: int) -> boosting.Model:
    """Read a model by its name. Raises ``DataCorrupt`` if it is gone, and ``EngineMissing``."""
    data = artefacts.read(name)
    if data is None:
        raise DataCorrupt("A model was deleted. Train again.", key=name)
    return boosting.Model(data.decode(), threads)
