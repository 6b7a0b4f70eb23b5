"""Operations with effects run once, and only what was read as a version of a file is kept, whoever forgets what."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import strawberry
import uvicorn
from graphql import GraphQLInterfaceType, GraphQLObjectType
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from fakes import FakeStorage
from graphql_api import samples
from graphql_api.app import api_schema, create_core, serve_core
from graphql_api.cli.bounds import Limits
from graphql_api.cli.idle import IdleConnections
from graphql_api.cli.protocol import Protocol
from graphql_api.cli.repeats import Repeats
from graphql_api.config import Settings
from graphql_api.execution.context import Context
from graphql_api.execution.purity import PURE
from graphql_api.execution.root import build_schema
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.schema.jockeys import Jockey, jockey
from graphql_api.jockeys.schema.query import Query
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.web.middleware import RequestMiddleware
from plain_server import written

Info = strawberry.Info[Context, None]
LISTED = "records { nodes { date raceName horseName racecourse distance going weather winnerName } }"


async def loaded(context: Context, jockey_id: str = "00001") -> Snapshot:
    """Load a jockey through the context."""
    found = context.load(Jockeys, jockey_id)
    return found if isinstance(found, Snapshot) else await found


class Permitted(strawberry.BasePermission):
    """A permission, which may ask who the caller is."""

    def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:
        """Permit."""
        return True


class Shop:
    """A schema beside ours whose resolvers declare nothing, and the effects that they had."""

    def __init__(self) -> None:
        """Build it."""
        self.effects = 0
        shop = self

        def run_act(info: Info) -> int:
            shop.effects += 1
            return shop.effects

        async def run_consult(info: Info) -> Jockey:
            shop.effects += 1
            return jockey(await loaded(info.context))

        async def run_advise(info: Info, id: strawberry.ID) -> Jockey | None:  # noqa: A002
            return jockey(await loaded(info.context, id))

        @strawberry.type
        class Advice(Jockey):
            opinion: int = strawberry.field(resolver=run_act)

        @strawberry.type
        class Api(Query):
            state: int = strawberry.field(resolver=run_act)
            permitted: int = strawberry.field(resolver=run_act, permission_classes=[Permitted], metadata=PURE)
            consulted: Jockey = strawberry.field(resolver=run_consult)

            @strawberry.field(metadata=PURE)
            async def advice(self, info: Info) -> Advice:
                snapshot = await loaded(info.context)
                return Advice(snapshot=snapshot, id=strawberry.ID("00001"), name=None)

            @strawberry.field(metadata=PURE)
            async def listed(self, info: Info) -> int:
                shop.effects += 1
                await loaded(info.context)
                return len((await info.context.use(Jockeys).list_ids()).ids)

        @strawberry.type
        class Mutation:
            act: int = strawberry.field(resolver=run_act)
            consult: Jockey = strawberry.field(resolver=run_consult)
            advise: Jockey | None = strawberry.field(resolver=run_advise)

        self.schema = build_schema([Api], [Mutation])


@pytest.fixture
def shop() -> Shop:
    """Open a shop."""
    return Shop()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of one jockey's file."""
    folder = tmp_path_factory.mktemp("one")
    return samples.write(folder, jockeys=1, rows=400, seed=1)[0].read_bytes()


@pytest.fixture
def app(shop: Shop, file: bytes) -> RequestMiddleware:
    """Serve a shop over one jockey's file."""
    settings = Settings(log_level="ERROR")
    return serve_core(create_core(settings, FakeStorage({"00001": file}), schema=shop.schema), settings)


def over_a_socket(app: ASGIApp, request: bytes, times: int) -> list[tuple[bytes, Any]]:
    """Send the same bytes so many times over one connection to the plain server; give status lines and bodies."""

    async def run() -> list[tuple[bytes, Any]]:
        config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off")
        limits, repeats, state = Limits.of(Settings()), Repeats(app), ServerState()
        idle = IdleConnections()
        server = await asyncio.get_running_loop().create_server(
            lambda: Protocol(
                config=config, server_state=state, app_state={}, repeats=repeats, limits=limits, idle=idle
            ),
            "127.0.0.1",
        )
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        answers = []
        for _ in range(times):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.partition(b":")[2]))
            answers.append((head.partition(b"\r\n")[0], json.loads(body)))
            await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return answers

    return asyncio.run(run())


def post(query: str) -> bytes:
    """Write a request of GraphQL."""
    return written("POST", "/graphql", json.dumps({"query": query}).encode())


@pytest.mark.parametrize(
    "query",
    [
        "mutation { consult { name } }",
        "mutation { consult { records(first: 1) { nodes { date } } } }",
        '{ jockey(id: "00001") { name } state }',
        '{ jockey(id: "00001") { name } permitted }',
        "{ consulted { name } }",
        "{ advice { name opinion } }",
        "{ advice { ...inner } } fragment inner on Node { id ... on Advice { opinion } }",
        '{ ...outer } fragment outer on Query { jockey(id: "00001") { name } ... @include(if: true) { state } }',
        "{ listed }",
    ],
)
def test_what_repeats_runs_each_time(app: RequestMiddleware, shop: Shop, query: str) -> None:
    """A mutation, and a query of anything but versions of files, sent to the letter over a socket."""
    answers = over_a_socket(app, post(query), 3)
    assert [status for status, _ in answers] == [b"HTTP/1.1 200 OK"] * 3
    assert not any("errors" in body for _, body in answers)
    assert shop.effects == 3


