"""The step ``features``: ``features.sql`` on the archive, written as one Parquet file for each year."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from graphql_api.archive.duck import translated
from graphql_api.errors import BadUserInput, DataCorrupt
from graphql_api.forecasts.artefacts import Artefacts, digest
from graphql_api.forecasts.rides import FEATURES_SQL, open_rides, quoted, read_manifest

Advance = Callable[[], object]

ORDER = "ORDER BY date, race_id, horse_number, horse_name, jockey_id"
"""The order of rows. Models depend on it, so it must not depend on the files."""

COMPLETE = "field_size = held AND winners > 0"
"""SQL condition of rows in complete races: all starters and a winner are known."""


@dataclass(frozen=True, slots=True)
class Part:
    """The features of one year: the name of the object, and its rows."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The result of the step: its digest, its parts by year, and their number of races.

    ``incomplete`` counts races with missing starters. Models never use them.
    """

    digest: str
    parts: Mapping[int, Part]
    first: date
    last: date
    races: int
    incomplete: int

    @property
    def rows(self) -> int:
        """Count the runners."""
        return sum(part.rows for part in self.parts.values())


def make_features(
    artefacts: Artefacts, memory_bytes: int, threads: int = 1, advance: Advance = lambda: None
) -> Features:
    """Compute the features of all rides, unless they exist.

    Raises ``IndexRequired``, ``EngineMissing``, ``BadUserInput`` if there is no race, and as ``Storage``.
    """
    manifest = read_manifest(artefacts.storage)
    version = digest(FEATURES_SQL, [file.name for file in manifest.rides.values()])
    known = artefacts.read_json(_manifest_name(version))
    if known is not None:
        return _read(known)
    with tempfile.TemporaryDirectory(prefix="graphql-api-features-") as folder:
        connection = open_rides(artefacts.storage, manifest, Path(folder), memory_bytes)
        try:
            made = _made(artefacts, connection, version, Path(folder), threads, advance)
        finally:
            connection.close()
    artefacts.write_json(_manifest_name(version), asdict(made))
    artefacts.delete_old("features-", [_manifest_name(version), *(part.name for part in made.parts.values())])
    return made


def _made(
    artefacts: Artefacts, connection: Any, version: str, folder: Path, threads: int, advance: Advance
) -> Features:
    with translated():
        connection.execute(f"SET threads = {threads:d}")  # the features are equal for any number
        connection.execute(f"CREATE TABLE features AS {FEATURES_SQL}")
        connection.execute("SET threads = 1")  # the files are not
        first, last, races, incomplete = _one(
            connection,
            "SELECT min(date), max(date), count(DISTINCT race_id), "
            f"count(DISTINCT CASE WHEN NOT ({COMPLETE}) OR field_size IS NULL THEN race_id END) FROM features",
        )
        if first is None:
            raise BadUserInput("The index has no race from which features can be computed.")
        parts = {}
        for (year,) in connection.execute("SELECT DISTINCT year(date) FROM features ORDER BY 1").fetchall():
            path = folder / f"features-{year}.parquet"
            query = f"SELECT * FROM features WHERE year(date) = {year:d} {ORDER}"
            (rows,) = _one(connection, f"COPY ({query}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
            parts[year] = Part(f"features-{version}-{year}.parquet", rows)
            artefacts.write(parts[year].name, path.read_bytes())
            advance()
    return Features(digest=version, parts=parts, first=first, last=last, races=races, incomplete=incomplete)


def _one(connection: Any, query: str) -> Sequence[Any]:
    """Return the only row of a result."""
    row: Sequence[Any] = connection.execute(query).fetchone()
    return row


def _manifest_name(version: str) -> str:
    return f"features-{version}.json"


def _read(content: Any) -> Features:
    try:
        parts = {int(year): Part(**part) for year, part in content["parts"].items()}
        first, last = (date.fromisoformat(content[name]) for name in ("first", "last"))
        counts = {name: content[name] for name in ("digest", "races", "incomplete")}
        return Features(parts=parts, first=first, last=last, **counts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataCorrupt("The result of an earlier step cannot be read.", reason=str(error)) from error
