"""Logs: one JSON line a request with what an operator needs, levels by outcome, and no secrets."""

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes import SECRET, FakeStorage
from graphql_api import logs
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import StorageFault
from graphql_api.logs import EventLogger


def lines(capfdbinary: pytest.CaptureFixture[bytes]) -> list[dict[str, Any]]:
    """Give what was logged since the last call."""
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


@pytest.fixture
def served(sample_data: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> TestClient:
    """Give a client whose application logs into the captured output."""
    return TestClient(create_app(Settings(data=str(sample_data))), raise_server_exceptions=False)


def test_a_rest_request_is_one_line(served: TestClient, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The line has request id, jockey, key, cache outcome, status and the stages' milliseconds."""
    served.get("/api/jockey/00001", headers={"x-request-id": "r-1"})
    (line,) = lines(capfdbinary)
    assert line["message"] == "request"
    assert line["level"] == "info"
    assert (line["request_id"], line["jockey_id"], line["key"]) == ("r-1", "00001", "00001.pickle")
    assert (line["status"], line["cache"]) == (200, {"miss": 1})
    assert {"storage", "unpickle", "normalise", "encode"} <= set(line["stages"])
    served.get("/api/jockey/00001")
    assert lines(capfdbinary)[0]["cache"] == {"hit": 1}


def test_a_graphql_request_names_its_operation(served: TestClient, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The line has the operation's name, the jockeys read, and how it was executed."""
    query = 'query Career { jockey(id: "00001") { id } }'
    served.post("/graphql", json={"query": query, "operationName": "Career"})
    (line,) = lines(capfdbinary)
    assert (line["operation"], line["jockey_ids"], line["execution"]) == ("Career", ["00001"], "plan")


@pytest.mark.parametrize(("path", "level"), [("/api/jockey/99999", "warning"), ("/api/jockey/x", "warning")])
def test_the_clients_errors_are_warnings(
    served: TestClient, capfdbinary: pytest.CaptureFixture[bytes], path: str, level: str
) -> None:
    """404 and 400 are warnings."""
    served.get(path)
    assert [line["level"] for line in lines(capfdbinary)] == [level]


def test_a_storage_fault_is_an_error_with_its_bucket_and_key(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """What the operator needs is logged, and only logged."""
    storage = FakeStorage({"00001": b""})
    storage.fail(StorageFault)
    client = TestClient(create_app(Settings(), storage), raise_server_exceptions=False)
    response = client.get("/api/jockey/00001")
    assert response.status_code == 500
    assert SECRET not in response.text
    line = lines(capfdbinary)[-1]
    assert (line["level"], line["bucket"], line["status"]) == ("error", SECRET, 500)


def test_an_unexpected_error_is_logged_with_its_traceback_and_masked(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The client learns the request id alone, by which the log line with the traceback is found."""
    storage = FakeStorage({"00001": b""})
    storage.fail(ZeroDivisionError)
    client = TestClient(create_app(Settings(), storage), raise_server_exceptions=False)
    for ask in (
        lambda: client.get("/api/jockey/00001"),
        lambda: client.post("/graphql", json={"query": '{ jockey(id: "00001") { id } }'}),
    ):
        response = ask()
        assert SECRET not in response.text
        assert response.headers["x-request-id"] in response.text
        logged = lines(capfdbinary)
        failed = [line for line in logged if line["message"] == "unexpected_error"]
        assert [line["request_id"] for line in failed] == [response.headers["x-request-id"]]
        assert "ZeroDivisionError" in failed[0]["exception"]


def test_secrets_are_masked_by_name_and_by_form(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A field that is named like a secret, or text that has the form of an access key id, never reaches the log."""
    logs.configure("INFO")
    EventLogger("graphql_api.tests").info(
        "event", secret_access_key="abc", note="with AKIAABCDEFGHIJKLMNOP in it", nested={"Authorization": "Bearer abc"}
    )
    (line,) = lines(capfdbinary)
    assert line["secret_access_key"] == "***"
    assert line["note"] == "with *** in it"
    assert line["nested"] == {"Authorization": "***"}


def test_secrets_are_masked_in_lists_and_in_tracebacks(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Nothing is passed over since it is not a text of its own, or stands at the begin of a line."""
    logs.configure("INFO")
    EventLogger("graphql_api.tests").error(
        "event", parts=["cap_0123456789", {"token": 1}], exc_info=ValueError("not\nAKIAABCDEFGHIJKLMNOP")
    )
    (line,) = lines(capfdbinary)
    assert line["parts"] == ["***", {"token": "***"}]
    assert line["exception"] == "ValueError: not\n***"


def test_a_library_joins_in_from_warning(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Its line names its logger; what it says below warning is left out."""
    logs.configure("INFO")
    library = logging.getLogger("library")
    library.info("%s connections", 3)
    library.warning("the pool is full: %s", "満員")
    (line,) = lines(capfdbinary)
    assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() == timedelta(0)
    assert line == {"logger": "library", "level": "warning", "message": "the pool is full: 満員"}


def test_the_level_says_which_requests_are_written(
    sample_data: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """From WARNING on, only what failed has a line."""
    client = TestClient(create_app(Settings(data=str(sample_data), log_level="WARNING")))
    client.get("/api/jockey/00001")
    client.get("/api/jockey/x")
    assert [line["path"] for line in lines(capfdbinary)] == ["/api/jockey/x"]
