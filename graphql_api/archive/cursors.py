"""Cursors of rides: what a ride is known by, and the version in which it stood; good for any filter and order."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any, overload

import orjson

from graphql_api.archive.questions import IDENTITY
from graphql_api.errors import BadUserInput

MAX_LENGTH = 300


def cursor(version: str, identity: Sequence[Any]) -> str:
    """Name a ride by the values of ``IDENTITY``."""
    text = orjson.dumps([_short(version), *identity])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


class Cursors(Sequence[str]):
    """The cursors of some rides, each written when it is asked for."""

    def __init__(self, version: str, identities: Sequence[Sequence[Any]]) -> None:
        """Name rides by the values of ``IDENTITY``."""
        self._version = version
        self._identities = identities

    def __len__(self) -> int:
        """Count the rides."""
        return len(self._identities)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        """Write one cursor, or leave some rides out."""
        if isinstance(place, slice):
            return Cursors(self._version, self._identities[place])
        return cursor(self._version, self._identities[place])


def read_cursor(text: str) -> Mapping[str, Any]:
    """Return the identity that a cursor holds. Raises ``BadUserInput`` for what is none."""
    values = _read(text)[1:]
    if len(values) != len(IDENTITY) or not all(map(_is_known, values, _TYPES)):
        raise BadUserInput(NO_CURSOR)
    try:
        jockey_id, file_row, day, *numbers = values
        return dict(zip(IDENTITY, (jockey_id, file_row, date.fromisoformat(day), *numbers), strict=True))
    except ValueError as error:
        raise BadUserInput(NO_CURSOR) from error


NO_CURSOR = "Argument 'after' is not a cursor of this connection."
_TYPES = ((str,), (int,), (str,), (int, type(None)), (int, type(None)))
"""The types of the values of ``IDENTITY``."""


def _is_known(value: Any, types: tuple[type, ...]) -> bool:
    return type(value) in types and (not isinstance(value, int) or abs(value) < 2**31)


def _read(text: str) -> list[Any]:
    """Read the values of a cursor, of whatever type."""
    try:
        padded = text[:MAX_LENGTH].encode() + b"=" * (-len(text) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadUserInput(NO_CURSOR) from error
    return values if isinstance(values, list) else []


def is_of(version: str, text: str) -> bool:
    """Return whether a cursor is of this version."""
    return _read(text)[:1] == [_short(version)]


def _short(version: str) -> str:
    return blake2b(version.encode(), digest_size=4).hexdigest()
