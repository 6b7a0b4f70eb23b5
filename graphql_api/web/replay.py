"""Replay: the response to a repeated request from memory, at once, without a task and without waiting.

A server may ask the outermost layer of an application for it. Each layer does its part and calls the same method of
the next one. If a layer has no such method, because it has to wait or does not support replay, the request
is processed normally.
"""

from typing import NamedTuple, Protocol

from starlette.types import ASGIApp, Scope

Headers = list[tuple[bytes, bytes]]

HEADER_BYTES = 150
"""Estimated memory of a header in bytes, without its texts."""

CACHE_KEY = "cache_key"
"""In ``scope["state"]``: the key of a response from memory, with which the server can replay it."""

CALLER = "caller"
"""In ``scope["state"]``: the caller of a request, for a layer that needs it when the request is replayed."""


class Key(NamedTuple):
    """All parts of a request that the response depends on."""

    scheme: str
    method: str
    path: str
    query: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def size(self) -> int:
        """Return the memory of a key in bytes."""
        return len(self.path) + len(self.query) + len(self.body) + sum(map(_header_size, self.headers))


class Replayed(NamedTuple):
    """A complete response."""

    status: int
    headers: Headers
    chunks: tuple[bytes, ...]


class Replay(Protocol):
    """A layer's method ``replay``."""

    def __call__(self, scope: Scope, key: Key, max_bytes: int, /) -> Replayed | None:
        """Return the response stored under ``key``. None if it is no longer valid, or has more than ``max_bytes``.

        A response is logged and counted like any other. None is neither logged nor counted.
        """


def replay_of(app: ASGIApp) -> Replay | None:
    """Return the method of a layer, None if it has none."""
    replay: Replay | None = getattr(app, "replay", None)
    return replay


def _header_size(header: tuple[bytes, bytes]) -> int:
    return len(header[0]) + len(header[1]) + HEADER_BYTES
