"""The interface of storages by key, which a folder and S3 implement, and the errors of both."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from graphql_api.errors import Conflict, DataCorrupt, NotFound

MAX_OBJECT_BYTES = 64 * 2**20
"""Default of the maximum size of an object, in bytes."""

UNAVAILABLE = "The storage is unavailable; try again later."
REFUSED = "The storage refused the request."

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_KEY = re.compile(rf"(?:{_SEGMENT}/)*{_SEGMENT}")
_PREFIX = re.compile(rf"(?:{_SEGMENT}/)*(?:{_SEGMENT})?")
_WRITABLE = re.compile(r"(?:_|[a-z]+/)[a-z0-9-]+(?:\.[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its bytes as stored (maybe compressed), its strong ETag without quotes, its time of change (UTC).

    ``last_modified`` is None if the storage does not know it.
    """

    key: str
    data: bytes
    etag: str
    last_modified: datetime | None


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object of a listing: its key, its size in bytes, and its time of change (UTC).

    ``etag`` is that of ``StoredObject``. None if the listing does not have it.
    """

    key: str
    size: int
    last_modified: datetime
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of objects in the order of their keys. ``cursor`` is for the next page, None at the end."""

    objects: tuple[ListedObject, ...]
    cursor: str | None


class Storage(Protocol):
    """Blocking access to objects by key. Safe for threads.

    A key is a name, or a path of folders and a name, separated by slashes. Every method may raise
    ``UpstreamUnavailable`` or ``StorageFault``, and raises ``ValueError`` for an invalid key.
    """

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Read an object. None if its ETag is still ``etag``.

        Raises ``NotFound`` if there is none, and ``DataCorrupt`` if it has more than ``max_bytes``.
        """

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List ``limit`` objects (at least 1) whose keys start with ``prefix`` and are after ``cursor``, if given.

        Objects in subfolders are not listed. The cursor is a key, so it stays valid if the list changes.
        """

    def write(self, key: str, data: bytes) -> None:
        """Write or replace an object atomically: no reader sees an incomplete one.

        Written, swapped and deleted keys start with an underscore or contain a folder, so that they are never
        files of others.
        """

    def swap(self, key: str, data: bytes, etag: str | None) -> None:
        """Write as ``write``, but only if the existing object has ``etag``. None means: only if there is none.

        Raises ``Conflict`` if another writer came first.
        """

    def delete(self, key: str) -> None:
        """Delete an object. It is no error if there is none."""

    def check(self) -> Mapping[str, str]:
        """Check the storage (readiness). Return ``"ok"`` by the name of each check. Raises if one fails."""


def list_all(storage: Storage, prefix: str = "", cursor: str | None = None) -> Iterator[ListedObject]:
    """Yield the objects whose keys start with ``prefix``. Pages are read when they are needed."""
    while True:
        page = storage.list_objects(prefix, cursor)
        yield from page.objects
        cursor = page.cursor
        if cursor is None:
            return


def checked_key(key: str) -> str:
    """Return a valid key, which is safe as a path or as a part of a request. Raises ``ValueError``."""
    return _checked(_KEY, key)


def checked_prefix(prefix: str) -> str:
    """Return a valid prefix of keys. Raises ``ValueError``."""
    return _checked(_PREFIX, prefix)


def writable_key(key: str) -> str:
    """Return a key that may be written. Raises ``ValueError``."""
    return _checked(_WRITABLE, key)


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"No name of an object: {text!r}")
    return text


def no_such_object(key: str) -> NotFound:
    """Return the error for a missing object."""
    return NotFound("There is no such file.", key=key)


def changed_meanwhile(key: str) -> Conflict:
    """Return the error for an object that another writer replaced."""
    return Conflict("Another process has changed the same file.", key=key)


def too_large(key: str, limit: int) -> DataCorrupt:
    """Return the error for an object of more than ``limit`` bytes."""
    return DataCorrupt("The file is too large.", key=key, limit=limit)
