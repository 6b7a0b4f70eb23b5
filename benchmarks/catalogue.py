"""The peers: how each is started, what it can be asked, and what has to be said beside its figures."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path

from benchmarks import dialects, environments
from benchmarks.cores import EVERY, ONE
from benchmarks.dialects import Dialects
from benchmarks.environments import Unavailable
from benchmarks.operations import Row, Workload

Command = Callable[[int, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Server:
    """One process: ``command`` takes the port and the data folder; it may use ``cores``."""

    name: str
    command: Command
    dialects: Dialects
    cores: Set[int] = ONE

    def knows(self, workload: Workload) -> bool:
        """Say whether it can be asked this."""
        return type(workload) in self.dialects

    def asks(self, workload: Workload) -> bytes:
        """Write the request; it has to be one that the server knows."""
        return self.dialects[type(workload)].asks(workload)

    def takes(self, workload: Workload, answer: object) -> list[Row]:
        """Take the rows out of the answer's JSON."""
        return self.dialects[type(workload)].takes(answer)


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the tables."""

    name: str
    server: Server
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


PEERS = (
    Peer(
        "floor: ready bytes",
        Server("floor-ready", _python("project", "floors"), dialects.floor("ready")),
        "Starlette sends the same bytes each time",
    ),
    Peer(
        "floor: orjson of ready dicts",
        Server("floor-orjson", _python("project", "floors"), dialects.floor("orjson")),
        "Starlette and orjson.dumps each time",
    ),
    Peer(
        "Mercurius + JIT",
        Server("mercurius", _node("mercurius.mjs"), dialects.OWN),
        "Node; jit: 1, documents cached (its default); filter and statistics written by hand in JavaScript",
    ),
    Peer(
        "graphql-yoga + JIT",
        Server("yoga-jit", _node("yoga.mjs", "--jit"), dialects.LISTS),
        "Node; GraphQL JIT plugin, parse and validation caches (default)",
    ),
    Peer(
        "graphql-yoga",
        Server("yoga", _node("yoga.mjs"), dialects.LISTS),
        "Node; parse and validation caches (default)",
    ),
    Peer(
        "ROAPI",
        Server("roapi", _roapi, dialects.ROAPI),
        "Rust, DataFusion; no spec GraphQL: no envelope, leaves nulls out; its own filter argument; statistics by its "
        "SQL endpoint, since its GraphQL has no aggregates",
    ),
    Peer(
        "ROAPI on every core",
        Server("roapi-every-core", _roapi, dialects.ROAPI, EVERY),
        "the same, with a thread for each core of the machine, that of the load generator too",
    ),
    Peer(
        "FastAPI + to_json",
        Server("fastapi", _python("fastapi", "fastapi"), dialects.FASTAPI),
        "REST; json.loads(df.to_json()) of a cached, typed frame; filter and statistics written by hand in pandas "
        "(a mask; groupby and agg)",
    ),
    Peer(
        "graphique",
        Server("graphique", _python("graphique", "graphique"), dialects.GRAPHIQUE),
        "DuckDB; answers columns, not rows; Strawberry's parse and validation caches; lists held as JSON text; its own "
        "filter, group and aggregate",
    ),
    Peer(
        "plain Strawberry",
        Server("strawberry", _python("project", "strawberry"), dialects.OWN),
        "dataclass rows, its own ASGI view, no options; filter and statistics written by hand in Python",
    ),
    Peer(
        "Strawberry, tuned",
        Server("strawberry-tuned", _python("project", "strawberry", "--tuned"), dialects.OWN),
        "the same with ParserCache, ValidationCache and orjson",
    ),
    Peer(
        "Ariadne",
        Server("ariadne", _python("ariadne", "ariadne"), dialects.LISTS),
        "dict rows; parse and validation cached through its hooks",
    ),
    Peer(
        "graphene",
        Server("graphene", _python("graphene", "graphene"), dialects.LISTS),
        "dict rows; starlette-graphene3; offers no parse cache",
    ),
    Peer(
        "datasette-graphql",
        Server("datasette", _python("datasette", "datasette"), dialects.DATASETTE),
        "SQLite, immutable; limits raised; lists held as JSON text; its own filter argument, no aggregates",
    ),
)
"""Peers are asked with one body, over and over, as none of them caches whole answers."""
