"""Cursors: opaque names of races in one version of a file, good for any filter and order.

A cursor holds the race's place counted from the oldest row, since files are newest first and grow at the front; a
checksum of what is known of the race; and one of the version of the file. After the file changed, a race that is found
in its place unchanged still is the same position in every order. One that is not, is expired.
"""

import base64
import binascii
from zlib import crc32

import numpy as np

from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.row_texts import RowTexts
from graphql_api.tables.column import DictColumn

_PARTS = np.dtype([("place", ">u4"), ("race", ">u4"), ("version", ">u4")])
_PRIME = np.uint32(16_777_619)
# What may change without the race changing: rows move to later pages as new ones come.
_MOVING = frozenset({"page_number", "jockey_id"})
_CHECKED = tuple(field.name for field in FIELDS if field.name not in _MOVING)


def cursor(records: RaceRecords, row: int) -> str:
    """Name a row so that it can be found again, in later versions too."""
    return _cursors(records)[row]


def find(records: RaceRecords, text: str, argument: str) -> int:
    """Give the row that a cursor names.

    Raises ``CursorExpired`` where the cursor is of another version of the file in which its race was another, and
    ``BadUserInput`` for what is no cursor of this jockey.
    """
    try:
        decoded = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
        place, race, version = np.frombuffer(decoded, _PARTS).item()
    except (binascii.Error, ValueError) as error:
        raise BadUserInput(f"Argument '{argument}' is not a cursor of this connection.") from error
    known = _cursors(records).parts
    row = records.rows - int(place)
    if 0 <= row < records.rows and known["race"][row] == race:
        return row
    if version in known["version"][:1]:
        raise BadUserInput(f"Argument '{argument}' is not a cursor of this connection.")
    raise CursorExpired(f"The race that '{argument}' names is no longer as it was; start again without it.")


def cursor_column(records: RaceRecords) -> DictColumn:
    """Give the cursors as a column, as execution wants them."""
    return DictColumn(np.arange(records.rows), _cursors(records))


def _cursors(records: RaceRecords) -> RowTexts:
    """Make all cursors at once, when the first is asked for."""

    def make() -> RowTexts:
        parts = np.empty(records.rows, _PARTS)
        parts["place"] = np.arange(records.rows, 0, -1)
        parts["race"] = _checksums(records)
        parts["version"] = crc32(parts["race"].tobytes())
        return RowTexts(parts)

    return records.once(_cursors, make)


def _checksums(records: RaceRecords) -> np.ndarray:
    """Sum up each race in 32 bits, the same in every process: one checksum a distinct value, mixed by row."""
    sums = np.zeros(records.rows, np.uint32)
    for name in _CHECKED:
        column = records.fields[name]
        distinct = np.array([crc32(str(value).encode()) for value in column.values], np.uint32)
        sums = sums * _PRIME + distinct[column.codes]
    return sums
