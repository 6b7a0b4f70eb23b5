"""The servers that are measured: how each is started, asked and read, and what has to be said beside its figures."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.environments import Unavailable
from benchmarks.operations import FIELDS, LARGE_ID, Asks, Size, Takes, connection, http, nodes

Command = Callable[[int, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Server:
    """One process: ``command`` takes the port and the data folder; ``asks`` and ``takes`` check that it is right."""

    name: str
    command: Command
    asks: Asks = connection
    takes: Takes = nodes


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the tables: a peer asked the same thing over and over, as none of them caches whole answers."""

    name: str
    server: Server
    asks: Asks
    note: str


def _python(environment: str, module: str, *flags: str) -> Command:
    def command(port: int, data: Path) -> list[str]:
        arguments = ["--port", str(port), "--data", str(data), *flags]
        return [str(environments.python(environment)), "-m", f"benchmarks.peers.{module}", *arguments]

    return command


def _node(module: str, *flags: str) -> Command:
    def command(port: int, data: Path) -> list[str]:
        return ["node", str(environments.node() / module), "--port", str(port), "--data", str(data), *flags]

    return command


def _roapi(port: int, data: Path) -> list[str]:
    program = environments.python("roapi").with_name("roapi")
    if not program.exists():
        raise Unavailable("the wheel for this platform holds no program")
    addresses = {"http": port, "postgres": port + 1, "flight-sql": port + 2}
    flags = [word for name, at in addresses.items() for word in (f"--addr-{name}", f"127.0.0.1:{at}")]
    return [str(program), *flags, "--table", f"records={data / 'rows.json'}"]


def _graphql(query: str, size: Size) -> bytes:
    return http("/graphql", {"query": query.format(rows=size.rows, fields=" ".join(size.fields))})


def _ask_graphique(size: Size) -> bytes:
    fields = " ".join(f"{name} {{ values }}" for name in size.fields)
    return http("/graphql", {"query": f"{{ records {{ slice(limit: {size.rows}) {{ columns {{ {fields} }} }} }} }}"})


def _ask_roapi(size: Size) -> bytes:
    """Ask in the order of its columns, which is alphabetical: in any other it forgets the limit."""
    body = f"{{ records(limit: {size.rows}) {{ {' '.join(sorted(size.fields))} }} }}".encode()
    return b"POST /api/graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _ask_fastapi(size: Size) -> bytes:
    return http(f"/api/jockey/{LARGE_ID}?first={size.rows}&fields={','.join(size.fields)}")


def _ask_floor(kind: str, size: Size) -> bytes:
    return http(f"/{kind}/{size.name}", {})


def _take_columns(answer: Any) -> list[dict[str, Any]]:
    columns = {name: column["values"] for name, column in answer["data"]["records"]["slice"]["columns"].items()}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


FLOORS = Server("floors", _python("project", "floors"), partial(_ask_floor, "orjson"))
STRAWBERRY = Server("strawberry", _python("project", "strawberry"))
TUNED = Server("strawberry-tuned", _python("project", "strawberry", "--tuned"))
ARIADNE = Server("ariadne", _python("ariadne", "ariadne"))
GRAPHENE = Server("graphene", _python("graphene", "graphene"))
FASTAPI = Server("fastapi", _python("fastapi", "fastapi"), _ask_fastapi, lambda answer: answer["data"])
GRAPHIQUE = Server("graphique", _python("graphique", "graphique"), _ask_graphique, _take_columns)
DATASETTE = Server(
    "datasette",
    _python("datasette", "datasette"),
    partial(_graphql, "{{ records(first: {rows}) {{ nodes {{ {fields} }} }} }}"),
    lambda answer: answer["data"]["records"]["nodes"],
)
ROAPI = Server("roapi", _roapi, _ask_roapi, list)
MERCURIUS = Server("mercurius", _node("mercurius.mjs"))
YOGA = Server("yoga", _node("yoga.mjs"))
YOGA_JIT = Server("yoga-jit", _node("yoga.mjs", "--jit"))

PEERS = (
    Peer("floor: ready bytes", FLOORS, partial(_ask_floor, "ready"), "Starlette sends the same bytes each time"),
    Peer("floor: orjson of ready dicts", FLOORS, partial(_ask_floor, "orjson"), "Starlette and orjson.dumps each time"),
    Peer("Mercurius + JIT", MERCURIUS, connection, "Node; jit: 1, documents cached (its default)"),
    Peer("graphql-yoga + JIT", YOGA_JIT, connection, "Node; GraphQL JIT plugin, parse and validation caches (default)"),
    Peer("graphql-yoga", YOGA, connection, "Node; parse and validation caches (default)"),
    Peer("ROAPI", ROAPI, _ask_roapi, "Rust; no spec GraphQL: no envelope, leaves nulls out; may use several threads"),
    Peer("FastAPI + to_json", FASTAPI, _ask_fastapi, "REST; json.loads(df.to_json()) of a cached, typed frame"),
    Peer(
        "graphique",
        GRAPHIQUE,
        _ask_graphique,
        "DuckDB; answers columns, not rows; Strawberry's parse and validation caches; lists held as JSON text",
    ),
    Peer("plain Strawberry", STRAWBERRY, connection, "dataclass rows, its own ASGI view, no options"),
    Peer("Strawberry, tuned", TUNED, connection, "the same with ParserCache, ValidationCache and orjson"),
    Peer("Ariadne", ARIADNE, connection, "dict rows; parse and validation cached through its hooks"),
    Peer("graphene", GRAPHENE, connection, "dict rows; starlette-graphene3; offers no parse cache"),
    Peer("datasette-graphql", DATASETTE, DATASETTE.asks, "SQLite, immutable; limits raised; lists held as JSON text"),
)


def same(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Undo what peers are allowed to write differently: absent nulls, timestamps of dates, lists as JSON text."""
    found = {name: row.get(name) for name in fields}
    for name, cell in found.items():
        if isinstance(cell, str) and FIELDS[name] == "Date":
            found[name] = cell[:10]
        elif isinstance(cell, str) and FIELDS[name].startswith("["):
            found[name] = json.loads(cell)
    return found
