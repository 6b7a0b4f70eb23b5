"""Posts to webhooks: to an address that was checked, within a time, reading no more than the head of the answer.

asyncio's streams do so: the time bounds the handshake and each byte of the answer, which no timeout of a client that
blocks does, and the connection goes to the address while the certificate is checked for the name.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from graphql_api.errors import DeliveryGone, DeliveryRefused, UpstreamUnavailable
from graphql_api.notifications.urls import WebhookUrl

SECONDS = 10.0
"""Seconds that one attempt may take."""

MAX_LINE = 1_024
"""Bytes in which the answer must tell its status, and of each header that is read."""

MAX_HEADERS = 50
"""Headers among which Retry-After is looked for."""

GONE = 410
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
    """Post a body.

    Raises ``UpstreamUnavailable`` if another attempt may succeed, with the time of ``Retry-After``; ``DeliveryGone``
    after 410; else ``DeliveryRefused``.
    """
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
            await _exchange(url, address, "\r\n".join(lines).encode("ascii") + body, tls)
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        raise UpstreamUnavailable(NOT_RECEIVED, kind=type(error).__name__) from error


async def _exchange(url: WebhookUrl, address: str, request: bytes, tls: ssl.SSLContext | None) -> None:
    """Send a request, and read the head of the answer. Raises our errors, and those of the connection."""
    context = (tls or ssl.create_default_context()) if url.is_secure else None
    name = url.host if url.is_secure else None
    reader, writer = await asyncio.open_connection(address, url.port, limit=MAX_LINE, ssl=context, server_hostname=name)
    try:
        writer.write(request)
        await writer.drain()
        await _judge(await reader.readuntil(b"\n"), reader)
    finally:
        writer.transport.abort()


async def _judge(line: bytes, reader: asyncio.StreamReader) -> None:
    """Raise an error unless the status is one of success. A redirect is none: it is not followed."""
    found = _STATUS.fullmatch(line)
    if found is None:
        raise DeliveryRefused(NOT_RECEIVED, reason="the answer is not HTTP/1.1")
    status = int(found[1])
    if status >= 500 or status in LATER:
        raise UpstreamUnavailable(NOT_RECEIVED, status=status, retry_after=await _retry_after(reader))
    if status == GONE:
        raise DeliveryGone(NOT_RECEIVED, status=status)
    if not 200 <= status < 300:
        raise DeliveryRefused(NOT_RECEIVED, status=status)


async def _retry_after(reader: asyncio.StreamReader) -> float:
    """Return the seconds for which the receiver wants no other attempt; 0 if it does not tell."""
    for _ in range(MAX_HEADERS):
        try:
            line = await reader.readuntil(b"\n")
        except (OSError, EOFError, asyncio.LimitOverrunError):
            return 0
        name, colon, value = line.partition(b":")
        if not colon:
            return 0
        if name.lower() == b"retry-after":
            return _seconds(value.decode("latin-1").strip())
    return 0


def _seconds(text: str) -> float:
    """Read the value of Retry-After: seconds, or a date of HTTP."""
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0
