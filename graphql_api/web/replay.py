"""Replay: an answer from memory to a request that repeats, given at once, without a task and without waiting.

A server may ask the outermost layer of an application for it. Each layer does its own part and asks the next one by the
same method. A layer that has no such method, because it has to wait or knows nothing of replay, ends it: the request
then takes the usual way.
"""

from typing import NamedTuple, Protocol

from starlette.types import ASGIApp, Scope

Headers = list[tuple[bytes, bytes]]

HEADER_BYTES = 150
"""What a header is reckoned to take beside its texts."""

CACHE_KEY = "cache_key"
"""In ``scope["state"]``: the key of an answer that was given from memory, for a server that will ask again."""

CALLER = "caller"
"""In ``scope["state"]``: who makes a request, for a layer that has to know it again when it is replayed."""


class Key(NamedTuple):
    """All that shapes an answer."""

    scheme: str
    method: str
    path: str
    query: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def size(self) -> int:
        """Return the bytes that a key takes."""
        return len(self.path) + len(self.query) + len(self.body) + sum(map(_header_size, self.headers))


class Replayed(NamedTuple):
    """A whole answer."""

    status: int
    headers: Headers
    chunks: tuple[bytes, ...]


class Replay(Protocol):
    """A layer's method ``replay``."""

    def __call__(self, scope: Scope, key: Key, max_bytes: int, /) -> Replayed | None:
        """Return the answer kept under ``key``; None if it holds no longer, or has more than ``max_bytes``.

        An answer is logged and counted as any other. None leaves no trace.
        """


def replay_of(app: ASGIApp) -> Replay | None:
    """Return the method of a layer, None if it has none."""
    replay: Replay | None = getattr(app, "replay", None)
    return replay


def _header_size(header: tuple[bytes, bytes]) -> int:
    return len(header[0]) + len(header[1]) + HEADER_BYTES
