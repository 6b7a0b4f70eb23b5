"""The plain server on the wire: what repeats byte by byte is answered as before, and never mistaken for what it is not.

How a request was answered stands in its log line: by a ``plan``, or ``kept``. That it was not even parsed cannot be
seen from outside, which is the point.
"""

import json
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphql_api.cli.transport import UNSENT_BYTES
from plain_server import Server, written

QUERY = json.dumps({"query": '{ jockey(id: "00001") { name records(first: 2) { totalCount } } }'}).encode()
OWN_HEADERS = ("date", "server-timing", "x-request-id", "age")


POST = written("POST", "/graphql", QUERY)
GET = written("GET", "/api/jockey/00001")
CONDITIONAL = written("GET", "/api/jockey/00001", if_none_match="*")


@pytest.fixture(scope="module")
def lasting_server(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the samples."""
    server = Server(sample_data, tmp_path_factory.mktemp("log") / "log", cache_ttl=300)
    yield server
    server.stop()


@pytest.fixture
def server(lasting_server: Server) -> Iterator[Server]:
    """Give the server; connections last for one test."""
    yield lasting_server
    lasting_server.disconnect()


@pytest.mark.parametrize("request_bytes", [POST, GET, CONDITIONAL], ids=["GraphQL", "REST", "304"])
def test_answers_stay_the_same_under_ids_of_their_own(server: Server, request_bytes: bytes) -> None:
    """From the first answer, which is executed, to those that are not parsed: on one connection, and on others."""
    before = len(server.lines())
    connections = [server.connect() for _ in range(3)]
    answers = [each.ask(request_bytes) for each in connections * 3]
    shown = [
        (status, sorted(pair for pair in headers.items() if pair[0] not in OWN_HEADERS), body)
        for status, headers, body in answers
    ]
    assert all(each == shown[0] for each in shown)
    assert all("date" in headers and "server-timing" in headers for _, headers, _ in answers)
    lines = server.lines(before + len(answers))[before:]
    assert [line["request_id"] for line in lines] == [headers["x-request-id"] for _, headers, _ in answers]
    assert len({line["request_id"] for line in lines}) == len(answers)
    assert [line.get("execution") for line in lines[1:]] == ["kept"] * (len(answers) - 1)
    assert all(line["status"] == answers[0][0] and line["jockey_ids"] == ["00001"] for line in lines[1:])


def test_an_id_of_the_clients_own_is_kept(server: Server) -> None:
    """It is a part of the bytes that repeat."""
    asked = written("POST", "/graphql", QUERY, x_request_id="mine-1")
    connection = server.connect()
    assert [connection.ask(asked)[1]["x-request-id"] for _ in range(4)] == ["mine-1"] * 4


def test_requests_that_come_in_pieces_or_together_are_answered_in_turn(server: Server) -> None:
    """Bytes that are a known request in whole are not taken for one in part, nor for two."""
    connection = server.connect()
    expected = connection.make_known(POST)
    other = written("POST", "/graphql", b'{"query": "{ __typename }"}')
    typename = b'{"data":{"__typename":"Query"}}'
    connection.send(POST[:40])
    time.sleep(0.05)
    connection.send(POST[40:])
    connection.send(POST + other + POST)
    connection.send(other)
    assert [connection.answer()[2] for _ in range(5)] == [expected, expected, typename, expected, typename]


def test_a_body_that_reads_like_a_known_request_stays_a_body(server: Server) -> None:
    """Where a body is awaited, the bytes of a known request are what was sent as that body: they are never answered."""
    connection = server.connect()
    connection.make_known(CONDITIONAL)
    head = written("POST", "/graphql", CONDITIONAL).removesuffix(CONDITIONAL)
    connection.send(head)
    time.sleep(0.05)
    connection.send(CONDITIONAL)
    status, _, body = connection.answer()
    assert (status, "not valid JSON" in body.decode()) == (400, True)
    assert connection.ask(CONDITIONAL)[0] == 304


def test_what_is_logged_of_a_connection_names_no_request_of_another(server: Server) -> None:
    """An answer from memory is given outside any task, and leaves nothing behind."""
    asked = written("POST", "/graphql", QUERY, x_request_id="of-another")
    server.connect().make_known(asked)
    other = server.connect()
    other.send(b"no HTTP at all\r\n\r\n")
    assert other.answer()[0] == 400
    lines = [json.loads(line) for line in server.log.read_bytes().splitlines()]
    (line,) = [line for line in lines if line["message"] == "Invalid HTTP request received."]
    assert "request_id" not in line


@pytest.mark.parametrize("path", ["/health", "/api/jockey/00001", "/nothing"])
def test_a_body_that_nobody_reads_is_not_waited_for(server: Server, path: str) -> None:
    """Whatever a GET declares, it is answered."""
    connection = server.connect()
    connection.send(written("GET", path).replace(b"content-length: 0", b"content-length: 10"))
    assert connection.answer()[0] in {200, 404}


def test_a_connection_that_is_to_be_closed_is_closed(server: Server) -> None:
    """However often the request has come before."""
    closing = written("GET", "/api/jockey/00001", connection="close")
    for _ in range(4):
        connection = server.connect()
        assert connection.ask(closing)[0] == 200
        assert connection.is_closed()


def test_long_answers_come_whole_to_a_client_that_asks_on_without_reading(server: Server) -> None:
    """They are sent as fast as they are read, not written out at once for all that was asked."""
    connection = server.connect()
    expected = connection.make_known(GET)
    assert len(expected) > 65_536
    connection.send(GET * 50)
    for _ in range(50):
        connection.send(GET)
    assert all(connection.answer()[2] == expected for _ in range(100))


@pytest.mark.parametrize("request_bytes", [POST, written("GET", "/health")])
def test_a_head_leaves_with_its_body(server: Server, request_bytes: bytes) -> None:
    """A small answer comes in one piece, and so does the same from memory."""
    connection = server.connect()
    for _ in range(4):
        connection.send(request_bytes)
        head, _, body = connection.socket.recv(65_536).partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length
        assert len(body) == int(length[1])


def test_a_client_that_has_no_more_to_say_is_answered(server: Server) -> None:
    """Closing one's own half of a connection behind a request does not take back the request."""
    for request_bytes in (POST, written("GET", "/health"), POST):
        connection = server.connect()
        connection.send(request_bytes)
        connection.socket.shutdown(socket.SHUT_WR)
        status, headers, body = connection.answer()
        assert (status, len(body)) == (200, int(headers["content-length"]))
        assert connection.is_closed()


def test_a_client_that_asks_whether_to_go_on_is_told_at_once(server: Server) -> None:
    """The answer to ``Expect: 100-continue`` does not wait for the body that waits for it."""
    connection = server.connect()
    head = written("POST", "/graphql", QUERY, expect="100-continue").removesuffix(QUERY)
    connection.send(head)
    assert connection.answer()[0] == 100
    assert connection.ask(QUERY)[0] == 200


def test_an_answer_of_megabytes_comes_whole_to_a_client_that_reads_late(server: Server) -> None:
    """It leaves in several turns, as fast as it is read; what is asked next waits for its turn."""
    fields = (
        "date meeting weather raceNumber raceName fieldSize bracketNumber horseNumber winOdds favouriteRank going "
        "horseName jockeyName carriedWeight distance finishPosition finishTime margin last3f bodyWeight winnerName"
    )
    one = f'jockey(id: "00001") {{ records {{ edges {{ cursor node {{ {fields} }} }} }} }}'
    query = f"{{ {' '.join(f'j{number}: {one}' for number in range(20))} }}"
    connection = server.connect()
    connection.send(written("POST", "/graphql", json.dumps({"query": query}).encode()) + GET)
    time.sleep(0.3)
    status, headers, body = connection.answer()
    found = json.loads(body)["data"]
    assert (status, len(found)) == (200, 20)
    assert int(headers["content-length"]) > UNSENT_BYTES
    assert all(each == found["j0"] for each in found.values())
    assert connection.answer()[0] == 200


def test_a_changed_file_is_seen(sample_data: Path, tmp_path: Path) -> None:
    """Once the version in memory has to be checked, no bytes of requests help: the new file is read."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sample_data / "00001.pickle", folder / "00001.pickle")
    server = Server(folder, tmp_path / "log", cache_ttl=0.2)
    try:
        connection = server.connect()
        first = connection.make_known(POST)
        shutil.copy(sample_data / "00002.pickle", folder / "new")
        (folder / "new").rename(folder / "00001.pickle")
        found = first
        while found == first:
            found = connection.ask(POST)[2]
        assert b"errors" not in found
    finally:
        server.stop()
