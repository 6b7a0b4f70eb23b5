"""Cursors: opaque positions in a career that survive new races at its front.

Files are newest first and grow at the front, so a cursor counts from the oldest row. It also carries a checksum of the
race it points at: where that place now holds another race, the cursor is expired and says so.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence

import numpy as np

from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.records import Encoded, RaceRecords

IDENTITY = ("date", "meeting", "race_number", "horse_number")
"""The fields that make a race of a jockey unique."""


def cursor(records: RaceRecords, row: int) -> str:
    """Name a row so that it can be found again."""
    identity = "|".join(str(records.fields[name][row]) for name in IDENTITY)
    text = f"{records.rows - row}.{zlib.crc32(identity.encode()):08x}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def find(records: RaceRecords, text: str, argument: str) -> int:
    """Give the row that a cursor names; raises ``BadUserInput`` or ``CursorExpired``."""
    try:
        decoded = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        place = int(decoded.partition(".")[0])
    except (binascii.Error, ValueError) as error:
        raise BadUserInput(f"Argument '{argument}' is not a cursor of this connection.") from error
    row = records.rows - place
    if not 0 <= row < records.rows or cursor(records, row) != text:
        raise CursorExpired(f"The race that '{argument}' names is no longer where it was; start again without it.")
    return row


class _Cursors(Sequence[str]):
    """The cursors of all rows, each made when asked for."""

    def __init__(self, records: RaceRecords) -> None:
        self.records = records

    def __len__(self) -> int:
        return self.records.rows

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        return cursor(self.records, row)


def cursor_column(records: RaceRecords) -> Encoded:
    """Give the cursors as a column, as execution wants them."""
    return Encoded(np.arange(records.rows), _Cursors(records))
