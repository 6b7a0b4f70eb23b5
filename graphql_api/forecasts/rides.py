"""The table of rides for features: the files of the archive in DuckDB, and entries of coming races."""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql_api.archive.duck import connect
from graphql_api.archive.files import LocalFiles
from graphql_api.archive.manifest import NAME, Manifest, load
from graphql_api.errors import IndexRequired, NotFound
from graphql_api.storage.protocol import Storage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_FILES_BYTES = 2**36

COLUMNS: Mapping[str, str] = {
    "date": "DATE",
    "race_id": "VARCHAR",
    "racecourse": "VARCHAR",
    "race_number": "INTEGER",
    "race_name": "VARCHAR",
    "jurisdiction": "VARCHAR",
    "surface": "VARCHAR",
    "surface_ordinal": "INTEGER",
    "distance": "INTEGER",
    "going_ordinal": "INTEGER",
    "weather_ordinal": "INTEGER",
    "race_class": "VARCHAR",
    "grade": "VARCHAR",
    "field_size": "INTEGER",
    "bracket_number": "INTEGER",
    "horse_number": "INTEGER",
    "horse_name": "VARCHAR",
    "jockey_id": "VARCHAR",
    "carried_weight": "DOUBLE",
    "body_weight": "INTEGER",
    "body_weight_change": "INTEGER",
    "win_odds": "DOUBLE",
    "favourite_rank": "INTEGER",
    "finish_status": "VARCHAR",
    "finish_position": "INTEGER",
    "finish_time": "DOUBLE",
    "margin": "DOUBLE",
    "last3f": "DOUBLE",
    "running_style_ordinal": "INTEGER",
    "prize_money": "DOUBLE",
}
"""The columns that ``features.sql`` reads, with their types. All are columns of the archive."""

FEATURES_SQL = files("graphql_api.forecasts").joinpath("features.sql").read_text(encoding="utf-8")


def read_manifest(storage: Storage) -> Manifest:
    """Read the manifest of the archive. Raises ``IndexRequired``, ``IndexOutdated`` and ``DataCorrupt``."""
    try:
        stored = storage.read(NAME)
    except NotFound as error:
        raise IndexRequired("Forecasts require the index. Run graphql-api index.") from error
    assert stored is not None  # noqa: S101 - without a known version the storage gives an object
    return load(stored.data)


def open_rides(
    storage: Storage,
    manifest: Manifest,
    folder: Path,
    memory_bytes: int,
    entries: Sequence[Mapping[str, Any]] = (),
    before: date | None = None,
) -> "DuckDBPyConnection":
    """Open a database with the view ``rides``: rides of the archive, and ``entries`` as rows without a result.

    With ``before``, it has only rides before that day. ``folder`` receives the files. Raises ``EngineMissing``, and
    as ``LocalFiles.fetch``.
    """
    parts = [manifest.rides[year] for year in sorted(manifest.rides)]
    paths = LocalFiles(storage, str(folder), MAX_FILES_BYTES).fetch(parts, parts)
    connection = connect(None, memory_limit=f"{memory_bytes}B", temp_directory=str(folder / "spilt"))
    connection.execute(f"CREATE TABLE entries ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    if entries:
        rows = [[entry.get(name) for name in COLUMNS] for entry in entries]
        connection.executemany(f"INSERT INTO entries VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    names = ", ".join(COLUMNS)
    archived = ""
    if paths:
        where = f" WHERE date < DATE '{before.isoformat()}'" if before else ""
        archived = f" UNION ALL SELECT {names} FROM read_parquet([{', '.join(map(quoted, paths))}]){where}"
    connection.execute(f"CREATE VIEW rides AS SELECT {names} FROM entries{archived}")
    return connection


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
