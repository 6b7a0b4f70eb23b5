"""Nothing of a request is left once it was answered, though nobody collects what refers to itself."""

import asyncio
import gc
import time
from collections.abc import Iterator

import httpx2
import pytest

from fakes import PATIENCE, FakeStorage
from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.execution.context import Context

GROUPS = "records { groupBy(by: [HORSE_NAME, YEAR], first: 200) { statistics { rides wins } } }"
LOAD = 'c: jockey(id: "00003") { id }'
OPERATIONS = {
    "by a plan": '{ jockey(id: "00001") { id } }',
    "failed": '{ jockey(id: "x") { id } }',
    "general": '{ bad: jockey(id: "x") { id } jockey(id: "00002") { records(first: 1000) { nodes { date } } } }',
    "in a thread": f'{{ jockey(id: "00001") {{ {GROUPS} }} }}',
    "begun again": f'{{ bad: jockey(id: "x") {{ id }} jockey(id: "00001") {{ {GROUPS} }} {LOAD} }}',
    "without an index": "{ races(first: 3) { nodes { id } } }",
    "of a race without an index": '{ race(id: "202406040911") { id } }',
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> httpx2.AsyncClient:
    """Give a client of a server whose long work has a thread."""
    folder = tmp_path_factory.mktemp("careers")
    samples.write(folder, jockeys=4, rows=1000, seed=1)
    storage = FakeStorage({each.stem: each.read_bytes() for each in folder.glob("*.pickle")})
    app = create_app(Settings(log_level="ERROR"), storage)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Collect nothing during a test."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_was_answered_is_gone(client: httpx2.AsyncClient, name: str) -> None:
    """Its context is, and so is what that holds: versions of data, errors, services' results."""

    async def ask() -> int:
        before = {id(each) for each in gc.get_objects() if type(each) is Context}
        await client.post("/graphql", json={"query": OPERATIONS[name]})
        deadline = time.monotonic() + PATIENCE
        while (left := count(before)) and time.monotonic() < deadline:  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0.01)  # a thread lets go of its work a moment after its answer is there
        return left

    def count(before: set[int]) -> int:
        return sum(type(each) is Context and id(each) not in before for each in gc.get_objects())

    assert asyncio.run(ask()) == 0
