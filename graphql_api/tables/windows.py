"""Windows: selected rows of a table as a lazy sequence, which execution writes by columns."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import numpy as np


@dataclass(slots=True, eq=False)  # nobody changes it, but to make a frozen one takes three times as long
class Rows:
    """A selection of rows: ``index`` is a slice or an array of row numbers. ``everything``: all rows are selected.

    ``key`` identifies the selection in one version of the records, for caches. None is not cached.
    """

    index: slice | np.ndarray
    count: int
    everything: bool = False
    key: Hashable = None

    def __len__(self) -> int:
        """Return the number of selected rows."""
        return self.count


Item = TypeVar("Item")


class Window(Sequence[Item]):
    """Rows of a table as a lazy sequence of objects. Execution writes them by columns, without making objects.

    ``item`` makes the object of a row of the table.
    """

    __slots__ = ("item", "records", "rows")

    def __init__(self, records: Any, rows: Rows, item: Callable[[Any, int], Item]) -> None:
        """Select ``rows`` of ``records``, a ``Table``."""
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
        """Return the row at a position of the window (not of the table)."""
        index = self.rows.index
        numbers = range(len(self.records))[index] if isinstance(index, slice) else index
        if isinstance(position, slice):
            return [self.item(self.records, int(number)) for number in numbers[position]]
        return self.item(self.records, int(numbers[position]))
