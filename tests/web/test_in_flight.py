"""The budget of answers that clients have not taken: what is beyond it is refused, and what is taken makes room."""

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Message
from uvicorn.server import ServerState

from graphql_api.app import create_app
from graphql_api.cli.bounds import Limits
from graphql_api.cli.idle import IdleConnections
from graphql_api.cli.protocol import Protocol
from graphql_api.cli.repeats import Repeats
from graphql_api.config import Settings
from plain_server import Server, written

LIMIT = 100_000
FIELDS = "date meeting raceName horseName jockeyName winnerName going weather margin bodyWeight finishTime winOdds"
RECORDS = f"records {{ edges {{ cursor node {{ {FIELDS} }} }} }}"
LARGE = f'{{ a: jockey(id: "00001") {{ {RECORDS} }} b: jockey(id: "00001") {{ {RECORDS} }} }}'
SMALL = '{ jockey(id: "00002") { name } }'
Send = Callable[[Message], Coroutine[Any, Any, None]]


class Client:
    """One request to an ASGI application, whose answer is taken only once ``reads`` is set."""

    def __init__(self, app: ASGIApp, path: str, query: str | None = None, **headers: str) -> None:
        """Ask."""
        self.reads = asyncio.Event()
        self.begun = asyncio.Event()
        self.head: Message = {}
        self.body = b""
        self._request = b"" if query is None else json.dumps({"query": query}).encode()
        fields = {"content-type": "application/json", **headers}
        scope = {
            "type": "http",
            "method": "GET" if query is None else "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "scheme": "http",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()],
        }
        self.task = asyncio.ensure_future(self._ask(app, scope))

    async def _ask(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        await app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": self._request}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.head = message
            return
        self.begun.set()
        if self.head["status"] == 200:
            await self.reads.wait()
        self.body += message.get("body", b"")

    async def finish(self) -> int:
        """Take the answer; give its status."""
        self.reads.set()
        await self.task
        return int(self.head["status"])

    def header(self, name: bytes) -> bytes | None:
        """Give a header of the answer."""
        return dict(self.head["headers"]).get(name)


@pytest.fixture
def app(sample_data: Path, tmp_path: Path) -> ASGIApp:
    """Give an application that holds one answer of the samples at a time."""
    (tmp_path / "large.graphql").write_text(f"query large {LARGE}")
    return create_app(Settings(data=str(sample_data), in_flight_bytes=LIMIT, documents=str(tmp_path)))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/jockey/00001.ndjson", None),
        ("/q/large", None),
        ("/graphql", LARGE),
    ],
)
def test_beyond_the_budget_long_answers_are_refused(app: ASGIApp, path: str, query: str | None) -> None:
    """On every route, in its form and with ``Retry-After``; short ones are given, long ones when there is room."""

    async def run() -> None:
        slow = Client(app, "/api/jockey/00001")
        await slow.begun.wait()
        refused = Client(app, path, query)
        assert await refused.finish() == 503
        assert refused.header(b"retry-after") == b"5"
        told = json.loads(refused.body)
        assert ("errors" if query else "detail") in told
        assert not query or told["errors"][0]["extensions"]["code"] == "OVERLOADED"
        assert await Client(app, "/graphql", SMALL).finish() == 200
        assert await slow.finish() == 200
        assert await Client(app, path, query).finish() == 200

    asyncio.run(run())


def test_what_several_clients_take_counts_once(app: ASGIApp) -> None:
    """The bytes of one answer lie in memory once, be it encoded anew, compressed or kept from before."""

    async def run() -> None:
        for headers in ({}, {"accept_encoding": "gzip"}):
            slow = [Client(app, "/api/jockey/00001", **headers)]
            await slow[0].begun.wait()
            for _ in range(5):
                slow.append(Client(app, "/api/jockey/00001", **headers))
                await slow[-1].begun.wait()
            assert [await client.finish() for client in slow] == [200] * 6

    asyncio.run(run())


@pytest.mark.parametrize("headers", [{}, {"accept_encoding": "gzip"}])
def test_what_is_given_up_is_let_go(app: ASGIApp, headers: dict[str, str]) -> None:
    """A client that is gone while its answer is compressed or sent holds nothing."""

    async def run() -> None:
        for turns in (1, 3, 10, 30):
            gone = Client(app, "/api/jockey/00001", **headers)
            for _ in range(turns):
                await asyncio.sleep(0)
            gone.task.cancel()
            await asyncio.gather(gone.task, return_exceptions=True)
            assert await Client(app, "/api/jockey/00001.ndjson").finish() == 200

    asyncio.run(run())


def test_an_answer_larger_than_the_budget_is_given_alone(app: ASGIApp) -> None:
    """Else nobody could ever have it."""

    async def run() -> None:
        client = Client(app, "/api/jockey/00001")
        assert await client.finish() == 200
        assert len(client.body) > LIMIT

    asyncio.run(run())


def stall(port: int) -> socket.socket:
    """Ask for an answer that is larger than what the system buffers of it, and read only its beginning."""
    jockeys = " ".join(f'a{number}: jockey(id: "00001") {{ ...f }}' for number in range(20))
    lists = " ".join(f"{name}: {RECORDS}" for name in "bcde")
    query = f"{{ {jockeys} }} fragment f on Jockey {{ {lists} }}"
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.settimeout(20)
    client.connect(("127.0.0.1", port))
    client.sendall(written("POST", "/graphql", json.dumps({"query": query}).encode()))
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def test_a_client_that_does_not_read_holds_room_until_it_is_gone(sample_data: Path, tmp_path: Path) -> None:
    """On a socket: the answer counts as held although all of it was given to the connection, and no longer."""
    server = Server(sample_data, tmp_path / "log", in_flight_bytes=LIMIT)
    try:
        client = stall(server.port)
        other = server.connect()
        assert other.ask(written("GET", "/api/jockey/00001.ndjson"))[0] == 503
        assert other.ask(written("GET", "/health"))[0] == 200
        client.close()
        answers = (other.ask(written("GET", "/api/jockey/00001.ndjson"))[0] for _ in range(10_000))
        assert next(status for status in answers if status != 503) == 200
    finally:
        server.stop()


def test_a_client_that_takes_nothing_is_cut_off(sample_data: Path) -> None:
    """Its answer ends before it is complete, and what is held for it is let go."""
    settings = Settings(data=str(sample_data), in_flight_bytes=LIMIT)
    app = create_app(settings)
    limits = replace(Limits.of(settings), stall_seconds=0.2)

    async def run() -> None:
        config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off")
        state, repeats = ServerState(), Repeats(app)
        server = await asyncio.get_running_loop().create_server(
            lambda: Protocol(
                config=config, server_state=state, app_state={}, repeats=repeats, limits=limits, idle=IdleConnections()
            ),
            "127.0.0.1",
        )
        client = await asyncio.to_thread(stall, server.sockets[0].getsockname()[1])
        async with asyncio.timeout(60):
            while state.connections:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
        assert await Client(app, "/api/jockey/00001.ndjson").finish() == 200
        client.close()
        server.close()
        await server.wait_closed()

    asyncio.run(run())
