"""How an answer leaves: as ready chunks, compressed where the client takes it, with ETag and 304."""

import gzip
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence

from anyio import to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_api.execution.weighed_cache import WeighedCache
from graphql_api.web.negotiation import preferred_coding

COMPRESS_FROM = 1_000
"""Bytes; shorter bodies would hardly shrink."""

IN_THREAD_FROM = 100_000
"""Bytes; longer bodies are compressed in a thread, so that other requests go on meanwhile."""


class ChunkedBody(Response):
    """A response whose body is sent chunk by chunk as it lies in a cache, without joining copies."""

    def __init__(
        self, chunks: Sequence[bytes], status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = ""
    ) -> None:
        """Send ``chunks`` one after the other; 304 has none."""
        self.status_code = status
        self.chunks = chunks
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
        """Send the head, then the chunks; HEAD has none."""
        await send_all(send, self.status_code, self.raw_headers, self.chunks if scope["method"] != "HEAD" else ())


async def send_all(send: Send, status: int, headers: list[tuple[bytes, bytes]], chunks: Sequence[bytes]) -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for chunk in chunks[:-1]:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": chunks[-1] if chunks else b""})


class Responder:
    """Makes responses, and keeps the compressed forms of hot answers within ``cache_bytes``."""

    def __init__(self, cache_bytes: int) -> None:
        """Keep at most ``cache_bytes`` of compressed bodies."""
        self._compressed = WeighedCache[bytes](cache_bytes)

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
        """Answer with ``chunks``; ``key`` names the very same body in later requests, None is not to be kept."""
        own = {"vary": "Accept-Encoding", **(headers or {})}
        size = sum(map(len, chunks))
        coding = preferred_coding(request.get("accept-encoding"), CODINGS) if size >= COMPRESS_FROM else None
        if coding:
            own["content-encoding"] = coding
            chunks = [await self._compress(chunks, size, coding, key)]
        return ChunkedBody(chunks, status, own, media_type)

    async def _compress(self, chunks: Sequence[bytes], size: int, coding: str, key: Hashable) -> bytes:
        found = self._compressed.get((key, coding)) if key is not None else None
        if found is None:
            compress = COMPRESSORS[coding]
            if size < IN_THREAD_FROM:
                found = compress(b"".join(chunks))
            else:
                found = await to_thread.run_sync(lambda: compress(b"".join(chunks)))
            if key is not None:
                self._compressed.keep((key, coding), found, len(found))
        return found


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0)


def _zstd(body: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.compress(body, level=1)
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(body)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {"gzip": _gzip, "zstd": _zstd}
CODINGS = tuple(COMPRESSORS)
"""By preference among those that a client weights equally. zstd takes 2.5 times less time than gzip and 30 % fewer
bytes, but some clients list it and cannot read it, Node 20's among them: it goes to those that weight it higher.
"""


def etag(*parts: str) -> str:
    """Make a weak ETag: equal content, whatever its coding."""
    return f'W/"{"-".join(parts)}"'
