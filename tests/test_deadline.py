"""A request's time limit: its setting, and within a Lambda invocation what that has left."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from fakes import FakeStorage
from graphql_api.app import create_app
from graphql_api.config import Settings


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
