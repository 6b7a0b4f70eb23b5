"""The size of columns, in memory and as text."""

import sys
from collections.abc import Callable

import numpy as np

from graphql_api.tables.column import DictColumn


def written_length(column: DictColumn, length: Callable[[str], int]) -> int:
    """Return the total length of a column's texts in all rows."""
    lengths = np.array([length(value) if type(value) is str else 0 for value in column.values], np.int64)
    return int(lengths.take(column.codes).sum()) if len(lengths) else 0


def longest_text(column: DictColumn) -> int:
    """Return an upper bound of the length of a column's longest text, in characters."""
    try:
        return len(max(column.values, key=len, default=""))
    except TypeError:  # there are other values, null among them
        return max((len(value) for value in column.values if type(value) is str), default=0)


def values_size(column: DictColumn) -> int:
    """Return the bytes of a column's distinct values, including their list."""
    return sum(map(sys.getsizeof, column.values)) + 8 * len(column.values)
