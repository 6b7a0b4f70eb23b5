"""CSV (RFC 4180): cells and headers, and the form that spreadsheets read without running a formula."""

import re
from collections.abc import Sequence

CSV_LINE_END = b"\r\n"
CSV_EMPTY = b'""'
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_QUOTED = re.compile(r'[",\r\n]')
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
# Full width too: spreadsheets of East Asian locales read it alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_header(labels: Sequence[str], *, spreadsheet: bool = False) -> bytes:
    """Return the header line; for spreadsheets it starts with a byte order mark, which marks UTF-8."""
    line = b",".join(csv_cell(each, spreadsheet=spreadsheet) for each in labels) + CSV_LINE_END
    return BYTE_ORDER_MARK + line if spreadsheet else line


def csv_cell(text: str | None, *, spreadsheet: bool = False) -> bytes:
    """Return a text as a cell, quoted if necessary. Null is an empty cell, an empty text is a pair of quotes.

    For a ``spreadsheet`` an apostrophe is written before a text that it would run as a formula, except numbers.
    """
    if text is None:
        return b""
    if spreadsheet and text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    if not text or _QUOTED.search(text):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()
