"""Storage by key: what a folder and S3 have in common, and the errors that both raise."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from graphql_api.errors import Conflict, DataCorrupt, NotFound

MAX_OBJECT_BYTES = 64 * 2**20
"""The most that is read of an object where the caller names no limit."""

UNAVAILABLE = "The storage is unavailable; try again later."
REFUSED = "The storage refused the request."

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_KEY = re.compile(rf"(?:{_SEGMENT}/)*{_SEGMENT}")
_PREFIX = re.compile(rf"(?:{_SEGMENT}/)*(?:{_SEGMENT})?")
_WRITABLE = re.compile(r"(?:_|[a-z]+/)[a-z0-9-]+(?:\.[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its bytes as stored (perhaps compressed), its strong ETag without quotes, when it changed (UTC).

    ``last_modified`` is None if the storage does not say.
    """

    key: str
    data: bytes
    etag: str
    last_modified: datetime | None


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object as a listing tells of it: its key, its size in bytes, and when it was written (UTC).

    ``etag`` is that of ``StoredObject``, None if the listing does not say.
    """

    key: str
    size: int
    last_modified: datetime
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of objects in the order of their keys; ``cursor`` continues after it, None at the end."""

    objects: tuple[ListedObject, ...]
    cursor: str | None


class Storage(Protocol):
    """Blocking access to objects by key; safe to call from several threads at once.

    A key is a name, or names of folders and a name with slashes between them. Every method may raise
    ``UpstreamUnavailable`` or ``StorageFault``, and raises ``ValueError`` for what is no key.
    """

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Read an object; None if its ETag still is ``etag``.

        Raises ``NotFound`` if there is none, and ``DataCorrupt`` if it has more than ``max_bytes``.
        """

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List ``limit`` objects (at least 1) whose keys begin with ``prefix`` and come after ``cursor``, if given.

        Folders within are not entered. The cursor is a key, so it survives changes of the list.
        """

    def write(self, key: str, data: bytes) -> None:
        """Write or replace an object atomically: no reader sees a part of it.

        What is written, swapped or deleted begins with an underscore or lies in a folder, so that it can never be one
        of the files that others put there.
        """

    def swap(self, key: str, data: bytes, etag: str | None) -> None:
        """Write as ``write``, but only if the object there still has ``etag``; None: if there is none.

        Raises ``Conflict`` if another writer came first.
        """

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is deleted already."""

    def check(self) -> Mapping[str, str]:
        """Prove that the storage answers (readiness): what was checked → ``"ok"``. Raises if it does not."""


def list_all(storage: Storage, prefix: str = "", cursor: str | None = None) -> Iterator[ListedObject]:
    """List the objects whose keys begin with ``prefix``, page by page as they are asked for."""
    while True:
        page = storage.list_objects(prefix, cursor)
        yield from page.objects
        cursor = page.cursor
        if cursor is None:
            return


def checked_key(key: str) -> str:
    """Return a key, before it becomes a path or a part of a request. Raises ``ValueError``."""
    return _checked(_KEY, key)


def checked_prefix(prefix: str) -> str:
    """Return the beginning of keys. Raises ``ValueError``."""
    return _checked(_PREFIX, prefix)


def writable_key(key: str) -> str:
    """Return a key that may be written. Raises ``ValueError``."""
    return _checked(_WRITABLE, key)


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"No name of an object: {text!r}")
    return text


def no_such_object(key: str) -> NotFound:
    """Return the error for an object that is not there."""
    return NotFound("There is no such file.", key=key)


def changed_meanwhile(key: str) -> Conflict:
    """Return the error for an object that another writer replaced."""
    return Conflict("Another process has changed the same file.", key=key)


def too_large(key: str, limit: int) -> DataCorrupt:
    """Return the error for an object of more than ``limit`` bytes, which no genuine one has."""
    return DataCorrupt("The file is too large.", key=key, limit=limit)
