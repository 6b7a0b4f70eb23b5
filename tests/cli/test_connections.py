"""The plain server and clients that send too much, too slowly, or ask for other protocols: each gets a clean end."""

import json
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphql_api.cli.idle import QUIET_SECONDS
from graphql_api.cli.protocol import SLICE
from graphql_api.web.middleware import MAX_HEADERS
from plain_server import Connection, Server, written

QUERY = b'{"query": "{ __typename }"}'
ANSWER = b'{"data":{"__typename":"Query"}}'
POST = written("POST", "/graphql", QUERY)
HEALTH = written("GET", "/health")
FILES = 512
SECONDS = 3
"""Limits of time: long enough for a request that is whole, also on a busy machine."""


@pytest.fixture(scope="module")
def lasting_server(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the samples with limits of time that no test reaches."""
    server = Server(sample_data, tmp_path_factory.mktemp("log") / "log", request_timeout=60, keep_alive=60)
    yield server
    server.stop()


@pytest.fixture
def hasty_server(sample_data: Path, tmp_path: Path) -> Iterator[Server]:
    """Serve the samples with short limits of time, which a busy machine keeps."""
    server = Server(sample_data, tmp_path / "log", request_timeout=SECONDS, keep_alive=SECONDS)
    yield server
    server.stop()


@pytest.fixture
def server(lasting_server: Server) -> Iterator[Server]:
    """Give the server; connections last for one test."""
    yield lasting_server
    lasting_server.disconnect()


@pytest.fixture(scope="module")
def small_server(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the samples where the system allows few files."""
    log = tmp_path_factory.mktemp("log") / "log"
    server = Server(sample_data, log, files=FILES, request_timeout=60, keep_alive=60)
    yield server
    server.stop()


def upgrading(protocol: str, method: str = "POST", body: bytes = QUERY) -> bytes:
    """Write a request that asks for another protocol."""
    path = "/graphql" if method == "POST" else "/health"
    return written(
        method, path, body, connection="Upgrade, HTTP2-Settings", upgrade=protocol, http2_settings="AAMAAABk"
    )


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "TLS/1.2", "h2c, websocket"])
@pytest.mark.parametrize("cut", [None, 10, -len(QUERY), -5, -1])
def test_who_asks_for_another_protocol_is_answered_in_this_one(server: Server, protocol: str, cut: int | None) -> None:
    """Be the request whole, or its head or its body in a later packet; the connection stays."""
    request = upgrading(protocol)
    connection = server.connect()
    for _ in range(2):
        if cut is not None:
            connection.send(request[:cut])
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.send(request if cut is None else request[cut:])
        status, headers, body = connection.answer()
        assert (status, body) == (200, ANSWER)
        assert "upgrade" not in headers
    assert connection.ask(POST)[2] == ANSWER


def test_requests_behind_one_for_another_protocol_are_answered_in_turn(server: Server) -> None:
    """Their bytes are no bytes of that protocol."""
    connection = server.connect()
    connection.send(upgrading("h2c") + HEALTH + upgrading("websocket", "GET", b"") * 100 + upgrading("h2c"))
    bodies = [connection.answer()[2] for _ in range(103)]
    assert bodies[0] == bodies[-1] == ANSWER
    assert set(bodies[1:-1]) == {b'{"status":"ok"}'}


def test_a_chunked_body_behind_a_wish_for_another_protocol_is_read(server: Server) -> None:
    """However long a body says that it is."""
    request = upgrading("h2c").replace(b"content-length: %d" % len(QUERY), b"transfer-encoding: chunked")
    head = request.removesuffix(QUERY)
    assert server.connect().ask(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(QUERY), QUERY))[2] == ANSWER


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_is_answered_where_it_offers_http_2(server: Server) -> None:
    """``curl --http2`` asks for h2c with every first request."""
    arguments = ["curl", "-s", "--http2", "-H", "content-type: application/json", "-d", QUERY.decode()]
    done = subprocess.run(
        [*arguments, f"http://127.0.0.1:{server.port}/graphql"], capture_output=True, check=True, timeout=20
    )
    assert done.stdout == ANSWER


def test_a_tunnel_is_refused(server: Server) -> None:
    """CONNECT is no request to this server."""
    for target in (b"example.com:443", b"/graphql"):
        connection = server.connect()
        assert connection.ask(b"CONNECT %b HTTP/1.1\r\nhost: x\r\n\r\n" % target)[0] == 400
        assert connection.is_closed()


