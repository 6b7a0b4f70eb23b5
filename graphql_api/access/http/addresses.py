"""The address of a client, as far as it can be believed."""

from functools import lru_cache
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from starlette.types import Scope

UNKNOWN = "unknown"
WITH_PORT = "cloudfront-viewer-address"
"""The header in which CloudFront itself tells an address; a port follows it."""

NETWORK_BITS = 64
"""Of an IPv6 address: an internet provider gives a whole such network to each customer."""


class Client(NamedTuple):
    """An address, or the IPv6 network that stands for one; ``direct`` where the connection itself tells it."""

    address: str
    direct: bool


class Addresses:
    """Finds addresses; ``origin_secret`` is what CloudFront sends to prove itself, empty where there is none."""

    def __init__(self, origin_secret: str = "", address_header: str = WITH_PORT) -> None:
        """Believe CloudFront by its secret, and ``address_header`` only: viewers send the others."""
        self._secret = origin_secret.encode()
        self._header = address_header.lower()

    def client(self, scope: Scope) -> Client:
        """Return the client of a request.

        That is the peer of the connection (the server has replaced it where a setting names the proxy), or what Lambda
        saw; of a load balancer, what it added to ``X-Forwarded-For`` itself; of CloudFront, what it says.
        """
        if self._secret and (viewer := self._viewer(scope)):
            return Client(network(viewer), direct=False)
        event = scope.get("aws.event")
        if event is not None and "elb" in event.get("requestContext", {}):
            return Client(network(_header(scope, b"x-forwarded-for").rpartition(",")[2].strip()), direct=False)
        return Client(network((scope.get("client") or (UNKNOWN,))[0]), direct=True)

    def _viewer(self, scope: Scope) -> str:
        """Return the address that CloudFront tells, without a port; empty where it is not CloudFront."""
        if not compare_digest(_header(scope, b"x-origin-secret").encode(), self._secret):
            return ""
        told = _header(scope, self._header.encode())
        return told.rpartition(":")[0] if self._header == WITH_PORT else told


@lru_cache(10_000)
def network(text: str) -> str:
    """Return the text under which an address is counted."""
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    bits = 128 - NETWORK_BITS
    return str(IPv6Address(int(address) >> bits << bits))


def _header(scope: Scope, name: bytes) -> str:
    """Return a header's last value; a client may send one, too, but what stands in front comes behind it."""
    return next((value.decode("latin-1") for key, value in reversed(scope["headers"]) if key == name), "")
