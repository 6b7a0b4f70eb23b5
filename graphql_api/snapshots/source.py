"""Where versions come from: bytes by key and ETag, and the value that they are decoded to."""

from typing import Protocol, TypeVar

from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import StoredObject

V = TypeVar("V")


class Source(Protocol[V]):
    """What a kind of snapshots is read from; its methods are called in threads.

    ``name`` names the kind in ETags, and ``key_field`` a key in log lines.
    """

    name: str
    key_field: str

    def checked(self, key: str, /) -> str:
        """Return the key in its usual form. Raises ``BadUserInput`` for what cannot be one."""

    def read(self, key: str, etag: str | None, /) -> StoredObject | None:
        """Return the bytes of a key as they are now; None if their ETag still is ``etag``. Raises as ``Storage``."""

    def decode(self, stored: StoredObject, key: str, trace: Trace, /) -> V:
        """Return the value of some bytes. Raises ``DataCorrupt``; ``trace`` is charged with the stages."""

    def size(self, value: V, /) -> int:
        """Return the bytes that a value takes in memory."""
