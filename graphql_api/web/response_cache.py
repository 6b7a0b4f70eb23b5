"""Whole answers to requests that repeat to the letter, given again while every jockey's version in them still holds.

The routes name, in ``scope["state"]["snapshots"]``, the versions that an answer was made of; an answer without that
(an error, stale data, a refusal) is never kept. An answer is given only as long as the repository would give those
very versions without asking the storage, so expiry and revalidation are the repository's. Requests that carry
credentials pass by.
"""

import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.repository.repository import Repository, Snapshot
from graphql_api.web.middleware import Headers, request_log
from graphql_api.web.responses import send_all

METHODS = frozenset({"GET", "POST"})
SHAPING_HEADERS = frozenset({b"accept", b"accept-encoding", b"content-type", b"origin", b"if-none-match"})
CREDENTIALS = frozenset({b"authorization", b"cookie", b"x-api-key"})
KEPT_STATUSES = frozenset({200, 304})
LONGEST_BODY = 16_384
ENTRY_BYTES = 2_000
"""What an entry is reckoned to take beside the texts in it."""

KEPT_AS = "kept_as"
"""In ``scope["state"]``: the key of an answer that was given from memory, for a server that will ask again."""


class Key(NamedTuple):
    """All that shapes an answer."""

    scheme: str
    method: str
    path: str
    query: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it was sent, less the headers that are each request's own; ``made`` is on ``time.monotonic``."""

    status: int
    headers: Headers
    chunks: tuple[bytes, ...]
    snapshots: tuple[Snapshot, ...]
    size: int
    made: float


class ResponseCache:
    """An ASGI application that stands before another and answers what repeats."""

    def __init__(self, app: ASGIApp, repository: Repository, max_bytes: int) -> None:
        """Keep at most ``max_bytes`` of the answers that ``app`` gives, and of what was asked for them."""
        self.app = app
        self.repository = repository
        self._kept: LRUCache[Key, _Kept] = LRUCache(max_bytes, getsizeof=lambda kept: kept.size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and keep its answer if it may be kept."""
        if scope["type"] != "http" or scope["method"] not in METHODS:
            await self.app(scope, receive, send)
            return
        first = await receive()
        key = scope["state"].get(KEPT_AS) or _key(scope, first)
        kept = self._kept.get(key) if key else None
        if kept and self._holds(kept, scope):
            scope["state"][KEPT_AS] = key
            headers = kept.headers
            if scope["method"] == "GET":  # caches further on take the age from what Cache-Control allows (RFC 9111)
                headers = [*headers, (b"age", b"%d" % (time.monotonic() - kept.made))]
            await send_all(send, kept.status, headers, kept.chunks)
            return

        async def receive_again() -> Message:
            nonlocal first
            message, first = first, {}
            return message or await receive()

        if key is None:
            await self.app(scope, receive_again, send)
            return
        recorder = _Recorder(send, int(self._kept.maxsize))
        await self.app(scope, receive_again, recorder.send)
        if answer := recorder.answer(scope, key):
            self._kept[key] = answer

    def holds(self, key: Key, most: int) -> bool:
        """Say whether a request would be answered from memory, with at most ``most`` bytes. Nothing is counted."""
        kept = self._kept.get(key)
        return kept is not None and kept.size <= most and all(map(self.repository.is_current, kept.snapshots))

    def _holds(self, kept: _Kept, scope: Scope) -> bool:
        """Say whether an answer still holds, and log it as kept if so; otherwise its operation has to run."""
        fields = request_log(scope)
        for each in kept.snapshots:
            if self.repository.cached(each.jockey_id, fields.trace) is not each:
                return False
        fields["execution"] = "kept"
        fields["jockey_ids"] = [each.jockey_id for each in kept.snapshots]
        return True


class _Recorder:
    """Sends on, and remembers what was sent as long as it is small enough to be kept."""

    def __init__(self, send: Send, most: int) -> None:
        self.pass_on = send
        self.most = most
        self.head: Message | None = None
        self.chunks: list[bytes] = []
        self.size = 0

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.head = dict(message)
        elif body := message.get("body"):
            self.size += len(body)
            if self.size <= self.most:
                self.chunks.append(body)
        return self.pass_on(message)

    def answer(self, scope: Scope, key: Key) -> _Kept | None:
        snapshots: tuple[Snapshot, ...] | None = scope["state"].get("snapshots")
        if snapshots is None or self.head is None or self.head["status"] not in KEPT_STATUSES:
            return None
        size = ENTRY_BYTES + self.size + sum(map(len, key[:-1])) + sum(map(_length, key.headers))
        if size > self.most:
            return None
        return _Kept(
            self.head["status"], self.head["headers"], tuple(self.chunks), tuple(snapshots), size, time.monotonic()
        )


def _key(scope: Scope, first: Message) -> Key | None:
    """Name all that shapes an answer; None for a request whose answer is not to be kept."""
    if first["type"] != "http.request" or first.get("more_body") or len(first["body"]) > LONGEST_BODY:
        return None
    shaping = []
    for header in scope["headers"]:
        if header[0] in SHAPING_HEADERS:
            shaping.append((header[0], header[1]))  # Mangum gives lists
        elif header[0] in CREDENTIALS:
            return None
    return Key(scope["scheme"], scope["method"], scope["path"], scope["query_string"], first["body"], tuple(shaping))


def _length(header: tuple[bytes, bytes]) -> int:
    return len(header[0]) + len(header[1])
