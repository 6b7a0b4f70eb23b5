"""Nothing of a request is left once it was answered, though nobody collects what refers to itself."""

import ast
import asyncio
import gc
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

import graphql_api
from fakes import PATIENCE, FakeStorage
from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.execution.context import Context
from graphql_api.installed import read_settings

PACKAGE = Path(graphql_api.__file__).parent

GROUPS = "records { groupBy(by: [HORSE_NAME, YEAR], first: 200) { statistics { rides wins } } }"
LOAD = 'c: jockey(id: "00003") { id }'
OPERATIONS = {
    "by a plan": '{ jockey(id: "00001") { id } }',
    "failed": '{ jockey(id: "x") { id } }',
    "general": '{ bad: jockey(id: "x") { id } jockey(id: "00002") { records(first: 1000) { nodes { date } } } }',
    "in a thread": f'{{ jockey(id: "00001") {{ {GROUPS} }} }}',
    "begun again": f'{{ bad: jockey(id: "x") {{ id }} jockey(id: "00001") {{ {GROUPS} }} {LOAD} }}',
    "without an index": "{ races(first: 3) { nodes { id } } }",
    "introspection": "{ __schema { types { name fields { name } } } }",
    "of a race without an index": '{ race(id: "202406040911") { id } }',
}


RACE = "/races/20990101_01_01"
TICKET = {"race_id": "20990101_01_01", "bet_type": "win", "horse_numbers": [1], "amount": 100}
ROUTES: dict[str, tuple[int, dict[str, object] | None]] = {
    "/races?date=2024-06-04": (200, None),
    "/races?date=20240604": (400, None),
    RACE: (404, None),
    f"{RACE}/forecast": (404, None),
    f"{RACE}/odds": (404, None),
    f"{RACE}/odds-history": (404, None),
    "/prices/20990101_01_01-1": (404, None),
    "/api/rides.csv?limit=5": (200, None),
    "/api/rides.csv?limit=6&columns=typed&filter.nothing.eq=1": (400, None),
    "/generate": (404, {"race_id": "20990101_01_01"}),
    "/cart/items": (201, TICKET),
    "/consultations": (404, {"cart_id": "nobody"}),
}
"""Routes that make a context, with what they are sent and answer."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> httpx2.AsyncClient:
    """Give a client of a server whose long work has a thread."""
    folder = tmp_path_factory.mktemp("careers")
    samples.write(folder, jockeys=4, rows=1000, seed=1)
    storage = FakeStorage({each.stem: each.read_bytes() for each in folder.glob("*.pickle")})
    app = create_app(Settings(log_level="ERROR"), storage)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


@pytest.fixture(scope="module")
def indexed(indexed_data: Path, tmp_path_factory: pytest.TempPathFactory) -> httpx2.AsyncClient:
    """Give a client of a server with an archive and a store."""
    store = str(tmp_path_factory.mktemp("store") / "store")
    app = create_app(read_settings({}, data=str(indexed_data), store=store, log_level="ERROR", jobs_workers=0))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


@pytest.fixture(scope="module")
def set_aside(client: httpx2.AsyncClient, indexed: httpx2.AsyncClient) -> Iterator[None]:
    """Set aside what is there before the first test, lest each test look at a million objects of others."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def uncollected(set_aside: None) -> Iterator[None]:
    """Collect nothing during a test."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_was_answered_is_gone(client: httpx2.AsyncClient, name: str) -> None:
    """Its context is, and so is what that holds: versions of data, errors, services' results."""
    operation = client.build_request("POST", "/graphql", json={"query": OPERATIONS[name]})
    assert asyncio.run(left_of(client, operation)) == (200, 0)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("path", ROUTES)
def test_a_plain_request_that_was_answered_is_gone(indexed: httpx2.AsyncClient, path: str) -> None:
    """So it is of routes that look things up as resolvers do."""
    status, body = ROUTES[path]
    request = indexed.build_request("GET" if body is None else "POST", path, json=body)
    assert asyncio.run(left_of(indexed, request)) == (status, 0)


async def left_of(client: httpx2.AsyncClient, request: httpx2.Request) -> tuple[int, int]:
    """Send a request; return its status, and how many contexts are left of it."""
    status = (await client.send(request)).status_code
    deadline = time.monotonic() + PATIENCE
    while (left := sum(type(each) is Context for each in gc.get_objects())) and time.monotonic() < deadline:  # noqa: ASYNC110 - nothing tells it
        await asyncio.sleep(0.01)  # a thread lets go of its work a moment after its answer is there
    return status, left


def test_whoever_makes_a_context_ends_it() -> None:
    """Each is made by a ``with`` statement, in whatever module."""
    makers, made, ended = {"Context", "request_context"}, Counter[str](), Counter[str]()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
                made[path.name] += 1
            if isinstance(node, ast.With | ast.AsyncWith):
                calls = [each.context_expr for each in node.items if isinstance(each.context_expr, ast.Call)]
                ended[path.name] += sum(isinstance(each.func, ast.Name) and each.func.id in makers for each in calls)
    assert made - ended == {"route_context.py": 1}, "`request_context` returns one; all others are in `with`."
