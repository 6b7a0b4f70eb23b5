"""A request's time limit: its setting, from the first byte on, and within a Lambda invocation what that has left."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from fakes import FakeStorage, without_body
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.storage.folder import FolderStorage
from graphql_api.web.deadline import BEGUN


class Invoked:
    """An application as Mangum calls it, in an invocation that has ``milliseconds`` left."""

    def __init__(self, app: ASGIApp, milliseconds: int) -> None:
        """Wrap ``app``."""
        self.app = app
        self.context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: milliseconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.app({**scope, "aws.context": self.context}, receive, send)


@pytest.fixture
def hanging() -> Iterator[FakeStorage]:
    """Give a storage whose only jockey's reads hang until the test is over."""
    storage = FakeStorage({"00001": b"data"})
    with storage.gate("00001"):
        yield storage


def clients(storage: FakeStorage) -> Iterator[TestClient]:
    """Give a client of an application with a short limit, and of one whose invocation is nearly over."""
    yield TestClient(create_app(Settings(request_timeout=0.05), storage))
    yield TestClient(Invoked(create_app(Settings(), storage), milliseconds=550))
    yield TestClient(Invoked(create_app(Settings(), storage), milliseconds=0))


def test_rest_gives_up_in_time(hanging: FakeStorage) -> None:
    """A read that hangs is a 504, by the setting or since the invocation ends before."""
    for client in clients(hanging):
        response = client.get("/api/jockey/00001")
        assert response.status_code == 504
        assert response.json()["detail"].startswith("The request took longer than ")


def test_graphql_gives_up_in_time(hanging: FakeStorage) -> None:
    """A read that hangs is the error TIMEOUT, by the setting or since the invocation ends before."""
    for client in clients(hanging):
        response = client.post("/graphql", json={"query": '{ jockey(id: "00001") { id } }'})
        assert [each["extensions"]["code"] for each in response.json()["errors"]] == ["TIMEOUT"]


def test_a_long_invocation_does_not_lengthen_the_limit(hanging: FakeStorage) -> None:
    """The setting holds where the invocation has more time than that."""
    client = TestClient(Invoked(create_app(Settings(request_timeout=0.05), hanging), milliseconds=900_000))
    assert client.get("/api/jockey/00001").json()["detail"] == "The request took longer than 0.1 seconds."


class Late:
    """An application as a server calls it whose requests began long before their heads were complete."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.app({**scope, "state": {BEGUN: time.monotonic() - 3600}}, receive, send)


@pytest.fixture
def late(hanging: FakeStorage, tmp_path: Path) -> TestClient:
    """Give a client of an application with a long limit, which is over before any request is complete."""
    (tmp_path / "name.graphql").write_text(
        "query name($id: ID!) { jockey(id: $id) { records { edges { node { date } } } } }"
    )
    settings = Settings(request_timeout=1800, documents=str(tmp_path))
    return TestClient(Late(create_app(settings, hanging)))


@pytest.mark.parametrize(
    "path",
    [
        "/api/jockey/00001",
        "/api/jockey/00001.csv",
        "/q/name?id=00001",
        "/q/name.csv?id=00001",
        "/graphql?query={jockey(id:%2200001%22){id}}",
    ],
)
def test_time_that_is_gone_is_not_given_again(late: TestClient, path: str) -> None:
    """A load has what the request's head has left of the limit, on every route; here that is nothing."""
    response = late.get(path)
    assert "The request took longer than 1800 seconds." in response.text


def test_a_body_has_no_time_of_its_own(hanging: FakeStorage) -> None:
    """A body that never comes is given up when the one limit is over."""
    app = Late(create_app(Settings(request_timeout=1800), hanging))
    sent = asyncio.run(without_body(app))
    assert sent[0]["status"] == 504


@pytest.mark.parametrize("path", ["/api/jockey/00001", "/api/jockey/00001.parquet"])
def test_encoding_has_no_time_of_its_own(sample_data: Path, path: str) -> None:
    """An answer from memory that has to wait for its compression, or for its file to be written, is late as well."""
    app = create_app(Settings(request_timeout=1800), FolderStorage(sample_data))
    assert TestClient(app).get("/api/jockey/00001", headers={"accept-encoding": "identity"}).status_code == 200
    assert TestClient(Late(app)).get(path, headers={"accept-encoding": "gzip"}).status_code == 504
