"""Tests of streamed answers: AWS's runtime client with this service's streaming, before a strict Runtime API."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

import emf
from conftest import serving
from lambda_events import HTTP_EVENTS, Event, function_url, warmer
from lambda_runtime import STREAMING, Function, function
from lambda_streams import Pace
from long_careers import long_career

JOCKEY = "/api/jockey/00001"
MB = 2**20


def _known(size: int, **more: object) -> Event:
    query = [("bytes", str(size)), *((name, str(value)) for name, value in more.items())]
    return function_url(path="/known", query=query)


def _generated(megabytes: int) -> Event:
    return function_url(path="/generate", query=[("mb", str(megabytes))])


def _pieces(count: int, size: int) -> Event:
    return function_url(path="/pieces", query=[("count", str(count)), ("bytes", str(size))])


def _peak(running: Function) -> int:
    """Give the most memory that the function's process has used, in bytes."""
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{running.process.pid}/status").read_text())
    return int(kilobytes) * 1024


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the echoing app, with 30 seconds an invocation."""
    folder = tmp_path_factory.mktemp("echo")
    with function("lambda_echo.streaming_handler", folder, {}, 30, runtime=STREAMING) as running:
        yield running


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[Function]:
    """Run the echoing app, with little more than a second an invocation."""
    with function("lambda_echo.streaming_handler", tmp_path, {}, 1.2, runtime=STREAMING) as running:
        yield running


@pytest.fixture(scope="module")
def careers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two careers that are too long for a buffered reply."""
    folder = tmp_path_factory.mktemp("careers")
    for rows in (20_000, 40_000):
        long_career(folder / str(rows), rows)
    return folder


# --- the form ---


def test_request_and_answer_pass_as_they_are(echo: Function) -> None:
    """Method, path, body, headers and two cookies go through, and the body is not escaped or encoded."""
    got = echo.stream(function_url("POST", "/echo/%E5%90%8D", body=b"{}")).json()
    assert (got["method"], got["name"], got["client"]) == ("POST", "名", "192.0.2.1")
    reply = echo.stream(function_url(path="/reply", query=[("type", "text/plain"), ("text", '馬"')]))
    assert (reply.status, reply.body, reply.error) == (200, '馬"'.encode(), None)
    assert [each.partition(";")[0] for each in reply.cookies] == ["a=1", "b=2"]
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_what_has_no_body_sends_none(echo: Function, method: str, status: int) -> None:
    """HEAD, 204 and 304 carry their head only, whatever the application sends."""
    event = function_url(method, "/known", query=[("bytes", "3"), ("status", str(status))])
    reply = echo.stream(event)
    assert (reply.status, reply.body, reply.error) == (status, b"", None)


@pytest.mark.parametrize("gateway", [name for name in HTTP_EVENTS if name != "function_url"])
def test_other_gateways_get_whole_replies(echo: Function, tmp_path: Path, gateway: str) -> None:
    """What came otherwise than by a Function URL is answered to the byte as by the function that never streams."""
    asked = HTTP_EVENTS[gateway](path="/reply", query=[("type", "text/plain"), ("text", "馬")])
    large = HTTP_EVENTS[gateway](path="/known", query=[("bytes", "7000000")])
    with function("lambda_echo.handler", tmp_path, {}) as plain:
        assert echo.invoke(asked) == plain.invoke(asked)
        assert echo.invoke(large) == plain.invoke(large)
        assert echo.request(large).status == 413


def test_malformed_event_is_refused_in_the_form_of_a_url(echo: Function) -> None:
    """An event of a URL that no request can be read of is 400, streamed as all that its gateway reads."""
    reply = echo.stream({**function_url(path="/echo/a"), "body": 5})
    assert (reply.status, reply.headers["cache-control"]) == (400, "no-store")


# --- faults ---


def test_error_before_the_head_fails_the_invocation(echo: Function) -> None:
    """Headers that Lambda would not take are an error of the invocation, and the next one answers."""
    error = echo.failure(_known(3, header=20_000))
    assert (error["errorType"], "16,384" in error["errorMessage"]) == ("BrokenOff", True)
    assert echo.stream(_known(3)).body == b"xxx"


def test_error_in_the_middle_is_told_behind_the_body(echo: Function) -> None:
    """What was sent arrives, trailers say that it is not all, and nothing of the cause; the next one answers."""
    reply = echo.stream(function_url(path="/break-off"))
    assert (reply.status, reply.body) == (200, b"the beginning")
    assert reply.error == {"errorType": "BrokenOff", "errorMessage": "The application failed: RuntimeError."}
    assert echo.stream(_known(3)).error is None


def test_reader_that_goes_away_is_survived(echo: Function) -> None:
    """The application hears of it, and the next invocation answers in the same process."""
    pid = echo.stream(function_url(path="/echo/a")).json()["pid"]
    echo.leave(_generated(150), Pace(gone_after=MB))
    assert echo.stream(function_url(path="/echo/a")).json()["pid"] == pid
    assert "reader_lost" in echo.logs()


def test_answer_is_ended_by_the_deadline(hurried: Function) -> None:
    """A body of unknown length that a slow reader takes ends in time, and says why; the next invocation answers."""
    reply = hurried.stream(_generated(20), Pace(fast=False))
    assert reply.error is not None
    assert "The time of an answer was used up" in reply.error["errorMessage"]
    assert 6_000_000 < len(reply.body) < 20 * MB
    assert hurried.stream(_known(3)).body == b"xxx"


