"""The manifest: which files one version of the archive consists of, and of which version each jockey's file was."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from graphql_api.archive.columns import SCHEMA, TEXTS
from graphql_api.archive.years import ALL_YEARS, Years
from graphql_api.errors import DataCorrupt, IndexOutdated
from graphql_api.storage.protocol import writable_key

NAME = "_rides.v1.json"
FOLDER = "rides"
"""The folder of the files that it names."""

JOCKEYS, HORSES = "jockeys", "horses"


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file, named by its content, so that it never changes: its rows, and its size in bytes."""

    name: str
    rows: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One version of the archive.

    ``rides`` maps years to their files. ``sources`` maps each jockey to the ETag of the file that was read, None where
    none could be. ``previous`` names the files of the version before, which readers may still open. ``plain`` names the
    text fields that are, in every ride, in the form in which they are compared, so that nobody has to read that too.
    """

    rides: Mapping[int, DataFile]
    jockeys: DataFile
    horses: DataFile
    sources: Mapping[str, str | None]
    previous: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[DataFile, ...]:
        """List all files, the rides' newest year first."""
        return (*(self.rides[year] for year in sorted(self.rides, reverse=True)), self.jockeys, self.horses)

    @cached_property
    def rows(self) -> int:
        """Count the rides."""
        return self.rows_of(ALL_YEARS)

    def rows_of(self, years: Years) -> int:
        """Count the rides of some years."""
        first, last = years
        return sum(each.rows for year, each in self.rides.items() if first <= year <= last)

    @cached_property
    def complete(self) -> bool:
        """Return whether every jockey's file has been read."""
        return None not in self.sources.values()


def dump(manifest: Manifest) -> bytes:
    """Write a manifest."""
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "rides": {str(year): _dumped(file) for year, file in manifest.rides.items()},
            JOCKEYS: _dumped(manifest.jockeys),
            HORSES: _dumped(manifest.horses),
            "previous": manifest.previous,
            "plain": manifest.plain,
            "sources": dict(manifest.sources),
        }
    )


def load(data: bytes) -> Manifest:
    """Read a manifest. Raises ``IndexOutdated`` for one of another layout, and ``DataCorrupt`` for what is none."""
    try:
        content = orjson.loads(data)
        schema = content["schema"]
        if schema == SCHEMA:
            return _loaded(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataCorrupt("The index cannot be read.", key=NAME, reason=str(error)) from error
    raise IndexOutdated(
        "The index has a format that this release does not read. Run graphql-api index.",
        key=NAME,
        found=schema,
        read=SCHEMA,
    )


def _dumped(file: DataFile) -> Mapping[str, Any]:
    return {"name": file.name, "rows": file.rows, "size": file.size}


def _loaded(content: Any) -> Manifest:
    sources = content["sources"]
    if not all(etag is None or isinstance(etag, str) for etag in sources.values()):
        raise TypeError("an ETag that is no text")
    return Manifest(
        rides={int(year): _file(each) for year, each in content["rides"].items()},
        jockeys=_file(content[JOCKEYS]),
        horses=_file(content[HORSES]),
        sources=sources,
        previous=tuple(map(writable_key, content["previous"])),
        plain=tuple(name for name in TEXTS if name in content.get("plain", ())),
    )


def _file(content: Any) -> DataFile:
    name, rows, size = writable_key(content["name"]), content["rows"], content["size"]
    if not (name.startswith(f"{FOLDER}/") and type(rows) is type(size) is int):
        raise ValueError("no file of the archive")
    return DataFile(name, rows, size)
