"""A table of dictionary-encoded columns of one version, which is filtered, ordered and paged."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from graphql_api.tables.column import DictColumn
from graphql_api.tables.windows import Rows, Window

Made = TypeVar("Made")

ROW_BYTES = 2_000
"""Memory of a row in bytes: twice that of a usual row with its derived values."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnTable:
    """Columns by name, with derived values.

    ``derived`` caches values of this ``version``. ``nbytes`` is the estimated memory.
    """

    rows: int
    fields: Mapping[str, DictColumn]
    nbytes: int = field(default=0, kw_only=True)
    derived: dict[Any, Any] = field(default_factory=dict, repr=False, kw_only=True)
    version: object = field(default_factory=object, repr=False, kw_only=True)

    def __len__(self) -> int:
        """Count the rows."""
        return self.rows

    @property
    def weight(self) -> int:
        """Return the cost of a pass over all rows, in rows. A row of long texts counts as several."""
        return max(self.rows, self.nbytes // ROW_BYTES)

    @property
    def cursor_fields(self) -> Iterable[str]:
        """Return the fields that identify a row of a cursor in a later version."""
        return self.fields

    def newest(self, name: str) -> Any:
        """Return a field's first value that is not null. None if all are null."""

        def find() -> Any:
            column = self.fields[name]
            return next((value for value in map(column.__getitem__, range(self.rows)) if value is not None), None)

        return self.once(("newest", name), find)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return the result of ``make``, which is cached under ``key`` for this version."""
        if key not in self.derived:
            self.derived[key] = make()
        made: Made = self.derived[key]
        return made


T = TypeVar("T", bound=ColumnTable)


class Row(Generic[T]):
    """A row as an object whose attributes are the fields of the table."""

    __slots__ = ("index", "records")

    def __init__(self, records: T, index: int) -> None:
        """Refer to row ``index`` of ``records``."""
        self.records = records
        self.index = index

    def __getattr__(self, name: str) -> Any:
        """Return the value of the field ``name``."""
        column = self.records.fields.get(name)
        if column is None:
            raise AttributeError(name)
        return column[self.index]


def choose(records: T, rows: Rows) -> Window[Row[T]]:
    """Return the chosen rows of a table."""
    return Window(records, rows, Row)


def span(records: T, start: int, stop: int) -> Window[Row[T]]:
    """Return the rows from ``start`` to before ``stop``."""
    count = stop - start
    return choose(records, Rows(slice(start, stop), count, everything=count == records.rows, key=(start, stop)))
