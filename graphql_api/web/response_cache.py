"""A cache of complete responses to identical requests, valid as long as every version in them is current.

The routes name, in ``scope["state"]["snapshots"]``, the versions that a response was made of. A response without them
(an error, stale data, a refusal) is never stored. A response is used only as long as the same versions would be
used without a request to the storage, so expiry and revalidation are those of the snapshots. Requests with
credentials are not cached.
"""

from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, NamedTuple
from weakref import ref

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.config import Settings
from graphql_api.errors import Overloaded, RequestTimeout
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.web.deadline import run_with_deadline
from graphql_api.web.in_flight import InFlight
from graphql_api.web.middleware import log_keys, request_log
from graphql_api.web.negotiation import preferred_language
from graphql_api.web.replay import CACHE_KEY, Headers, Key, Replayed
from graphql_api.web.responses import send_all

SHAPING_HEADERS = frozenset(
    {b"accept", b"accept-encoding", b"content-type", b"origin", b"if-none-match", b"if-modified-since"}
)
CREDENTIALS = frozenset({b"authorization", b"cookie", b"x-api-key"})
KEPT_STATUSES = frozenset({200, 304})
MAX_BODY_LENGTH = 16_384
MAX_BODY_DIGITS = len(str(MAX_BODY_LENGTH))
ENTRY_BYTES = 2_000
"""Estimated memory of an entry in bytes, without its texts."""

VERSION_BYTES = 250
"""Estimated memory of a version in a response, in bytes."""


class Dependency(NamedTuple):
    """A version that a response was made of. The reference to it is weak."""

    owner: Snapshots[Any]
    key: str
    snapshot: ref[Snapshot[Any]]


class CachedResponse(NamedTuple):
    """A response as it was sent, without the headers that belong to one request.

    ``length`` is the size of its body and ``size`` its memory with the key, both in bytes. ``max_age`` is that of
    ``Cache-Control``, in seconds.
    """

    status: int
    headers: Headers
    chunks: tuple[bytes, ...]
    length: int
    size: int
    dependencies: tuple[Dependency, ...]
    max_age: int


class ResponseCache:
    """An ASGI application that wraps another and answers repeated requests."""

    def __init__(self, app: ASGIApp, graphql: str, in_flight: InFlight, settings: Settings) -> None:
        """Store responses of ``app`` within the limits of ``settings``; ``in_flight`` counts bytes that are being sent.

        POST requests are cached only if their path ends in ``graphql``.
        """
        self.app = app
        self.graphql = graphql
        self.in_flight = in_flight
        self._kept: LRUCache[Key, CachedResponse] = LRUCache(settings.encoded_bytes, getsizeof=lambda kept: kept.size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass on the request and store its response if that is allowed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "GET":
            await self._answer(scope, _key(scope, b""), receive, send)
        elif scope["method"] == "POST" and scope["path"].endswith(self.graphql) and not _announces_long_body(scope):
            first = await self._first(scope, receive)

            async def receive_again() -> Message:
                nonlocal first
                message, first = first, None
                if isinstance(message, RequestTimeout):
                    raise message
                return message or await receive()

            key = None
            if isinstance(first, dict) and first["type"] == "http.request" and not first.get("more_body"):
                key = _key(scope, first["body"])
            await self._answer(scope, key, receive_again, send)
        else:
            await self.app(scope, receive, send)

    async def _first(self, scope: Scope, receive: Receive) -> Message | RequestTimeout | None:
        """Wait for the first piece of a body. If it comes too late, the application refuses the request."""
        try:
            return await run_with_deadline(scope, _received(receive))
        except RequestTimeout as error:
            return error

    async def _answer(self, scope: Scope, key: Key | None, receive: Receive, send: Send) -> None:
        """Answer a request, by ``key`` if it has one."""
        if key is None:
            await self.app(scope, receive, send)
            return
        kept = self.find(key)
        with suppress(Overloaded):  # which the application meets as well, and tells in the form of its route
            if kept is not None:
                hold = self.in_flight.hold(kept.chunks)
                scope["state"][CACHE_KEY] = key
                headers = self._headers(kept, scope)
                await send_all(send, kept.status, headers, kept.chunks, hold)
                return
        recorder = _Recorder(send, int(self._kept.maxsize))
        await self.app(scope, receive, recorder.send)
        if made := recorder.answer(scope, key):
            self._kept[key] = made

    def replay(self, scope: Scope, key: Key, max_bytes: int) -> Replayed | None:
        """Return the response to a request, as described at ``Replay``."""
        kept = self.find(key)
        if kept is None or kept.length > max_bytes:
            return None
        return Replayed(kept.status, self._headers(kept, scope), kept.chunks)

    def _headers(self, kept: CachedResponse, scope: Scope) -> Headers:
        """Return the headers of a valid response that is used now, and count the use of its keys."""
        fields = request_log(scope)
        fields["execution"] = "kept"
        log_keys(fields, kept.dependencies)
        found = [owner.cached(key, fields.trace) for owner, key, _ in kept.dependencies]
        if scope["method"] != "GET":
            return kept.headers
        # Caches further on take the age from what Cache-Control allows (RFC 9111).
        left = min([kept.max_age, *(each.max_age for each in found if each)])
        return [*kept.headers, (b"age", b"%d" % (kept.max_age - left))]

    def find(self, request: Key) -> CachedResponse | None:
        """Return the response to a request if it is valid now. Count nothing."""
        kept = self._kept.get(request)
        if kept is None:
            return None
        for owner, key, snapshot in kept.dependencies:
            current = owner.current(key)
            if current is None or current is not snapshot():
                return None
        return kept


class _Recorder:
    """Passes on messages, and keeps a copy of them while they are small enough to be stored."""

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

    def answer(self, scope: Scope, key: Key) -> CachedResponse | None:
        """Return the response that was sent. None if it must not be stored."""
        snapshots: tuple[Snapshot[Any], ...] | None = scope["state"].get("snapshots")
        size = ENTRY_BYTES + key.size + self.size + VERSION_BYTES * len(snapshots or ())
        if not snapshots or self.head is None or self.head["status"] not in KEPT_STATUSES or size > self.most:
            return None
        return CachedResponse(
            status=self.head["status"],
            headers=self.head["headers"],
            chunks=tuple(self.chunks),
            length=self.size,
            size=size,
            dependencies=tuple(Dependency(each.owner, each.key, ref(each)) for each in snapshots),
            max_age=min(each.max_age for each in snapshots),
        )


def _announces_long_body(scope: Scope) -> bool:
    """Return whether a body is announced as longer than the limit. The application may then refuse it unread."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length" and value.isdigit()]
    return any(len(length) > MAX_BODY_DIGITS or int(length) > MAX_BODY_LENGTH for length in lengths)


async def _received(receive: Receive) -> Message:
    return await receive()


def _key(scope: Scope, body: bytes) -> Key | None:
    """Return the key of a request. None if its response must not be stored."""
    if len(body) > MAX_BODY_LENGTH:
        return None
    shaping = []
    for header in scope["headers"]:
        if header[0] in SHAPING_HEADERS:
            shaping.append((header[0], header[1]))  # Mangum gives lists
        elif header[0] == b"accept-language":
            # Pages have two languages; the texts that browsers send for them are many.
            language = preferred_language(header[1].decode("latin-1"))
            shaping.append((header[0], language.value.encode()))
        elif header[0] in CREDENTIALS:
            return None
    return Key(scope["scheme"], scope["method"], scope["path"], scope["query_string"], body, tuple(shaping))
