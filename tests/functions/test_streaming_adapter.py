"""Tests of the plain server behind Lambda Web Adapter, for which a stand-in of the same contract stands."""

import gzip
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

import emf
from conftest import serving
from fakes import PATIENCE
from lambda_events import Event, function_url, schedule, warmer
from lambda_runtime import Function, function
from lambda_streams import Pace
from long_careers import long_career
from ports import held_port

SUPPORT = Path(__file__).parents[1] / "support"
STAND_IN = SUPPORT / "lambda_adapter.py"
SERVER = [sys.executable, "-m", "graphql_api.functions.adapter"]
ECHO = [sys.executable, str(SUPPORT / "adapted_echo.py")]
MB = 2**20
JOCKEY = "/api/jockey/00001"
FORGED = {
    "x-amzn-request-context": json.dumps({"http": {"sourceIp": "203.0.113.1"}}),
    "x-amzn-lambda-context": json.dumps({"request_id": "forged", "deadline": 0}),
    "x-forwarded-for": "203.0.113.2",
}


@contextmanager
def adapted(
    data: Path, folder: Path, seconds: float = 30, server: list[str] = SERVER, **environ: str
) -> Iterator[tuple[Function, str]]:
    """Run a server behind the stand-in; give what invokes it, and where the server itself is."""
    own: Mapping[str, str] = {
        "AWS_LWA_READINESS_CHECK_PATH": "/health",
        "JOCKEY_DATA": str(data),
        "JOCKEY_STAGE": "dev",
        "JOCKEY_PROXIES": "127.0.0.1",  # which counts for servers that stand alone
        **environ,
    }
    with (
        held_port() as port,
        function(
            [sys.executable, str(STAND_IN), *server], folder, {**own, "AWS_LWA_PORT": str(port)}, seconds
        ) as running,
    ):
        yield running, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def running(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Function, str]]:
    """Serve the sample data."""
    with adapted(sample_data, tmp_path_factory.mktemp("adapted")) as found:
        yield found


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Serve the echoing app."""
    folder = tmp_path_factory.mktemp("echo")
    with adapted(folder, folder, server=ECHO) as (function, _):
        yield function


def _generated(megabytes: int) -> Event:
    return function_url(path="/generate", query=[("mb", str(megabytes))])


def _server_of(function: Function) -> int:
    """Give the process of the server, which an invocation answers."""
    pid: int = function.stream(function_url(path="/echo/a")).json()["pid"]
    return pid


def _peak(pid: int) -> int:
    """Give the most memory that a process has used, in bytes."""
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes) * 1024


def test_requests_are_answered(running: tuple[Function, str]) -> None:
    """GraphQL, REST, HEAD, an unknown path, gzip that the service makes itself; each is one line of metrics."""
    function, _ = running
    body = json.dumps({"query": '{ jockey(id: "00001") { id } }'}).encode()
    asked = function_url("POST", "/graphql", headers={"content-type": "application/json"}, body=body)
    assert function.stream(asked).json() == {"data": {"jockey": {"id": "00001"}}}
    plain = function.stream(function_url(path=JOCKEY))
    packed = function.stream(function_url(path=JOCKEY, headers={"accept-encoding": "gzip"}))
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    head = function.stream(function_url("HEAD", JOCKEY))
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", plain.headers["etag"])
    assert function.stream(function_url(path="/nowhere")).status == 404
    lines = [emf.counts(line) for line in emf.lines(function.logs())]
    assert [line["Requests"] for line in lines[-5:]] == [1] * 5
    assert lines[-1]["ClientErrors"] == 1


def test_the_invocation_is_believed_and_the_client_is_not(running: tuple[Function, str]) -> None:
    """Request id, address and deadline are the adapter's, whatever a client sends under the same names."""
    function, _ = running
    answer = function.stream(function_url(path=JOCKEY, headers=FORGED))
    assert answer.status == 200
    assert answer.headers["x-request-id"].startswith("00000000-0000-4000-8000-")


def test_clients_are_told_apart_by_what_the_gateway_saw(sample_data: Path, tmp_path: Path) -> None:
    """The limit of one address holds, though it claims another each time."""
    environ = {
        "JOCKEY_ACCESS": "optional",
        "JOCKEY_STORE": str(tmp_path / "store.sqlite3"),
        "JOCKEY_RATE_REQUESTS": "60",
        "JOCKEY_RATE_ANONYMOUS": "5",
    }
    with adapted(sample_data, tmp_path, **environ) as (function, _):
        statuses = set()
        for number in range(12):
            headers = {**FORGED, "x-forwarded-for": f"203.0.113.{number}"}
            statuses.add(function.stream(function_url(path=JOCKEY, headers=headers)).status)
        assert statuses == {200, 429}


