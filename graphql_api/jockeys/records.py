"""Typed race records of one jockey, column by column and dictionary-encoded."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, overload

import numpy as np

from graphql_api.tables.column import DictColumn

ROW_BYTES = 2_000
"""Memory of a row, twice as much as an ordinary one takes with all that is derived of it."""


@dataclass(frozen=True, slots=True)
class DataWarning:
    """A cell (or a whole column, where ``row`` is None) that could not be read as its column's type and is null.

    ``row`` is a row of the file. Where ``count`` is more than one, so many rows were left out, and it is the first.
    """

    row: int | None
    column: str
    raw: str | None
    code: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the file as it was: its header and dtype to the letter, and its cells (``Frame`` cell types)."""

    label: str
    dtype: str
    cells: DictColumn


Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, eq=False)
class RaceRecords:
    """All races of one jockey, newest first.

    ``fields`` maps each field name of ``columns.FIELDS`` to its typed column, and ``raw`` a canonical header of
    ``columns.SOURCES`` that the file has to its cells as they were, both by race. ``warnings`` holds the first of
    ``warning_count``. ``nbytes`` estimates the memory held, for the cache's bound.

    ``source`` keeps the file's own columns and rows in the file's order (the plain route serves them), of which there
    are ``source_rows``. ``kept`` holds the file's row of each race; None where each row is one, the newest first.
    """

    rows: int
    fields: Mapping[str, DictColumn]
    source: tuple[SourceColumn, ...]
    raw: Mapping[str, DictColumn]
    warnings: tuple[DataWarning, ...]
    warning_count: int
    nbytes: int
    source_rows: int = 0
    kept: np.ndarray | None = None
    derived: dict[Any, Any] = field(default_factory=dict, repr=False)
    version: object = field(default_factory=object, repr=False)

    def __len__(self) -> int:
        """Count the rows."""
        return self.rows

    @property
    def weight(self) -> int:
        """Give the rows that a pass over all of them is reckoned as: long texts count as several."""
        return max(self.rows, self.nbytes // ROW_BYTES)

    def newest(self, name: str) -> Any:
        """Give a field's value in the first row where it is not null; None where it is null throughout."""

        def find() -> Any:
            column = self.fields[name]
            return next((value for value in map(column.__getitem__, range(self.rows)) if value is not None), None)

        return self.once(("newest", name), find)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Give what ``make`` makes, which is kept under ``key`` as long as this version."""
        if key not in self.derived:
            self.derived[key] = make()
        made: Made = self.derived[key]
        return made


def raw_column(records: RaceRecords, header: str) -> DictColumn:
    """Give the file's own cells of a source by its canonical header; all None where the file lacks the column."""
    cells = records.raw.get(header)
    return DictColumn(np.zeros(records.rows, np.int8), (None,)) if cells is None else cells


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A choice of rows: ``index`` is a slice or an array of row numbers; ``everything`` says that it is all of them.

    ``key`` names the choice within one version of the records, for caches; None is not to be cached.
    """

    index: slice | np.ndarray
    count: int
    everything: bool = False
    key: Hashable = None

    def __len__(self) -> int:
        """Count the chosen rows."""
        return self.count


class Row:
    """One race as an object, for executors that ask for attributes: each name is a field of ``columns.FIELDS``."""

    __slots__ = ("index", "records")

    def __init__(self, records: RaceRecords, index: int) -> None:
        """Point at row ``index`` of ``records``."""
        self.records = records
        self.index = index

    def __getattr__(self, name: str) -> Any:
        """Give the value of the field ``name``."""
        column = self.records.fields.get(name)
        if column is None:
            raise AttributeError(name)
        return column[self.index]


class Table(Protocol):
    """What windows are on: race records, or groups of them. ``derived`` keeps what is made of one ``version``."""

    @property
    def derived(self) -> dict[Any, Any]:
        """What is kept as long as the table."""

    @property
    def version(self) -> object:
        """Names the table in caches."""

    def __len__(self) -> int:
        """Count the rows."""


Item = TypeVar("Item")


class Window(Sequence[Item]):
    """Rows of a table as a lazy sequence of objects; execution writes them column by column, without making any.

    ``item`` makes the object of a row of the table.
    """

    __slots__ = ("item", "records", "rows")

    def __init__(self, records: Any, rows: Rows, item: Callable[[Any, int], Item]) -> None:
        """Choose ``rows`` of ``records``, a ``Table``."""
        self.records = records
        self.rows = rows
        self.item = item

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    @overload
    def __getitem__(self, position: int) -> Item: ...
    @overload
    def __getitem__(self, position: slice) -> "Sequence[Item]": ...
    def __getitem__(self, position: int | slice) -> "Item | Sequence[Item]":
        """Give the row at a position of the window, not of the table."""
        index = self.rows.index
        numbers = range(len(self.records))[index] if isinstance(index, slice) else index
        if isinstance(position, slice):
            return [self.item(self.records, int(number)) for number in numbers[position]]
        return self.item(self.records, int(numbers[position]))


def in_file(records: RaceRecords, races: Window[Row] | None, limit: int | None, *, ordered: bool) -> Window[Row]:
    """Choose the rows of the file that hold some races: for the file's own columns, which have rows that are no races.

    ``races`` None chooses all rows of the file. They stand in the file's order, unless the races are ``ordered``.
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


def choose(records: RaceRecords, rows: Rows) -> Window[Row]:
    """Choose race records."""
    return Window(records, rows, Row)


def span(records: RaceRecords, start: int, stop: int) -> Window[Row]:
    """Choose the race records from row ``start`` up to, but not including, ``stop``."""
    count = stop - start
    return choose(records, Rows(slice(start, stop), count, everything=count == records.rows, key=(start, stop)))