CHUNKED = b"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
LARGE_HEADS = {
    "a header of 33 kB": written("GET", "/health", x_filler="a" * 33_000),
    "a name of 33 kB": b"GET /health HTTP/1.1\r\n" + b"a" * 33_000 + b": b\r\n\r\n",
    "too many headers": b"GET /health HTTP/1.1\r\n" + b"a:\r\n" * (MAX_HEADERS + 1) + b"\r\n",
    "one header 3,000 times": b"GET /health HTTP/1.1\r\n" + b"accept: text/html; q=0.123456\r\n" * 3_000 + b"\r\n",
}
ENDLESS_HEADS = {
    "a head without an end": b"GET /health HTTP/1.1\r\n" + b"accept: " + b"a" * 2_000_000,
    "blanks without an end": b"GET /health HTTP/1.1\r\n" + b"accept: " + b" " * 2_000_000,
    "trailers without an end": CHUNKED + b"1\r\n{\r\n0\r\n" + b"a: b\r\n" * 2_000,
}


@pytest.mark.parametrize("request_bytes", LARGE_HEADS.values(), ids=LARGE_HEADS)
def test_a_large_head_is_refused(server: Server, request_bytes: bytes) -> None:
    """Whatever is large in it."""
    assert server.connect().ask(request_bytes)[0] == 431


@pytest.mark.parametrize("request_bytes", ENDLESS_HEADS.values(), ids=ENDLESS_HEADS)
def test_a_head_without_an_end_is_refused_before_it_is_held(server: Server, request_bytes: bytes) -> None:
    """The client reads why, even where it has more to send, and then the connection ends."""
    connection = server.connect()
    connection.send(request_bytes)
    status, headers, body = connection.answer()
    assert (status, headers["connection"]) == (431, "close")
    told = json.loads(body)
    assert told["detail"] == told["errors"][0]["message"]
    assert connection.is_closed()


def test_a_long_url_is_refused_before_it_is_held(server: Server) -> None:
    """The application says so of those that are somewhat too long, the server of all others."""
    for length in (20_000, 70_000, 2_000_000):
        connection = server.connect()
        connection.send(b"GET /graphql?query=%b HTTP/1.1\r\nhost: x\r\n\r\n" % (b"a" * length))
        assert connection.answer()[0] == 414


def test_heads_within_the_bounds_are_read(server: Server) -> None:
    """As many headers as may be, and as large ones, in pieces."""
    few = {f"x_{number}": "" for number in range(MAX_HEADERS - 3)}
    for request_bytes in (written("GET", "/health", **few), written("GET", "/health", x_filler="a" * 32_000)):
        connection = server.connect()
        for start in range(0, len(request_bytes), 1_000):
            connection.send(request_bytes[start : start + 1_000])
        assert connection.answer()[0] == 200


def test_a_refusal_waits_for_its_turn(server: Server) -> None:
    """What was asked for before is answered before."""
    connection = server.connect()
    connection.send(POST * 3 + ENDLESS_HEADS["blanks without an end"] + POST)
    assert [connection.answer()[0] for _ in range(4)] == [200, 200, 200, 431]
    assert connection.is_closed()


@pytest.mark.parametrize("ahead", [b"", POST])
def test_a_broken_body_is_refused_once(server: Server, ahead: bytes) -> None:
    """It is the answer to that request, and the only one."""
    connection = server.connect()
    connection.send(ahead + CHUNKED + b"no chunk\r\n")
    assert [connection.answer()[0] for _ in range(bool(ahead) + 1)] == [200, 400][not ahead :]
    assert connection.is_closed()


@pytest.mark.parametrize("rest", [b"1;" + b"a" * 4_000_000, b"1\r\n{\r\n0\r\na: " + b"b" * 4_000_000])
def test_what_is_no_body_is_bounded_as_bodies_are(server: Server, rest: bytes) -> None:
    """Be it the extension of a chunk or one long trailer."""
    connection = server.connect()
    connection.send(CHUNKED + rest)
    assert connection.answer()[0] == 413
    assert connection.is_closed()


HELD: dict[str, tuple[bytes, list[int]]] = {
    "half a URL": (b"GET /hea", [408]),
    "half a header": (POST[:-30], [408]),
    "a byte": (b"G", [408]),
    "half a head behind another request": (HEALTH + b"GET /hea", [200, 408]),
    "half a body": (POST[:-5], [504]),
    "nothing": (b"", []),
    "a blank line": (b"\r\n", []),
    "nothing behind a request": (HEALTH, [200]),
    "a blank line behind a request": (HEALTH + b"\r\n", [200]),
}
"""What is sent of a connection's next request, and the statuses that come before the connection ends."""


