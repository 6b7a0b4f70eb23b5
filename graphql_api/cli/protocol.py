"""HTTP of the plain server: uvicorn's, which answers what repeats byte by byte before it is even parsed.

To parse a request, and to run it as a task, takes several times as long as to find an answer in the response cache. The
application is not passed by: it answers, logs and counts such a request as any other, only without the detours.
"""

from asyncio import AbstractEventLoop, Transport
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from cachetools import LRUCache
from starlette.types import Message, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from graphql_api.web.middleware import Headers, RequestMiddleware
from graphql_api.web.response_cache import HOLDS, KEPT_AS, Key, ResponseCache

MOST_BYTES = 2**24
"""Bytes that the remembered requests of one process may take."""

REQUEST_BYTES = 2_000
"""What a request is reckoned to take beside its own bytes, and its key's."""

LONGEST_REQUEST = 16_384
LONGEST_ANSWER = 65_536
"""Bytes; longer answers are sent by uvicorn, piece by piece as fast as the client takes them."""

UNSENT_BYTES = 2**20
"""Bytes of an answer above which it is sent before it is complete: while it still is in the processor's cache."""

NOT_REPEATED = (b"forwarded", b"expect:", b"upgrade")
"""In a request's bytes, in lower case: what proxies say counts by where it comes from; the others are not over yet."""

STATUS_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}


@dataclass(frozen=True, slots=True)
class _Known:
    """A request: as much of its scope as an answer from memory takes, and the key under which that was kept."""

    scope: Scope
    key: Key
    size: int


class Repeats:
    """Requests by their bytes that were answered from the response cache."""

    def __init__(self, app: RequestMiddleware[ResponseCache]) -> None:
        """Remember requests to ``app``."""
        self._app = app
        self._known: LRUCache[bytes, _Known] = LRUCache(MOST_BYTES, getsizeof=lambda known: known.size)

    def remember(self, data: bytes, scope: Scope) -> None:
        """Note which request some bytes are, if it was answered from memory."""
        key: Key | None = scope["state"].get(KEPT_AS)
        if key is None or data in self._known or any(each in data.lower() for each in NOT_REPEATED):
            return
        own = {name: scope[name] for name in ("type", "scheme", "method", "path")}
        identifiers = [pair for pair in scope["headers"] if pair[0] == b"x-request-id"]
        size = REQUEST_BYTES + len(data) + key.size
        self._known[data] = _Known({**own, "headers": identifiers}, key, size)

    def answer(self, data: bytes, default_headers: Headers) -> bytes | None:
        """Give the bytes of an answer; None where the request is unknown, or its answer holds no longer or is long."""
        known = self._known.get(data)
        kept = self._app.app.find(known.key) if known else None
        if known is None or kept is None or kept.length > LONGEST_ANSWER:
            return None
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        with suppress(StopIteration):  # the way of what is kept: nothing in it is waited for
            self._app({**known.scope, "state": {HOLDS: kept}}, _nothing, send).send(None)
        return _written(messages, default_headers)


async def _nothing() -> Message:
    raise NotImplementedError("An answer that is kept takes no request.")


class Together:
    """A connection's transport that sends in one call what was written in one turn of the loop: a head and its body.

    A call of the system for each takes longer than to make a small answer. uvicorn sends by ``write`` alone; all else
    is the transport's own.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        """Send over ``transport``."""
        self._transport = transport
        self._loop = loop
        self._unsent: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """Give the transport's own."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send soon."""
        if self._size > UNSENT_BYTES:
            self.flush()
        if not self._unsent:
            self._loop.call_soon(self.flush)
        self._unsent.append(data)
        self._size += len(data)

    def flush(self) -> None:
        """Send what was written, unless the connection is lost."""
        unsent, self._unsent, self._size = self._unsent, [], 0
        if unsent and not self._transport.is_closing():
            self._transport.writelines(unsent)

    def close(self) -> None:
        """Send what was written, and close."""
        self.flush()
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, repeats: Repeats, **keywords: Any) -> None:
        """Answer from ``repeats`` what repeats; all else is uvicorn's."""
        super().__init__(*arguments, **keywords)
        self._repeats = repeats
        self._begun = self._complete = 0
        self._whole: tuple[bytes, RequestResponseCycle] | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        super().connection_made(transport)
        self.transport = cast("Transport", Together(transport, self.loop))

    def eof_received(self) -> None:
        """Send what was written, for the transport closes now."""
        cast("Together", self.transport).flush()

    def data_received(self, data: bytes) -> None:
        """Answer, where these bytes are one whole request that is known and comes in its turn."""
        between = self._begun == self._complete and (self.cycle is None or self.cycle.response_complete)
        if not between or self.flow.write_paused or len(data) > LONGEST_REQUEST:
            super().data_received(data)
            return
        answer = self._repeats.answer(data, self.server_state.default_headers)
        if answer is not None:
            self.transport.write(answer)
            super().on_response_complete()
            return
        complete = self._complete
        super().data_received(data)
        one = self._begun == self._complete == complete + 1
        self._whole = (data, self.cycle) if one and self.cycle.keep_alive else None

    def on_message_begin(self) -> None:
        """Count what begins."""
        self._begun += 1
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Count what is complete."""
        self._complete += 1
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Remember the request, if its answer was kept."""
        if self._whole is not None and self._whole[1].response_complete:
            data, cycle = self._whole
            self._repeats.remember(data, dict(cycle.scope))
            self._whole = None
        super().on_response_complete()


def _written(messages: list[Message], default_headers: Headers) -> bytes:
    """Write an answer as HTTP/1.1; its head tells its length."""
    head, *bodies = messages
    parts = [STATUS_LINES[head["status"]]]
    for name, value in (*default_headers, *head["headers"]):
        parts += name, b": ", value, b"\r\n"
    return b"".join([*parts, b"\r\n", *(each["body"] for each in bodies)])
