"""The address of a client, as far as it can be believed."""

from hmac import compare_digest
from typing import NamedTuple

from starlette.types import Scope

from graphql_api.access.networks import UNKNOWN, network

WITH_PORT = "cloudfront-viewer-address"
"""The header in which CloudFront itself tells an address; a port follows it."""


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


def _header(scope: Scope, name: bytes) -> str:
    """Return a header's last value; a client may send one, too, but what stands in front comes behind it."""
    return next((value.decode("latin-1") for key, value in reversed(scope["headers"]) if key == name), "")