@pytest.mark.parametrize("query", ['{ jockey(id: "00001") { name } state }', "{ advice { opinion } }", "{ listed }"])
def test_such_answers_have_no_tag(app: RequestMiddleware, shop: Shop, query: str) -> None:
    """Over GET they are ``no-store``, and no tag of the client makes them 304."""
    client = TestClient(app)
    path = f"/graphql?{urlencode({'query': query})}"
    for _ in range(2):
        response = client.get(path, headers={"if-none-match": f'W/"{"0" * 32}"'})
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
        assert "etag" not in response.headers
    assert shop.effects == 2


def test_a_query_of_files_alone_is_kept(app: RequestMiddleware) -> None:
    """In the same schema, beside fields that declare nothing."""
    client = TestClient(app)
    query = '{ jockey(id: "00001") { name } __typename }'
    path = f"/graphql?{urlencode({'query': query})}"
    first = client.get(path)
    assert first.headers["cache-control"].startswith("public")
    assert client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "query",
    [
        'mutation { consult { name } bad: advise(id: "nonsense") { id } }',
        '{ consulted { name } bad: jockey(id: "nonsense") { id } }',
        '{ state bad: jockey(id: "nonsense") { id } }',
        '{ advice { opinion } bad: jockey(id: "nonsense") { id } }',
    ],
)
def test_an_error_does_not_repeat_effects(app: RequestMiddleware, shop: Shop, query: str) -> None:
    """The error of one field is told, and the fields before it ran once."""
    told = TestClient(app).post("/graphql", json={"query": query}).json()
    assert told["errors"][0]["path"] == ["bad"]
    assert shop.effects == 1


@pytest.mark.parametrize("kind", ["mutation", "query"])
def test_long_work_does_not_repeat_effects(app: RequestMiddleware, shop: Shop, kind: str) -> None:
    """What a pure query would do again in a thread is done once where effects may be."""
    name = "consult" if kind == "mutation" else "consulted"
    lists = " ".join(f"a{number}: {LISTED}" for number in range(90))
    query = f"{kind} {{ {name} {{ groups: {LISTED} {lists} }} }}"
    assert "errors" not in TestClient(app).post("/graphql", json={"query": query}).json()
    assert shop.effects == 1


def test_mutations_run_one_after_the_other(app: RequestMiddleware) -> None:
    """In the order in which they stand."""
    told = TestClient(app).post("/graphql", json={"query": "mutation { b: act consult { id } a: act }"}).json()
    assert (told["data"]["b"], told["data"]["a"]) == (1, 3)


ABOUT_THE_CALLER = {"Query.viewer", "Viewer.key", "ViewerKey.usage", "ViewerKey.limit"}
"""Fields that another caller gets another value of: nobody may keep them."""

OF_THE_STORE = {
    *("Query.slip", "SlipItem.race", "SlipItem.warnings", "SlipItem.estimatedReturn", "SlipItem.settlement"),
    *("Query.consultation", "Consultation.messages", "Query.job", "Job.comment", "Race.comments"),
    *("Query.oddsWatch", "OddsWatch.alerts", "OddsWatch.firings", "OddsFiring.delivery"),
}
"""Fields that change with the store or with the time of day."""


def test_all_other_fields_of_our_schema_are_pure() -> None:
    """A resolver that forgets to declare it makes its operations slow: no plan, no thread, no cache."""
    types = [each for each in api_schema()._schema.type_map.values() if not each.name.startswith("__")]
    undeclared = [
        f"{each.name}.{name}"
        for each in types
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType) and each.name != "Mutation"
        for name, field in each.fields.items()
        if (own := field.extensions["strawberry-definition"]).base_resolver and not own.metadata.get("pure")
    ]
    assert set(undeclared) == ABOUT_THE_CALLER | OF_THE_STORE


class Waiting:
    """A layer that has to wait before it passes a request on, such as one that asks who the caller is."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app
        self.passed = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, and pass on."""
        async with asyncio.timeout(10):
            await asyncio.sleep(0)
        self.passed += 1
        await self.app(scope, receive, send)


def outside(app: RequestMiddleware, layers: list[Waiting]) -> ASGIApp:
    """Wrap all."""
    layers.append(Waiting(app))
    return layers[0]


def within(app: RequestMiddleware, layers: list[Waiting]) -> ASGIApp:
    """Stand between the request's log and the response cache."""
    layers.append(Waiting(app.app))
    return RequestMiddleware(layers[0], app.max_header_bytes, app.seconds)


@pytest.mark.parametrize("place", [outside, within])
def test_a_layer_that_waits_is_not_passed_by(
    app: RequestMiddleware, place: Callable[[RequestMiddleware, list[Waiting]], ASGIApp]
) -> None:
    """Requests that repeat byte by byte then take the usual way, and are answered as ever."""
    layers: list[Waiting] = []
    answers = over_a_socket(place(app, layers), post('{ jockey(id: "00001") { id } }'), 5)
    assert answers == [(b"HTTP/1.1 200 OK", {"data": {"jockey": {"id": "00001"}}})] * 5
    assert layers[0].passed == 5
