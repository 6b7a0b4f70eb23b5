"""Posts to webhooks: to an address that was checked, within a time, reading no more than the first line of the answer.

asyncio's streams do so: the time bounds the handshake and each byte of the answer, which no timeout of a client that
blocks does, and the connection goes to the address while the certificate is checked for the name.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping

from graphql_api.errors import DeliveryRefused, UpstreamUnavailable
from graphql_api.notifications.urls import WebhookUrl

SECONDS = 10.0
"""Seconds that one attempt may take."""

MAX_LINE = 1_024
"""Bytes in which the answer must tell its status."""

LATER = frozenset({408, 425, 429})
"""Statuses below 500 after which another attempt may succeed."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?\r?\n")
NOT_RECEIVED = "The webhook did not receive the notification."


async def post(
    url: WebhookUrl,
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    tls: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> None:
    """Post a body. Raises ``UpstreamUnavailable`` if another attempt may succeed, else ``DeliveryRefused``."""
    head = {
        "host": url.authority,
        "content-type": "application/json",
        "content-length": str(len(body)),
        "user-agent": "graphql-api",
        "connection": "close",
        **headers,
    }
    lines = (f"POST {url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", "")
    try:
        async with asyncio.timeout(seconds):
            line = await _exchange(url, address, "\r\n".join(lines).encode("ascii") + body, tls)
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        raise UpstreamUnavailable(NOT_RECEIVED, kind=type(error).__name__) from error
    _judge(line)


async def _exchange(url: WebhookUrl, address: str, request: bytes, tls: ssl.SSLContext | None) -> bytes:
    """Send a request, and return the first line of the answer."""
    context = (tls or ssl.create_default_context()) if url.is_secure else None
    name = url.host if url.is_secure else None
    reader, writer = await asyncio.open_connection(address, url.port, limit=MAX_LINE, ssl=context, server_hostname=name)
    try:
        writer.write(request)
        await writer.drain()
        return await reader.readuntil(b"\n")
    finally:
        writer.transport.abort()


def _judge(line: bytes) -> None:
    """Raise an error unless the status is one of success. A redirect is none: it is not followed."""
    found = _STATUS.fullmatch(line)
    if found is None:
        raise DeliveryRefused(NOT_RECEIVED, reason="the answer is not HTTP/1.1")
    status = int(found[1])
    if status >= 500 or status in LATER:
        raise UpstreamUnavailable(NOT_RECEIVED, status=status)
    if not 200 <= status < 300:
        raise DeliveryRefused(NOT_RECEIVED, status=status)
