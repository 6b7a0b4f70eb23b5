"""Common functions of the parsers of cell texts: errors, folding, numbers with units, and bounds.

``OutOfRangeError``: the text has the right form but an impossible value. ``IncompleteError``: it has only some
values. Any other ``ValueError``: it does not have the right form.
"""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from graphql_api.tables.cells import raw_text
from graphql_api.text import compatible

Number = TypeVar("Number", int, float)

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?inf", re.ASCII)
# Signs that people and programs write for a minus; a full-width one is folded before.
_DASHES = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}–—―", "-"))
_MAX_WHOLE = 1e15
_BLANKS = frozenset(
    ("", *"- -- --- ---- － ― — – ** *** **** nan NaN NaT None null NULL <NA> N/A #N/A &nbsp;".split())  # noqa: SIM905
)
"""Texts for missing values in the source, on other pages and in programs."""


_APART = re.compile(r"\d\s+\d")


class OutOfRangeError(ValueError):
    """The text has the right form, but its value is impossible for the field."""


class IncompleteError(ValueError):
    """The text contains only some of its ``values``. The others are None."""

    def __init__(self, *values: Any) -> None:
        """Store one value for each field, None if it is missing."""
        super().__init__()
        self.values = values


def fold(text: str) -> str:
    """Return the compatibility form: half-width digits, letters and brackets, full-width kana, a plain minus."""
    return text if text.isascii() else compatible(text).translate(_DASHES)


def squeeze(text: str) -> str:
    """Return the folded text without any white space."""
    return "".join(fold(text).split())


def joined(text: str) -> str:
    """Return the squeezed text. Raises ``ValueError`` if two numbers would become one."""
    folded = fold(text)
    if _APART.search(folded):
        raise ValueError
    return "".join(folded.split())


def parse_text(cell: Any) -> str | None:
    """Return the text for parsers: stripped, whole floats as integers. None if missing or blank."""
    if type(cell) is not str:
        if type(cell) is float and cell.is_integer() and abs(cell) < _MAX_WHOLE:
            return str(int(cell))
        cell = raw_text(cell) or ""
    text = cell.strip()
    return None if text in _BLANKS else text


def within(value: Number, low: float, high: float) -> Number:
    """Return the value. Raises ``OutOfRangeError`` if it is not within inclusive bounds."""
    if not low <= value <= high:
        raise OutOfRangeError
    return value


def matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """Match the whole text, unchanged or squeezed. Raises ``ValueError`` if it has another form."""
    match = pattern.fullmatch(text) or pattern.fullmatch(joined(text))
    if not match:
        raise ValueError
    return match


def number(text: str, low: float, high: float, units: Iterable[str] = ()) -> float:
    """Read a number within inclusive bounds. Commas between thousands and a unit at the end are allowed."""
    if not _NUMBER.fullmatch(text):
        text = joined(text).replace(",", "")
        text = next((text.removesuffix(unit) for unit in units if text.endswith(unit)), text)
        if not _NUMBER.fullmatch(text):
            raise ValueError
    return within(float(text), low, high)
