"""Runners with their features as arrays, ordered by day and race."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from graphql_api.archive.duck import connect, translated
from graphql_api.errors import BadUserInput
from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.feature_files import COMPLETE, ORDER, Features
from graphql_api.forecasts.rides import FEATURES_SQL, open_rides, quoted, read_manifest

FACTS = (
    "date",
    "race_id",
    "horse_number",
    "horse_name",
    "racecourse",
    "jurisdiction",
    "surface",
    "distance",
    "race_number",
    "won",
    "finish_position",
    "win_odds",
)
"""The columns that are not features: race, runner and result."""

NUMBERS = frozenset({"won", "finish_position", "win_odds"})
"""Numeric facts that may be unknown (NaN)."""


@dataclass(frozen=True)
class Dataset:
    """Runners of complete races.

    ``facts`` maps ``FACTS`` to columns. ``features`` is a matrix of float32 with the columns ``names``. NaN is null.
    ``starts`` are the first rows of races.
    """

    facts: Mapping[str, np.ndarray]
    features: np.ndarray
    names: tuple[str, ...]
    starts: np.ndarray

    @classmethod
    def of(cls, columns: dict[str, np.ndarray], names: Sequence[str]) -> Self:
        """Return the dataset of ordered rows from DuckDB. It removes them from ``columns``, which may be gigabytes."""
        facts = {name: floats(columns[name]) if name in NUMBERS else np.asarray(columns[name]) for name in FACTS}
        facts["date"] = facts["date"].astype("datetime64[D]")
        features = np.empty((len(facts["date"]), len(names)), np.float32)
        for place, name in enumerate(names):
            features[:, place] = np.ma.filled(np.ma.asarray(columns.pop(name)).astype(np.float32), np.nan)
        races = facts["race_id"]
        begins = np.ones(len(races), np.bool_)
        begins[1:] = races[1:] != races[:-1]
        return cls(facts, features, tuple(names), np.flatnonzero(begins))

    def __len__(self) -> int:
        """Count the runners."""
        return len(self.features)

    @property
    def days(self) -> np.ndarray:
        """Return the day of each runner."""
        return self.facts["date"]

    @cached_property
    def sizes(self) -> np.ndarray:
        """Return the number of runners of each race."""
        sizes: np.ndarray = np.diff(self.starts, append=len(self))
        return sizes

    @cached_property
    def targets(self) -> np.ndarray:
        """Return the share of the win of each runner. Winners of a dead heat share it."""
        won = self.facts["won"]
        shares: np.ndarray = won / np.repeat(np.add.reduceat(won, self.starts), self.sizes)
        return shares

    @cached_property
    def market(self) -> np.ndarray:
        """Return the probability of each runner by the final odds. NaN for races with missing odds."""
        implied = 1 / self.facts["win_odds"]
        chances: np.ndarray = implied / np.repeat(np.add.reduceat(implied, self.starts), self.sizes)
        return chances

    def select(self, rows: slice) -> "Dataset":
        """Return consecutive rows, which must be complete races."""
        kept = (self.starts >= rows.start) & (self.starts < rows.stop)
        return replace(
            self,
            facts={name: column[rows] for name, column in self.facts.items()},
            features=self.features[rows],
            starts=self.starts[kept] - rows.start,
        )

    def where(self, races: np.ndarray) -> "Dataset":
        """Return the races for which ``races`` is true."""
        rows = np.repeat(races, self.sizes)
        return replace(
            self,
            facts={name: column[rows] for name, column in self.facts.items()},
            features=self.features[rows],
            starts=np.cumsum(self.sizes[races]) - self.sizes[races],
        )

    def between(self, since: date | None, until: date | None) -> "Dataset":
        """Return the rows of the days from ``since`` to ``until``, both included."""
        first = 0 if since is None else int(np.searchsorted(self.days, np.datetime64(since)))
        stop = len(self) if until is None else int(np.searchsorted(self.days, np.datetime64(until), "right"))
        return self.select(slice(first, stop))


def load_dataset(artefacts: Artefacts, features: Features, names: Sequence[str]) -> Dataset:
    """Return the runners of all complete races with the features ``names``. Raises as ``Storage``."""
    with tempfile.TemporaryDirectory(prefix="graphql-api-dataset-") as folder:
        paths = []
        for part in features.parts.values():
            path = Path(folder) / part.name
            path.write_bytes(artefacts.read(part.name) or b"")
            paths.append(quoted(path))
        connection = connect(None)
        try:
            query = f"SELECT {_selected(names)} FROM read_parquet([{', '.join(paths)}])"
            columns: dict[str, Any] = connection.execute(f"{query} WHERE {COMPLETE} {ORDER}").fetchnumpy()
        finally:
            connection.close()
    return Dataset.of(columns, names)


def entry_dataset(
    artefacts: Artefacts, entries: Sequence[Mapping[str, Any]], names: Sequence[str], memory_bytes: int
) -> tuple[Dataset, date]:
    """Return entries of coming days with their features, and the last day before them that has rides.

    No ride of the first of these days, or of a later one, is used. Raises ``BadUserInput`` without any entry or ride,
    ``IndexRequired``, ``EngineMissing``, and as ``Storage``.
    """
    if not entries:
        raise BadUserInput("There are no races to forecast.")
    first = min(entry["date"] for entry in entries)
    manifest = read_manifest(artefacts.storage)
    with tempfile.TemporaryDirectory(prefix="graphql-api-entries-") as folder:
        connection = open_rides(artefacts.storage, manifest, Path(folder), memory_bytes, entries, first)
        try:
            with translated():
                wanted = f"WHERE ran = 0 AND date >= DATE '{first.isoformat()}' {ORDER}"
                query = f"SELECT {_selected(names)} FROM ({FEATURES_SQL}) {wanted}"
                columns: dict[str, Any] = connection.execute(query).fetchnumpy()
                found = connection.execute("SELECT max(date) FROM rides WHERE finish_status <> 'UNKNOWN'").fetchone()
        finally:
            connection.close()
    last = found[0] if found else None
    if last is None:
        raise BadUserInput("There are no rides before the races to forecast.")
    return Dataset.of(columns, names), last


def _selected(names: Sequence[str]) -> str:
    """Return the SQL of the columns of a dataset."""
    return ", ".join([*FACTS, *(f"CAST({name} AS FLOAT) AS {name}" for name in names)])


def floats(column: np.ndarray) -> np.ndarray:
    """Return a column of numbers as floats, NaN for null."""
    filled: np.ndarray = np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan)
    return filled
