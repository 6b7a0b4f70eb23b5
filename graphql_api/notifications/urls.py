"""Which URLs webhooks may have, and to which addresses: none by which this service would ask its own network."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from graphql_api.errors import BadUserInput, UpstreamUnavailable

MAX_LENGTH = 2_000
RESOLVE_SECONDS = 5.0

_VISIBLE = re.compile(r"[!-~]+")
_WRAPPED = tuple(
    map(ip_network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"))
)
"""Networks of IPv6 whose addresses hold one of IPv4, which may be private, and the former site-local one."""

_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "5f00::/16")))
"""Networks that IANA has for special purposes, which not every version of Python knows as such."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """A URL, in the parts that a request takes."""

    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


def read_url(url: str, *, loopback: bool = False) -> WebhookUrl:
    """Read a URL: ``https``, or ``http`` if ``loopback`` allows it. Raises ``BadUserInput``."""
    if len(url) > MAX_LENGTH or not _VISIBLE.fullmatch(url):
        raise BadUserInput(f"The URL of a webhook has at most {MAX_LENGTH:,} ASCII characters, without spaces.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadUserInput("The URL of the webhook cannot be read.") from error
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise BadUserInput("The URL of a webhook must begin with https://.")
    if not host or "@" in parts.netloc or parts.fragment:
        raise BadUserInput("The URL of a webhook must have a host, and neither a user, a password nor a fragment.")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookUrl(is_secure, host, port or (443 if is_secure else 80), path)


def is_public(address: str) -> bool:
    """Return whether an address is one of the internet: not private, loopback, link-local (metadata), or reserved."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if any(found in network for network in (*_WRAPPED, *_SPECIAL)):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


async def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises ``UpstreamUnavailable``."""
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UpstreamUnavailable("The host of the webhook cannot be resolved. Try again later.") from error
    return [str(each[4][0]) for each in found]


async def address_of(url: WebhookUrl, resolve: Resolve = resolved, *, trusted: bool = False) -> str:
    """Return the address to connect to; it is looked up once, so that no later answer of DNS can change it.

    All addresses of the host must be public, or loopback for ``http``; those of a ``trusted`` URL may be any. Raises
    ``BadUserInput`` and ``UpstreamUnavailable``.
    """
    addresses = await resolve(url.host, url.port)
    if not addresses:
        raise UpstreamUnavailable("The host of the webhook cannot be resolved. Try again later.")
    if not url.is_secure:
        allowed = all(ip_address(each).is_loopback for each in addresses)
    else:
        allowed = trusted or all(map(is_public, addresses))
    if not allowed:
        raise BadUserInput("The host of a webhook must have public addresses only.")
    return min(addresses, key=lambda address: ":" in address)  # Lambda has no IPv6 outside of a VPC
