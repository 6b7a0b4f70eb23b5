"""Whose request it is: the peer, what Lambda saw, or what a proxy says that proves itself; never what a client says."""

from typing import Any

import pytest

from graphql_api.access.http.addresses import Addresses, Client
from graphql_api.access.networks import network


def scope(client: str | None = "192.0.2.1", event: Any = None, **headers: str) -> dict[str, Any]:
    """Make a scope."""
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    made: dict[str, Any] = {"client": client and (client, 1), "headers": sent}
    return made if event is None else {**made, "aws.event": event}


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_ipv6_counts_by_network(text: str, counted: str) -> None:
    """Of an IPv6 address the first half counts, which is one customer's; what is no address is one caller together."""
    assert network(text) == counted


def test_what_a_client_says_of_itself_does_not_count() -> None:
    """Neither ``X-Forwarded-For`` nor CloudFront's header, without the secret or with a wrong one."""
    said = {"x_forwarded_for": "203.0.113.9", "cloudfront_viewer_address": "203.0.113.9:1"}
    for addresses in (Addresses(), Addresses("right")):
        for more in ({}, {"x_origin_secret": "wrong"}, {"x_origin_secret": ""}, {"x_origin_secret": "rïght"}):
            assert addresses.client(scope(**said, **more)) == Client("192.0.2.1", direct=True)


def test_cloudfront_proves_itself_by_its_secret() -> None:
    """Then the viewer's address counts, IPv6 too; it is not the connection's."""
    addresses = Addresses("right")
    for viewer, counted in (("203.0.113.9:443", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6:443", "2001:db8:1:2::")):
        told = scope(x_origin_secret="right", cloudfront_viewer_address=viewer)
        assert addresses.client(told) == Client(counted, direct=False)
    assert addresses.client(scope(x_origin_secret="right")) == Client("192.0.2.1", direct=True)


def test_only_the_header_that_the_setting_names_is_believed() -> None:
    """``True-Client-IP`` has no port; what a viewer says by another header, which CloudFront passes on, is not read."""
    addresses = Addresses("right", "True-Client-IP")
    forged = {"x_origin_secret": "right", "cloudfront_viewer_address": "203.0.113.9:443"}
    for viewer, counted in (("198.51.100.7", "198.51.100.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")):
        assert addresses.client(scope(**forged, true_client_ip=viewer)) == Client(counted, direct=False)
    assert addresses.client(scope(**forged)) == Client("192.0.2.1", direct=True)
    assert addresses.client(scope(x_origin_secret="wrong", true_client_ip="203.0.113.9")).direct
    assert Addresses("right").client(scope(x_origin_secret="right", true_client_ip="203.0.113.9")).direct


def test_a_load_balancer_tells_its_client_last() -> None:
    """What stands before that in ``X-Forwarded-For`` the client sent itself."""
    event = {"requestContext": {"elb": {"targetGroupArn": "arn"}}}
    said = scope("203.0.113.9, 198.51.100.7", event, x_forwarded_for="203.0.113.9, 198.51.100.7")
    assert Addresses().client(said) == Client("198.51.100.7", direct=False)
    url = {"requestContext": {"http": {"sourceIp": "192.0.2.1"}}}
    assert Addresses().client(scope(event=url, x_forwarded_for="203.0.113.9")).address == "192.0.2.1"


def test_a_request_without_a_peer_is_unknown() -> None:
    """As a socket of the file system has none."""
    assert Addresses().client(scope(None)) == Client("unknown", direct=True)
