"""Writes the sample riders' files."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from graphql_api.jockeys import ids
from graphql_api.samples.calendar import Calendar
from graphql_api.samples.careers import NEWEST, ROSTER, jockey_ids, understudied, whole_field_ids
from graphql_api.samples.pages import scraped
from graphql_api.samples.rows import results

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

COMPLETE_SPAN = timedelta(days=729)
"""Time before the newest day, two seasons, for which the complete sample has every ride of its jockeys."""

_LONG = 20_000
_SUFFIXES = (".pickle", ".pickle.gz")
_calendar = lru_cache(maxsize=2)(Calendar)

Progress = Callable[[Path], object]


def frame(jockey_id: str, rows: int, seed: int) -> "pd.DataFrame":
    """Make one rider's frame, newest race first; the same arguments give the same frame. Needs pandas.

    Any netkeiba id has a frame. One that is not in the roster has the rides of one that is, under its own id, so the
    two do not go into one folder. A frame has fewer rows where the rider had fewer rides since 1850.
    Raises ``BadUserInput`` for what is no id.
    """
    rider = understudied(ids.jockey_id(jockey_id))
    rides = islice(results(_calendar(seed), rider), rows)
    return scraped(list(rides), jockey_id, ROSTER[rider].layout)


def file_name(jockey_id: str, rows: int) -> str:
    """Name the file of a career of so many rows; over 20,000 it is compressed, lest the storage refuse its size."""
    return f"{jockey_id}{'.pickle.gz' if rows > _LONG else ROSTER[jockey_id].layout.suffix}"


def write(out: Path, jockeys: int, rows: int, seed: int, progress: Progress | None = None) -> list[Path]:
    """Write the first ``jockeys`` sample riders into the folder ``out`` (made if missing); returns the files.

    ``rows`` is the length of the longest careers; others are shorter, one is empty. ``progress`` is called after each
    file. Same arguments, same bytes (under one version of pandas). What an earlier call wrote for these riders is
    replaced.
    """
    lengths = ((jockey_id, ROSTER[jockey_id].rows(rows)) for jockey_id in jockey_ids(jockeys))
    frames = ((jockey_id, frame(jockey_id, length, seed)) for jockey_id, length in lengths)
    return _write(out, frames, progress)


def write_complete(out: Path, seed: int, progress: Progress | None = None, until: date = NEWEST) -> list[Path]:
    """Write two seasons of all riders at JRA, so that JRA's races have their whole fields; else as ``write``.

    The seasons end on the day ``until``.
    """
    calendar, since = Calendar(seed), until - COMPLETE_SPAN
    frames = (
        (jockey_id, scraped(list(results(calendar, jockey_id, since, until)), jockey_id, ROSTER[jockey_id].layout))
        for jockey_id in whole_field_ids()
    )
    return _write(out, frames, progress)


def _write(out: Path, frames: Iterable[tuple[str, "pd.DataFrame"]], progress: Progress | None) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for jockey_id, rides in frames:
        for suffix in _SUFFIXES:
            (out / f"{jockey_id}{suffix}").unlink(missing_ok=True)
        path = out / file_name(jockey_id, len(rides))
        # Without a time stamp in the gzip header.
        compression = {"method": "gzip", "mtime": 0} if path.suffix == ".gz" else None
        rides.to_pickle(path, compression=compression)
        written.append(path)
        if progress is not None:
            progress(path)
    return written
