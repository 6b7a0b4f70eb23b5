"""Sending a response: in chunks, compressed if the client accepts it, with ETag and 304."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_api.execution.weighed_cache import WeighedCache
from graphql_api.web.compression import CODINGS, Compression
from graphql_api.web.in_flight import Hold, InFlight
from graphql_api.web.negotiation import preferred_coding

COMPRESS_FROM = 1_000
"""Minimum size of a body that is compressed, in bytes."""


class ChunkedBody(Response):
    """A response whose body is sent chunk by chunk from a cache, without copies."""

    def __init__(
        self,
        chunks: Sequence[bytes],
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str = "",
        hold: Hold | None = None,
    ) -> None:
        """Send ``chunks`` one after another, then release ``hold``. 304 has no chunks."""
        self.status_code = status
        self.chunks = chunks
        self.hold = hold
        self.background = None
        self.body = b""
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        if status != 304:
            raw.append((b"content-length", b"%d" % sum(map(len, chunks))))
        if media_type:
            charset = "; charset=utf-8" if media_type.startswith("text/") and "charset=" not in media_type else ""
            raw.append((b"content-type", f"{media_type}{charset}".encode("latin-1")))
        self.raw_headers = raw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the head, then the chunks. HEAD has no chunks."""
        chunks = self.chunks if scope["method"] != "HEAD" else ()
        await send_all(send, self.status_code, self.raw_headers, chunks, self.hold)


async def send_all(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], chunks: Sequence[bytes], hold: Hold | None = None
) -> None:
    """Send a complete response. If it is held, wait until the client has read it or has disconnected."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if hold is None:
        for chunk in chunks[:-1]:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": chunks[-1] if chunks else b""})
        return
    try:
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(0)  # the server writes at the end of a turn, and only then knows what the client takes
        await send({"type": "http.response.body", "body": b""})
    finally:
        hold.release()


class Responder:
    """Makes responses, and caches the compressed form of frequent ones within ``cache_bytes``."""

    def __init__(self, cache_bytes: int, in_flight: InFlight) -> None:
        """Cache at most ``cache_bytes`` of compressed bodies. Responses that are being sent count as ``in_flight``."""
        self.in_flight = in_flight
        self._compression = Compression()
        self._compressed = WeighedCache[list[bytes]](cache_bytes)

    async def respond(
        self,
        request: Mapping[str, str],
        chunks: Sequence[bytes],
        *,
        media_type: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        key: Hashable = None,
    ) -> ChunkedBody:
        """Return a response of ``chunks``. ``key`` identifies the same body in later requests. None is not cached.

        Raises ``Overloaded``.
        """
        own = {"vary": "Accept-Encoding", **(headers or {})}
        size = sum(map(len, chunks))
        coding = preferred_coding(request.get("accept-encoding"), CODINGS) if size >= COMPRESS_FROM else None
        if not coding:
            return ChunkedBody(chunks, status, own, media_type, self.in_flight.hold(chunks))
        own["content-encoding"] = coding
        compressed = None if key is None else self._compressed.get((key, coding))
        if compressed is not None:
            return ChunkedBody(compressed, status, own, media_type, self.in_flight.hold(compressed))
        hold = self.in_flight.hold(chunks)
        try:
            compressed = await self._compression.compress(chunks, coding)
        except BaseException:
            if hold is not None:  # at once, though the error's traceback may live on
                hold.release()
            raise
        if hold is not None:
            hold.replace(compressed)
        if key is not None:
            self._compressed.keep((key, coding), compressed, sum(map(len, compressed)))
        return ChunkedBody(compressed, status, own, media_type, hold)


def etag(*parts: str) -> str:
    """Return a weak ETag, which is the same for all content codings."""
    return f'W/"{"-".join(parts)}"'
