"""Inspection of a jockey file: its columns, their fields, and all data warnings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphql_api.jockeys.headers import canonical
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.records import DataWarning, RaceRecords, SourceColumn
from graphql_api.jockeys.sources import SOURCES
from graphql_api.pickles import loads
from graphql_api.pickles.frames import Frame
from graphql_api.tables.cells import raw_text


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of the file. ``source`` is its canonical header, None for an unknown column.

    ``distinct`` counts values that are not null. ``example`` is the first of them.
    """

    label: str
    source: str | None
    dtype: str
    nulls: int
    distinct: int
    example: str | None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file as read: ``size`` in bytes as stored, ``memory`` in bytes as typed records.

    ``races`` counts the ``rows`` that are races, each once. ``missing`` are the canonical headers that the file lacks.
    ``warnings`` are the first of ``warning_count``.
    """

    file: str
    jockey_id: str
    size: int
    memory: int
    rows: int
    races: int
    columns: tuple[ColumnFacts, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    warning_count: int
    warnings: tuple[DataWarning, ...]


def inspect(data: bytes, name: str, jockey_id: str | None) -> FileFacts:
    """Read a stored file. Without ``jockey_id`` it is read from the file's column. Raises ``DataCorrupt``."""
    frame = loads(data)
    jockey = jockey_id or _own_id(frame)
    records = race_records(frame, jockey)
    columns = tuple(_column(column, canonical(column.label)) for column in records.source)
    return FileFacts(
        file=name,
        jockey_id=jockey,
        size=len(data),
        memory=records.nbytes,
        rows=records.source_rows,
        races=records.rows,
        columns=columns,
        missing=_missing(records),
        unknown=tuple(column.label for column in columns if column.source is None),
        warning_count=records.warning_count,
        warnings=records.warnings,
    )


def by_code(facts: FileFacts) -> Mapping[str, int]:
    """Count the stored warnings by code."""
    counts: dict[str, int] = {}
    for warning in facts.warnings:
        counts[warning.code] = counts.get(warning.code, 0) + warning.count
    return counts


def _column(column: SourceColumn, source: str | None) -> ColumnFacts:
    counts = np.bincount(column.cells.codes, minlength=len(column.cells.values)).tolist()
    used = [(value, count) for value, count in zip(column.cells.values, counts, strict=True) if count]
    filled = [value for value, _ in used if value is not None]
    nulls = sum(count for value, count in used if value is None)
    example = raw_text(filled[0]) if filled else None
    return ColumnFacts(column.label, source, column.dtype, nulls, len(filled), example)


def _missing(records: RaceRecords) -> tuple[str, ...]:
    return tuple(source.header for source in SOURCES if source.header not in records.raw)


def _own_id(frame: Frame) -> str:
    cells: list[Any] = next((column.cells[:1].tolist() for column in frame.columns if column.label == "jockey_id"), [])
    return str(cells[0]) if cells else ""
