"""Encoding of cells as codes and distinct values by numpy and dict, for any dtype.

1, 1.0 and True, or 0.0 and -0.0, are different values here, although they are equal in Python.
"""

from collections import defaultdict
from datetime import date
from itertools import count
from typing import Any

import numpy as np

from graphql_api.tables.column import DictColumn, narrow

_MICROSECOND = np.dtype("datetime64[us]")
_FINER = frozenset({"ns", "ps", "fs", "as"})
# Python refuses to write longer integers in decimal, and no file may hold up an answer with one.
_DECIMAL_BITS = 4096
_PLAIN = frozenset({str, int, type(None)})
_BY_VALUE = _PLAIN | {bool, float}


def factorise(cells: np.ndarray) -> DictColumn:
    """Encode a ``FrameColumn``'s cells.

    Missing becomes None, numpy's scalars become Python's, a date that Python cannot hold becomes its ISO text, and half
    a surrogate pair becomes U+FFFD.
    """
    match cells.dtype.kind:
        case "O":
            return _objects(cells)
        case "f":
            return _floats(cells)
        case "M":
            return _moments(cells)
    distinct, codes = np.unique(cells, return_inverse=True)
    return DictColumn(narrow(codes, len(distinct)), distinct.tolist())


def raw_text(cell: Any) -> str | None:
    """Return a source cell's exact text: ``8.0`` in a column of floats, days as ISO. None if missing."""
    if cell is None or type(cell) is str:
        return cell
    if isinstance(cell, date):
        return cell.isoformat().removesuffix("T00:00:00")
    if isinstance(cell, int) and cell.bit_length() > _DECIMAL_BITS:
        return hex(cell)
    return str(cell)


def valid_unicode(text: str) -> str:
    """Replace lone surrogates, which a pickle may contain but JSON cannot, and join pairs."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _objects(cells: np.ndarray) -> DictColumn:
    values = cells.tolist()
    if not _PLAIN.issuperset(map(type, values)):
        missing = cells != cells  # NaN and NaT alone differ from themselves
        if missing.any():
            cells = cells.copy()
            cells[missing] = None
            values = cells.tolist()
    if _PLAIN.issuperset(map(type, values)):
        codes, distinct = _codes(values)
    else:
        keys = _keys(values)
        codes, distinct = _codes(keys)[0], list(dict(zip(keys, values, strict=True)).values())
    return DictColumn(codes, _unicode(distinct))


def _keys(values: list[Any]) -> list[tuple[type, Any]]:
    """Return keys that are equal only for identical cells. They are values if possible, since texts are slower."""
    if _BY_VALUE.issuperset(map(type, values)) and 0 not in values:  # 0.0 and -0.0 are equal
        return list(zip(map(type, values), values, strict=True))
    return [(type(value), raw_text(value)) for value in values]


def _codes(keys: list[Any]) -> tuple[np.ndarray, list[Any]]:
    """Assign a number to each distinct key, in the order of first appearance."""
    index = defaultdict[Any, int](count().__next__)
    codes = np.fromiter(map(index.__getitem__, keys), np.int32, len(keys))
    return narrow(codes, len(index)), list(index)


def _floats(cells: np.ndarray) -> DictColumn:
    with np.errstate(all="ignore"):
        doubles = cells.astype(np.float64)
    # By their bits, so that 0.0 and -0.0 stay apart and NaN equals itself.
    distinct, codes = np.unique(doubles.view(np.int64), return_inverse=True)
    numbers = distinct.view(np.float64)
    if cells.itemsize < numbers.itemsize:
        # The shortest text tells a narrow float's decimal, 0.1, where its exact value is 0.10000000149.
        numbers = numbers.astype(cells.dtype).astype(str).astype(np.float64)
    return DictColumn(
        narrow(codes, len(distinct)), [None if number != number else number for number in numbers.tolist()]
    )


def _moments(cells: np.ndarray) -> DictColumn:
    native = cells.astype(cells.dtype.newbyteorder("="))
    ticks, codes = np.unique(native.view(np.int64), return_inverse=True)
    moments = ticks.view(native.dtype)
    if np.datetime_data(native.dtype)[0] in _FINER:
        moments = moments.astype(_MICROSECOND)
    # numpy gives a bare integer where Python's datetime cannot hold the year.
    pairs = zip(moments, moments.tolist(), strict=True)
    values = [str(moment) if type(value) is int else value for moment, value in pairs]
    return DictColumn(narrow(codes, len(ticks)), values)


def _unicode(values: list[Any]) -> list[Any]:
    try:
        "".join(value for value in values if type(value) is str).encode()
    except UnicodeEncodeError:
        return [valid_unicode(value) if type(value) is str else value for value in values]
    return values
