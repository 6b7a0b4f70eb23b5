"""What was published last: the Iceberg tables of one version of the archive, and their snapshots.

Servers that ask Athena read this in the place of the manifest, which it holds. So they see one whole version of all
tables, also while another is being published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from graphql_api.archive.manifest import HORSES, JOCKEYS, DataFile, Manifest, dump
from graphql_api.archive.manifest import load as load_manifest
from graphql_api.errors import DataCorrupt, IndexOutdated, NotFound
from graphql_api.storage.protocol import Storage, writable_key

NAME = "_published.v1.json"
RIDES = "rides"


@dataclass(frozen=True, slots=True)
class Table:
    """An Iceberg table as published: its name in the database, and the id of its snapshot."""

    name: str
    snapshot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published version.

    ``tables`` maps the archive's tables to those of the database. ``version`` is the ETag that the manifest had.
    ``previous`` names the files of what was published before, which readers may still ask.
    """

    database: str
    tables: Mapping[str, Table]
    version: str
    manifest: Manifest
    previous: tuple[str, ...] = ()


def files_of(manifest: Manifest) -> Mapping[str, tuple[DataFile, ...]]:
    """Return the files of each table."""
    years = sorted(manifest.rides, reverse=True)
    return {
        RIDES: tuple(manifest.rides[year] for year in years),
        JOCKEYS: (manifest.jockeys,),
        HORSES: (manifest.horses,),
    }


def write(published: Published) -> bytes:
    """Write what was published."""
    tables = {table: {"name": each.name, "snapshot": each.snapshot} for table, each in published.tables.items()}
    return orjson.dumps(
        {
            "database": published.database,
            "tables": tables,
            "version": published.version,
            "previous": published.previous,
            "manifest": orjson.Fragment(dump(published.manifest)),
        }
    )


def load(data: bytes) -> Published:
    """Read what was published. Raises ``DataCorrupt`` and ``IndexOutdated``, as for the manifest."""
    try:
        content = orjson.loads(data)
        manifest = orjson.dumps(content["manifest"])
        tables = {name: _table(content["tables"][name]) for name in (RIDES, JOCKEYS, HORSES)}
        return Published(
            database=str(content["database"]),
            tables=tables,
            version=str(content["version"]),
            manifest=load_manifest(manifest),
            previous=tuple(map(writable_key, content["previous"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataCorrupt("The published index cannot be read.", key=NAME, reason=str(error)) from error


def _table(content: Mapping[str, Any]) -> Table:
    return Table(str(content["name"]), int(content["snapshot"]))


def published_files(storage: Storage) -> frozenset[str]:
    """Name the files that readers of what was published may ask; none where nothing was, or by another release."""
    try:
        stored = storage.read(NAME)
        published = load(stored.data) if stored else None
    except (NotFound, IndexOutdated):
        return frozenset()
    return frozenset({*(file.name for file in published.manifest.files), *published.previous} if published else ())
