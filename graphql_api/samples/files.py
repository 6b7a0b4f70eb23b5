"""Writes the sample riders' files."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from graphql_api.jockeys import ids
from graphql_api.samples.careers import career, jockey_ids
from graphql_api.samples.pages import scraped
from graphql_api.samples.rides import results

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

_LONG = 20_000
_SUFFIXES = (".pickle", ".pickle.gz")


def frame(jockey_id: str, rows: int, seed: int) -> "pd.DataFrame":
    """Make one rider's frame, newest race first; the same arguments give the same frame. Needs pandas.

    Ids of ``jockey_ids`` have careers and file layouts of their own; any other netkeiba id is a rider of a usual kind.
    Raises ``BadUserInput`` for what is no id.
    """
    rider = career(ids.jockey_id(jockey_id))
    rng = Random(f"{jockey_id}/{seed}")  # noqa: S311  (sample data, no secret)
    return scraped(list(results(rider, rows, rng)), jockey_id, rider.layout)


def file_name(jockey_id: str, rows: int) -> str:
    """Name the file of a career of so many rows; over 20,000 it is compressed, lest the storage refuse its size."""
    return f"{jockey_id}{'.pickle.gz' if rows > _LONG else career(jockey_id).layout.suffix}"


def write(
    out: Path, jockeys: int, rows: int, seed: int, progress: Callable[[Path], object] | None = None
) -> list[Path]:
    """Write the first ``jockeys`` sample riders into the folder ``out`` (made if missing); returns the files.

    ``rows`` is the length of the longest careers; others are shorter, one is empty. ``progress`` is called after each
    file. Same arguments, same bytes (under one version of pandas). What an earlier call wrote for these riders is
    replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for jockey_id in jockey_ids(jockeys):
        rider = career(jockey_id)
        length = rider.rows(rows)
        for suffix in _SUFFIXES:
            (out / f"{jockey_id}{suffix}").unlink(missing_ok=True)
        path = out / file_name(jockey_id, length)
        # Without a time stamp in the gzip header.
        compression = {"method": "gzip", "mtime": 0} if path.suffix == ".gz" else None
        frame(jockey_id, length, seed).to_pickle(path, compression=compression)
        written.append(path)
        if progress is not None:
            progress(path)
    return written