def test_no_half_request_holds_a_connection(hasty_server: Server) -> None:
    """A head or a body that does not come is refused when its time is over; silence ends the connection."""
    held = {name: hasty_server.connect() for name in HELD}
    for name, connection in held.items():
        connection.send(HELD[name][0])
    told = {name: [connection.answer()[0] for _ in HELD[name][1]] for name, connection in held.items()}
    assert told == {name: statuses for name, (_, statuses) in HELD.items()}
    assert all(connection.is_closed() for connection in held.values())


def test_a_connection_without_a_first_request_is_closed_sooner_than_one_between_requests(server: Server) -> None:
    """The connection that had a request was idle before the other one was opened, and stays."""
    idle = server.connect()
    assert idle.ask(HEALTH)[0] == 200
    assert server.connect().is_closed()
    assert idle.ask(HEALTH)[0] == 200


def test_many_requests_at_once_are_answered_in_turn(server: Server) -> None:
    """They are read as far as they can be answered, not all at once."""
    count = 20 * SLICE // len(POST)
    connection = server.connect()
    connection.send(POST * count)
    assert all(connection.answer()[2] == ANSWER for _ in range(count))


@pytest.fixture
def full_server(sample_data: Path, tmp_path: Path) -> Iterator[Server]:
    """Serve the samples on four connections at most."""
    server = Server(sample_data, tmp_path / "log", max_connections=4, request_timeout=60, keep_alive=60)
    yield server
    server.stop()


def test_the_longest_idle_connection_makes_room_for_a_new_one(full_server: Server) -> None:
    """A connection in the middle of a request stays, and so do those that were idle for a shorter time."""
    heading, sending, oldest, recent = (full_server.connect() for _ in range(4))
    for connection in (heading, sending, recent):
        assert connection.ask(HEALTH)[0] == 200
    oldest.make_known(written("GET", "/api/jockey/00001"))
    assert recent.ask(HEALTH)[0] == 200
    heading.send(HEALTH[:-5])
    sending.send(POST[:-5])
    status = 503
    while status == 503:  # nothing is idle for long enough yet
        new = full_server.connect()
        status = new.ask(HEALTH)[0]
    assert status == 200
    assert oldest.is_closed()
    assert recent.ask(HEALTH)[0] == 200
    assert heading.ask(HEALTH[-5:])[0] == 200
    assert sending.ask(POST[-5:])[2] == ANSWER
    assert new.ask(HEALTH)[0] == 200


def test_a_request_that_has_arrived_keeps_its_connection(full_server: Server) -> None:
    """Although the server has not read it when a new connection arrives."""
    connections = [full_server.connect() for _ in range(4)]
    for connection in connections:
        assert connection.ask(HEALTH)[0] == 200
    full_server.process.send_signal(signal.SIGSTOP)
    full_server.connect()
    for connection in connections:
        connection.send(HEALTH)
    time.sleep(QUIET_SECONDS + 0.1)  # the server's clock goes on
    full_server.process.send_signal(signal.SIGCONT)
    assert [connection.answer()[0] for connection in connections] == [200] * 4


def connect_all(server: Server, count: int) -> list[Connection]:
    """Connect so often."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * count + 200)), hard))
    return [server.connect() for _ in range(count)]


def test_connections_beyond_the_limit_are_refused_cleanly(small_server: Server) -> None:
    """With 503 and ``Retry-After``, never a reset; as soon as others go there is room again."""
    connections = connect_all(small_server, FILES)
    outcomes = []
    for connection in connections[-100:]:
        status, headers, _ = connection.ask(HEALTH)
        outcomes.append((status, headers.get("retry-after")))
    assert set(outcomes) == {(503, "5")}
    assert connections[0].ask(HEALTH)[0] == 200
    small_server.disconnect()
    statuses = {503}
    while 200 not in statuses:
        statuses.add(small_server.connect().ask(HEALTH)[0])
    small_server.disconnect()


def test_more_connections_than_there_are_files_wait_for_room(small_server: Server) -> None:
    """Those that cannot even be refused are taken when others are gone."""
    connections = connect_all(small_server, 2 * FILES)
    assert {connection.ask(HEALTH)[0] for connection in connections} == {200, 503}
    small_server.disconnect()
