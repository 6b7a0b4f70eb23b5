"""Whole answers to requests that repeat to the letter, given again while every jockey's version in them still holds.

The endpoint names, in ``scope["state"]["snapshots"]``, the versions that an answer was made of; an answer without that
(an error, stale data, a refusal) is never kept. An answer is given only as long as the repository would give those
very versions without asking the storage, so expiry and revalidation are the repository's. Requests that carry
credentials pass by.
"""

import time
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.repository.repository import Repository, Snapshot
from graphql_api.web.middleware import RequestLog, log_request, request_id

SHAPING_HEADERS = frozenset({b"accept", b"accept-encoding", b"content-type", b"origin", b"if-none-match"})
CREDENTIALS = frozenset({b"authorization", b"cookie", b"x-api-key"})
OWN_HEADERS = frozenset({b"x-request-id", b"server-timing"})
LONGEST_BODY = 16_384

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it was sent, less the headers that are each request's own."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    snapshots: tuple[Snapshot, ...]


class ResponseCache:
    """An ASGI application that stands before another and answers what repeats."""

    def __init__(self, app: ASGIApp, repository: Repository, path: str, max_bytes: int) -> None:
        """Keep at most ``max_bytes`` of bodies of the answers that ``app`` gives at ``path``."""
        self.app = app
        self.repository = repository
        self.path = path
        self.max_bytes = max_bytes
        self._kept: LRUCache[Key, _Kept] = LRUCache(max_bytes, getsizeof=lambda kept: len(kept.body))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and keep its answer if it may be kept."""
        if scope["type"] != "http" or scope["path"] != self.path or scope["method"] not in {"GET", "POST"}:
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        first = await receive()
        key = _key(scope, first)
        kept = self._kept.get(key) if key else None
        if kept and (fields := self._holds(kept, scope)):
            await _replay(kept, scope, send, fields, begun)
            return

        async def receive_again() -> Message:
            nonlocal first
            message, first = first, {}
            return message or await receive()

        if key is None:
            await self.app(scope, receive_again, send)
            return
        recorder = _Recorder(send, self.max_bytes)
        await self.app(scope, receive_again, recorder)
        if answer := recorder.answer(scope):
            self._kept[key] = answer

    def _holds(self, kept: _Kept, scope: Scope) -> RequestLog | None:
        """Give what the log will say of an answer that still holds; None where its operation has to run."""
        ids = [each.jockey_id for each in kept.snapshots]
        fields = RequestLog(request_id=request_id(scope), method=scope["method"], path=self.path, jockey_ids=ids)
        for each in kept.snapshots:
            if self.repository.cached(each.jockey_id, fields.trace) is not each:
                return None
        fields["execution"] = "kept"
        return fields


class _Recorder:
    """Sends on, and remembers what was sent as long as it is small enough to be kept."""

    def __init__(self, send: Send, most: int) -> None:
        self.send = send
        self.most = most
        self.head: Message | None = None
        self.body: list[bytes] = []
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.head = message
        else:
            self.size += len(message["body"])
            if self.size <= self.most:
                self.body.append(message["body"])
        await self.send(message)

    def answer(self, scope: Scope) -> _Kept | None:
        snapshots: list[Snapshot] | None = scope["state"].get("snapshots")
        if snapshots is None or self.head is None or self.size > self.most:
            return None
        headers = [(name, value) for name, value in self.head["headers"] if name not in OWN_HEADERS]
        return _Kept(self.head["status"], headers, b"".join(self.body), tuple(snapshots))


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
    return (scope["scheme"], scope["method"], scope["query_string"], first["body"], tuple(shaping))


async def _replay(kept: _Kept, scope: Scope, send: Send, fields: RequestLog, begun: float) -> None:
    """Send an answer again under the request's own id, and log it."""
    seconds = time.perf_counter() - begun
    own = [(b"x-request-id", fields["request_id"].encode()), (b"server-timing", b"total;dur=%.2f" % (seconds * 1000))]
    scope.setdefault("state", {})["log"] = fields
    await send({"type": "http.response.start", "status": kept.status, "headers": kept.headers + own})
    await send({"type": "http.response.body", "body": kept.body})
    log_request(fields, kept.status, seconds)
