"""The interface of sources: bytes by key and ETag, and their decoded value."""

from typing import Protocol, TypeVar

from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import StoredObject

V = TypeVar("V")


class Source(Protocol[V]):
    """The source of a kind of snapshots. Its methods are called in threads.

    ``name`` is the kind's name in ETags, and ``key_field`` the name of a key in log lines.
    """

    name: str
    key_field: str

    def checked(self, key: str, /) -> str:
        """Return the key in its normal form. Raises ``BadUserInput`` for an invalid key."""

    def read(self, key: str, etag: str | None, /) -> StoredObject | None:
        """Return the current bytes of a key. None if their ETag is still ``etag``. Raises as ``Storage``."""

    def decode(self, stored: StoredObject, key: str, trace: Trace, /) -> V:
        """Return the value of some bytes. Add the stages to ``trace``. Raises ``DataCorrupt``."""

    def size(self, value: V, /) -> int:
        """Return the memory of a value in bytes."""
