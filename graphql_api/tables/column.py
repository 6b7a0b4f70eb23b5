"""A dictionary-encoded column, and operations on the codes of one or several.

Values repeat: 10,000 races have four goings, ten racecourses, a few thousand horses. So a column is a list of
distinct values and, per row, the index of its value. Parsing, filtering, grouping and encoding to JSON all work on the
distinct values and then on arrays of small integers, never on cells.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class DictColumn:
    """One column: row ``i`` holds ``values[codes[i]]``; None is null. Values may repeat, codes are always in range.

    Columns parsed from one source column share the very same ``codes`` array; execution relies on the identity to
    write neighbouring fields as one fragment.
    """

    codes: np.ndarray
    values: Sequence[Any]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    def __getitem__(self, row: int) -> Any:
        """Return the value of one row."""
        return self.values[self.codes[row]]


def constant(value: Any, rows: int) -> DictColumn:
    """Return a column with the same value in all rows."""
    return DictColumn(np.zeros(rows, np.int8), [value])


def encode(values: Sequence[Hashable]) -> DictColumn:
    """Encode the values of all rows. Distinct values are in the order of their first rows."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(places.__getitem__, values), np.int32, len(values))
    return DictColumn(codes, list(places))


def combine(columns: Sequence[DictColumn], rows: int) -> tuple[np.ndarray, list[Sequence[Any]]]:
    """Return the distinct combinations of columns: the rows' codes, and each column's values by combination."""
    arrays = list({id(column.codes): column for column in columns}.values())
    if len(arrays) == 1:
        return arrays[0].codes, [column.values for column in columns]
    _, first, codes = np.unique(combinations(arrays, rows), return_index=True, return_inverse=True)
    picked: list[Sequence[Any]] = [
        list(map(column.values.__getitem__, column.codes[first].tolist())) for column in columns
    ]
    return narrow(codes, len(first)), picked


def combinations(columns: Iterable[DictColumn], rows: int) -> np.ndarray:
    """Assign a number to each row. Rows with the same codes in all columns have the same number."""
    joined, size = np.zeros(rows, np.int64), 1
    for column in columns:
        if size * len(column.values) > np.iinfo(np.int64).max:
            distinct, joined = np.unique(joined, return_inverse=True)
            size = len(distinct)
        joined = joined * len(column.values) + column.codes
        size *= len(column.values)
    return joined


def used(codes: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return new codes for those that occur: the new code of each row, and the old code of each new one."""
    places, renumbered = np.unique(codes, return_inverse=True)
    return narrow(renumbered, len(places)), places.tolist()


def narrow(codes: np.ndarray, size: int) -> np.ndarray:
    """Return codes in the smallest sufficient type of signed integers."""
    return codes.astype(np.min_scalar_type(-max(size, 1)))
