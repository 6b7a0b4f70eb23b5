"""Webhooks: which URLs are refused, what is sent, and what becomes of each answer."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.errors import BadUserInput, DeliveryRefused, UpstreamUnavailable
from graphql_api.notifications.signing import derived_secret, key_of, signed_headers
from graphql_api.notifications.urls import WebhookUrl, address_of, is_public, read_url, resolved
from graphql_api.notifications.webhook import post
from webhook_server import HOST, Receiver, certificates, receiving

PUBLIC = "93.184.215.14"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Serve a receiver."""
    with receiving() as served:
        yield served


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://",
        "https:///path",
        "https://user@hooks.example/",
        "https://user:secret@hooks.example/",
        "https://@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:99999/",
        "https://hooks.example:x/",
        "https://[::1/",
        "https://hooks.example/ a",
        "https://hooks.example/\r\nhost: other",
        "https://例え.jp/",
        "https://hooks.example/" + "a" * 2_000,
        "arn:aws:sns:us-east-1:123456789012:topic",
    ],
)
def test_urls_that_no_webhook_has(url: str) -> None:
    """Each is refused with a message for its user."""
    with pytest.raises(BadUserInput):
        read_url(url)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else happens, and nothing that is read can end a line of the request."""
    try:
        read = read_url("https://" + text)
    except BadUserInput:
        return
    assert read.is_secure
    assert not set("\r\n \t") & set(read.path + read.authority)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "192.0.0.8",
        "192.88.99.1",
        "3fff::1",
        "5f00::1",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::",
        "2001:db8::1",
        "nonsense",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    """No webhook is sent there, whatever its host is called."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return [PUBLIC, address]

    assert not is_public(address)
    with pytest.raises(BadUserInput):
        asyncio.run(address_of(read_url("https://hooks.example/"), resolve))


def test_addresses_that_are_public() -> None:
    """The first one is taken, and looked up once."""
    looked_up = []

    async def resolve(host: str, port: int) -> list[str]:
        looked_up.append((host, port))
        return [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]

    assert asyncio.run(address_of(read_url("https://Hooks.Example:8443/"), resolve)) == PUBLIC
    assert looked_up == [("hooks.example", 8443)]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "127.0.0.1", "[::1]"])
def test_other_ways_to_write_this_machine(host: str) -> None:
    """What the resolver makes of them is what counts; a resolver that knows none of them refuses, too."""
    with pytest.raises((BadUserInput, UpstreamUnavailable)):
        asyncio.run(address_of(read_url(f"https://{host}/")))


def test_http_is_for_this_machine_alone() -> None:
    """And only where the setting allows it."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return [PUBLIC]

    assert asyncio.run(address_of(read_url("http://127.0.0.1:1/", loopback=True))) == "127.0.0.1"
    with pytest.raises(BadUserInput):
        asyncio.run(address_of(read_url("http://hooks.example/", loopback=True), resolve))


def test_an_operators_url_may_be_private() -> None:
    """It is in the settings."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["10.0.0.1"]

    assert asyncio.run(address_of(read_url("https://inside/"), resolve, trusted=True)) == "10.0.0.1"


def test_a_host_that_is_not_there() -> None:
    """It may come later."""
    with pytest.raises(UpstreamUnavailable):
        asyncio.run(resolved("nothing.invalid", 443))


def send(receiver: Receiver, seconds: float = 10.0) -> None:
    """Post a body to a receiver."""
    url = read_url(receiver.url, loopback=True)
    asyncio.run(post(url, "127.0.0.1", signed_headers("secret", "e-1", 1_800_000_000, b"{}"), b"{}", seconds=seconds))


def test_what_is_sent(receiver: Receiver) -> None:
    """The body, and who it is from."""
    send(receiver)
    path, headers, body = receiver.received[0]
    assert (path, body) == ("/hook?a=1", b"{}")
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["content-type"] == "application/json"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("e-1", "1800000000")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (200, None),
        (204, None),
        (301, DeliveryRefused),
        (400, DeliveryRefused),
        (404, DeliveryRefused),
        (408, UpstreamUnavailable),
        (410, DeliveryRefused),
        (429, UpstreamUnavailable),
        (500, UpstreamUnavailable),
        (503, UpstreamUnavailable),
        ("", UpstreamUnavailable),
        ("HTTP/1.1 2", UpstreamUnavailable),
        ("a" * 5_000, UpstreamUnavailable),
        ("SSH-2.0\r\n", DeliveryRefused),
    ],
)
def test_what_becomes_of_answers(receiver: Receiver, answer: int | str, error: type[Exception] | None) -> None:
    """Some pass, some do not; a redirect is not followed."""
    receiver.answers.append(answer)
    if error is None:
        send(receiver)
    else:
        with pytest.raises(error):
            send(receiver)
    assert len(receiver.received) == 1


def test_a_slow_receiver_is_given_up(receiver: Receiver) -> None:
    """Within the time that an attempt has."""
    receiver.answers.append("slow")
    begun = time.monotonic()
    with pytest.raises(UpstreamUnavailable):
        send(receiver, 0.3)
    assert time.monotonic() - begun < 20
    receiver.released.set()


def test_a_receiver_that_is_not_there() -> None:
    """It may come back."""
    with receiving() as gone:
        pass
    with pytest.raises(UpstreamUnavailable):
        send(gone)


def test_the_certificate_is_checked_for_the_name(tmp_path: Path) -> None:
    """The connection goes to the address that was checked; another name, or a stranger's certificate, is refused."""
    server, client = certificates(tmp_path)
    with receiving(server) as receiver:
        url = WebhookUrl(is_secure=True, host=HOST, port=receiver.port, path="/")
        asyncio.run(post(url, "127.0.0.1", {}, b"{}", client))
        assert receiver.received[0][1]["host"] == f"{HOST}:{receiver.port}"
        other = WebhookUrl(is_secure=True, host="other.example", port=receiver.port, path="/")
        for wrong, context in ((other, client), (url, None)):
            with pytest.raises(UpstreamUnavailable):
                asyncio.run(post(wrong, "127.0.0.1", {}, b"{}", context))
    assert len(receiver.received) == 1


def test_a_signature_of_the_standard() -> None:
    """The example of standardwebhooks.com's libraries."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_of_owners_are_their_own() -> None:
    """By owner and URL; nothing but a secret's own text is taken for base64."""
    made = {derived_secret("master" * 5, owner, url) for owner in "ab" for url in ("https://a/", "https://b/")}
    assert len(made) == 4
    assert all(len(key_of(each)) == 32 for each in made)
    assert key_of("whsec_no base64") == b"whsec_no base64"