def test_reader_that_stalls_is_left(hurried: Function) -> None:
    """Where the reader stops in the middle of a piece, the connection is closed by the deadline."""
    hurried.leave(_generated(50), Pace(gone_after=MB, stalls=1.5))
    assert hurried.stream(_known(3)).body == b"xxx"
    assert "reader_lost" in hurried.logs()


def test_termination_ends_the_process(hurried: Function) -> None:
    """SIGTERM, which Lambda sends before it takes an instance away, ends a process that waits."""
    hurried.process.send_signal(signal.SIGTERM)
    assert hurried.process.wait(20) == -signal.SIGTERM


def test_connection_to_the_runtime_api_is_kept(echo: Function) -> None:
    """Answers go over one connection; where the API has closed it, the next one goes over another, and arrives."""
    for size in (300_000, 3, 300_000):
        assert echo.stream(_known(size)).error is None
    assert echo.stream(_known(3), Pace(closes=True)).body == b"xxx"
    assert echo.stream(_known(3)).body == b"xxx"
    first, *same, last = echo.connections()[-5:]
    assert same == [first] * 3
    assert last != first


# --- time and size ---


def test_what_cannot_be_sent_is_refused_at_once(echo: Function, hurried: Function) -> None:
    """413 where the time that is left, or Lambda's limit, is too short for the body; it says which, in GraphQL too."""
    late = hurried.stream(_known(8_500_000))
    assert (late.status, late.headers["content-type"]) == (413, "application/json")
    assert re.fullmatch(
        r"The answer has 8,500,000 bytes\. To send them takes 1\.2 seconds, and [01]\.\d are left\.",
        late.json()["detail"],
    )
    assert hurried.stream(_known(6_000_000)).status == 200
    large = echo.stream(_known(200_000_001))
    assert (large.status, large.json()["detail"]) == (
        413,
        "The answer has 200,000,001 bytes, and at most 200,000,000 can be sent.",
    )
    query = [("type", "application/graphql-response+json"), ("text", "x" * 100), ("count", "2000001")]
    graphql = echo.stream(function_url(path="/graphql", query=query))
    assert (graphql.status, graphql.headers["content-type"]) == (413, "application/graphql-response+json")
    assert graphql.json()["errors"][0]["extensions"]["code"] == "RESPONSE_TOO_LARGE"


def test_generated_answer_takes_no_memory(echo: Function) -> None:
    """Of nearly 200 MB that are made while they are sent, no more than pieces is held; more is broken off."""
    echo.stream(_generated(2))
    before = _peak(echo)
    whole = echo.stream(_generated(190))
    assert (len(whole.body), whole.error) == (190 * MB, None)
    assert whole.largest <= MB
    assert _peak(echo) - before <= 2 * MB
    error = echo.stream(_generated(200)).error
    assert error is not None
    assert "size" in error["errorMessage"]


def test_small_pieces_arrive(echo: Function) -> None:
    """However many there are; all bytes count towards those that are sent at full speed, whose connection is kept."""
    reply = echo.stream(_pieces(5_000, 10))
    assert (reply.status, reply.body, reply.error) == (200, b"x" * 50_000, None)
    assert len(echo.stream(_pieces(1_000, 7_000)).body) == 7_000_000
    assert echo.stream(_known(3)).body == b"xxx"
    *_, small, large, last = echo.connections()
    assert small == large != last


# --- the service ---


@pytest.mark.parametrize("rows", [20_000, 40_000])
def test_long_career_equals_the_servers(careers: Path, tmp_path: Path, rows: int) -> None:
    """What no buffered reply can hold is the plain server's to the byte, at AWS's pace too; no copy of it is made."""
    data = careers / str(rows)
    environ = {"JOCKEY_DATA": str(data), "JOCKEY_STAGE": "dev"}
    with serving(data) as base, function("stream_handler.handler", tmp_path, environ, 30, STREAMING) as running:
        plain = httpx2.get(f"{base}{JOCKEY}", headers={"accept-encoding": "identity"}, timeout=60)
        got = running.stream(function_url(path=JOCKEY))
        assert (got.status, got.error, got.body == plain.content) == (200, None, True)
        assert got.headers["content-length"] == plain.headers["content-length"]
        encoded = _peak(running)
        slow = running.stream(function_url(path=JOCKEY), Pace(fast=False))
        assert slow.body == plain.content
        assert _peak(running) - encoded <= 5 * MB


def test_cache_is_still_there_after_a_fault(careers: Path, tmp_path: Path) -> None:
    """Readers that go away cost no cache; every invocation is one line of metrics, and jobs run beside."""
    environ = {
        "JOCKEY_DATA": str(careers / "20000"),
        "JOCKEY_STAGE": "dev",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
    }
    with function("stream_handler.handler", tmp_path, environ, 30, STREAMING) as running:
        assert running.stream(function_url(path=JOCKEY)).status == 200
        running.leave(function_url(path=JOCKEY), Pace(gone_after=MB))
        etag = running.stream(function_url(path=JOCKEY)).headers["etag"]
        held = running.stream(function_url(path=JOCKEY, headers={"if-none-match": etag}))
        assert (held.status, held.body) == (304, b"")
        assert "warmed" in running.invoke(warmer())
        lines = [emf.counts(line) for line in emf.lines(running.logs())]
    requests = [line for line in lines if "Requests" in line]
    assert [line["Success"] for line in requests] == [1, 1, 1, 1]
    assert [line.get("CacheMiss", 0) for line in requests] == [1, 0, 0, 0]
