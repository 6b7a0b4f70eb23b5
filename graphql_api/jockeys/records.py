"""Typed race records of one jockey as columns, with the source file."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graphql_api.tables.column import DictColumn
from graphql_api.tables.table import ColumnTable, Row, choose
from graphql_api.tables.windows import Rows, Window


@dataclass(frozen=True, slots=True)
class DataWarning:
    """A cell, or a column if ``row`` is None, that could not be read and is null.

    ``row`` is a row of the file. If ``count`` is above 1, it is the first of that number of omitted rows.
    """

    row: int | None
    column: str
    raw: str | None
    code: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the file: its exact header and dtype, and its cells (``Frame`` cell types)."""

    label: str
    dtype: str
    cells: DictColumn


@dataclass(frozen=True, slots=True, eq=False)
class RaceRecords(ColumnTable):
    """All races of one jockey, newest first.

    ``fields`` maps each field name of ``columns.FIELDS`` to its typed column, and ``raw`` a canonical header of
    ``sources.SOURCES`` that the file has to its original cells, both by race. ``warnings`` are the first of
    ``warning_count``. ``nbytes`` is the estimated memory, for the limit of the cache.

    ``source`` are the file's own columns in the file's order, for the plain route, with
    ``source_rows`` rows. ``kept`` is the file's row of each race. None if all rows are races, newest first.
    """

    source: tuple[SourceColumn, ...]
    raw: Mapping[str, DictColumn]
    warnings: tuple[DataWarning, ...]
    warning_count: int
    source_rows: int = 0
    kept: np.ndarray | None = None

    @property
    def cursor_fields(self) -> list[str]:
        """Return the fields by which a cursor identifies a race, since rows move when new ones are added."""
        return [name for name in self.fields if name not in _MOVING]


RaceRow = Row[RaceRecords]
_MOVING = frozenset({"page_number", "jockey_id"})


def raw_column(records: RaceRecords, header: str) -> DictColumn:
    """Return the file's own cells of a source by its canonical header. All are None if the file lacks the column."""
    cells = records.raw.get(header)
    return DictColumn(np.zeros(records.rows, np.int8), (None,)) if cells is None else cells


def in_file(
    records: RaceRecords, races: Window[RaceRow] | None, limit: int | None, *, ordered: bool
) -> Window[RaceRow]:
    """Return the rows of the file with some races, for the file's own columns, which include rows that are not races.

    ``races`` None selects all rows of the file. They are in the file's order, unless the races are ``ordered``.
    """
    if races is None:
        count = records.source_rows if limit is None else min(limit, records.source_rows)
        everything = count == records.source_rows
        return choose(records, Rows(slice(0, count), count, everything=everything, key=("file", count)))
    kept = np.arange(records.rows) if records.kept is None else records.kept
    numbers = kept[races.rows.index]
    numbers = (numbers if ordered else np.sort(numbers))[:limit]
    key = None if races.rows.key is None else ("file", races.rows.key, limit)
    return choose(records, Rows(numbers, len(numbers), key=key))
