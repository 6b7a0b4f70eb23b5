"""Cursors: opaque names of rows in one version of a table, valid for any filter and order.

A cursor contains the row's position counted from the last row, since tables are newest first and grow at the front, a
checksum of the row, and one of the version. After a change of the table, a row that is unchanged at its position
is still valid in every order. Otherwise the cursor has expired.
"""

import base64
import binascii
from zlib import crc32

import numpy as np

from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.tables.column import DictColumn
from graphql_api.tables.row_texts import RowTexts
from graphql_api.tables.table import ColumnTable

_PARTS = np.dtype([("place", ">u4"), ("row", ">u4"), ("version", ">u4")])
_PRIME = np.uint32(16_777_619)


def cursor(table: ColumnTable, row: int) -> str:
    """Return the cursor of a row. It is also valid in later versions, if the row is unchanged."""
    return _cursors(table)[row]


def find(table: ColumnTable, text: str, argument: str) -> int:
    """Return the row of a cursor.

    Raises ``CursorExpired`` if the cursor is from another version of the table and its row has changed, and
    ``BadUserInput`` if it is not a cursor of this table.
    """
    try:
        decoded = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
        place, checksum, version = np.frombuffer(decoded, _PARTS).item()
    except (binascii.Error, ValueError) as error:
        raise BadUserInput(f"Argument '{argument}' is not a cursor of this connection.") from error
    known = _cursors(table).parts
    row = table.rows - int(place)
    if 0 <= row < table.rows and known["row"][row] == checksum:
        return row
    if version in known["version"][:1]:
        raise BadUserInput(f"Argument '{argument}' is not a cursor of this connection.")
    raise CursorExpired(f"The row of the cursor '{argument}' has changed. Start again without it.")


def cursor_column(table: ColumnTable) -> DictColumn:
    """Return the cursors as a column for execution."""
    return DictColumn(np.arange(table.rows), _cursors(table))


def are_made(table: ColumnTable) -> bool:
    """Return whether the cursors exist. To make them takes a pass over all rows."""
    return _cursors in table.derived


def _cursors(table: ColumnTable) -> RowTexts:
    """Return all cursors. They are made together when the first is needed."""

    def make() -> RowTexts:
        parts = np.empty(table.rows, _PARTS)
        parts["place"] = np.arange(table.rows, 0, -1)
        parts["row"] = _checksums(table)
        parts["version"] = crc32(parts["row"].tobytes())
        return RowTexts(parts)

    return table.once(_cursors, make)


def _checksums(table: ColumnTable) -> np.ndarray:
    """Return a 32-bit checksum of each row, which is the same in every process."""
    sums = np.zeros(table.rows, np.uint32)
    for name in table.cursor_fields:
        column = table.fields[name]
        distinct = np.array([crc32(str(value).encode()) for value in column.values], np.uint32)
        sums = sums * _PRIME + distinct[column.codes]
    return sums