def test_the_deadline_is_the_invocations(sample_data: Path, tmp_path: Path) -> None:
    """Where nearly nothing of the invocation is left, the answer is 504 and not late."""
    with adapted(sample_data, tmp_path, seconds=0.4) as (function, _):
        assert function.stream(function_url(path=JOCKEY)).status in (413, 504)
        assert function.stream(function_url(path="/health")).status == 200


def test_jobs_are_for_events_only(running: tuple[Function, str]) -> None:
    """The warmer's event runs it; another event is refused, and a stranger's POST is no event, nor is a GET."""
    function, base = running
    assert "warmed" in function.stream(warmer()).json()
    assert function.stream(schedule()).status == 400
    body = json.dumps({"source": "graphql_api.jobs", "job": "warm"}).encode()
    strangers = function_url("POST", "/events", headers={"content-type": "application/json", **FORGED}, body=body)
    assert function.stream(strangers).status == 404
    assert httpx2.post(f"{base}/events", content=body, timeout=PATIENCE).status_code == 404
    half = {"x-amzn-request-context": "null"}
    assert httpx2.post(f"{base}/events", content=body, headers=half, timeout=PATIENCE).status_code == 400


@pytest.mark.parametrize("rows", [20_000, 40_000])
def test_long_career_equals_the_servers(tmp_path: Path, rows: int) -> None:
    """What no buffered reply can hold is the plain server's to the byte, also at AWS's pace; a reader may go."""
    data = long_career(tmp_path / "data", rows)
    with serving(data) as base, adapted(data, tmp_path) as (function, _):
        plain = httpx2.get(f"{base}{JOCKEY}", headers={"accept-encoding": "identity"}, timeout=PATIENCE)
        got = function.stream(function_url(path=JOCKEY))
        assert (got.status, got.error, got.body == plain.content) == (200, None, True)
        assert got.headers["content-length"] == plain.headers["content-length"]
        function.leave(function_url(path=JOCKEY), Pace(gone_after=2**20))
        assert function.stream(function_url(path=JOCKEY), Pace(fast=False)).body == plain.content
        counts = [emf.counts(line) for line in emf.lines(function.logs())]
    assert [line.get("CacheMiss", 0) for line in counts] == [1, 0, 0]


def test_what_cannot_be_sent_is_refused_at_once(tmp_path: Path) -> None:
    """413 before the answer begins, where the time that is left is too short for it."""
    data = long_career(tmp_path / "data", 20_000)
    with adapted(data, tmp_path, seconds=2.5) as (function, _):
        function.stream(function_url(path=JOCKEY))  # which reads, and may be late
        late = function.stream(function_url(path=JOCKEY))
    assert late.status == 413
    assert "To send them takes" in late.json()["detail"]


# --- faults and memory ---


def test_error_in_the_middle_is_told_behind_the_body(echo: Function) -> None:
    """What was sent arrives, and that it is not all; the same server answers the next one."""
    pid = _server_of(echo)
    reply = echo.stream(function_url(path="/break-off"))
    assert (reply.status, reply.body) == (200, b"the beginning")
    assert reply.error is not None
    assert _server_of(echo) == pid


def test_reader_that_goes_away_is_survived(echo: Function) -> None:
    """The same server answers the next invocation."""
    pid = _server_of(echo)
    echo.leave(_generated(150), Pace(gone_after=MB))
    assert _server_of(echo) == pid


def test_answer_is_ended_by_the_deadline(tmp_path: Path) -> None:
    """A body of unknown length that a slow reader takes is broken off; the same server answers the next one."""
    with adapted(tmp_path, tmp_path, 3, ECHO) as (function, _):
        pid = _server_of(function)
        reply = function.stream(_generated(30), Pace(fast=False))
        assert reply.error is not None
        assert len(reply.body) < 30 * MB
        assert _server_of(function) == pid
        assert "answer_broken_off" in function.logs()


def test_generated_answer_takes_no_memory(echo: Function) -> None:
    """Of nearly 200 MB that are made while they are sent, the server holds no more than parts; more is broken off."""
    pid = _server_of(echo)
    echo.stream(_generated(20))
    before = _peak(pid)
    whole = echo.stream(_generated(190))
    assert (len(whole.body), whole.error) == (190 * MB, None)
    assert _peak(pid) - before <= 2 * MB
    assert echo.stream(_generated(200)).error is not None
