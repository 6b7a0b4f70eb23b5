"""What API keys cost: repeated requests with a key and without, answers while the store fails, calls to DynamoDB.

``python -m benchmarks.access`` starts servers of this project on one core, drives each in turn from another, and writes
``results/access.md``. Of repeated requests the server's own processor time counts: it is the least disturbed by others.
"""

import argparse
import socket
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path

from benchmarks.access_calls import calls
from benchmarks.cores import OTHERS, on
from benchmarks.environments import HERE
from benchmarks.load import drive
from benchmarks.servers import Running, this_server
from graphql_api import samples
from graphql_api.access.management import Keys
from graphql_api.store.sqlite import SqliteStore

BODY = b'{"query":"{ jockey(id: \\"00001\\") { name } }"}'
CONNECTIONS = 6
LIMIT = 1_000_000_000
MODES = ("off", "optional", "required")


def request(method: str, key: str) -> bytes:
    """Write the small operation by POST, or one row by GET."""
    head = ["POST /graphql HTTP/1.1" if method == "POST" else "GET /api/jockey/00001?limit=1 HTTP/1.1", "Host: a"]
    if key:
        head.append(f"X-API-Key: {key}")
    if method == "POST":
        head += ["Content-Type: application/json", f"Content-Length: {len(BODY)}"]
    return "\r\n".join([*head, "", ""]).encode() + (BODY if method == "POST" else b"")


@contextmanager
def serving(name: str, data: Path, folder: Path, **settings: object) -> Iterator[Running]:
    """Run a server with settings."""
    environ = [
        f"{key if key.startswith('AWS') else f'JOCKEY_{key.upper()}'}={value}" for key, value in settings.items()
    ]
    with Running(name, lambda port, at: ["env", *environ, *this_server(port, at)], data, folder) as server:
        server.first_answer(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        yield server


def spent(server: Running) -> float:
    """Return the seconds of processor time that a server has taken."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{server.pid}/task").glob("*/schedstat")) / 1e9


def repeated(data: Path, folder: Path, rounds: int, seconds: float) -> list[str]:
    """Measure repeated requests in all modes, in turn."""
    store = SqliteStore(folder / "store.sqlite3")
    key = Keys(store).create("benchmark", requests=LIMIT, cost=LIMIT)[1]
    shared = {"store": folder / "store.sqlite3", "rate_requests": LIMIT, "rate_cost": LIMIT, "rate_anonymous": 100}
    lines = ["| repeated request | access | µs of processor time | of that without keys |", "|---|---|---|---|"]
    with ExitStack() as stack:
        servers = {
            mode: stack.enter_context(serving(f"access-{mode}", data, folder, access=mode, **shared)) for mode in MODES
        }
        cases = [
            (mode, key if sent else "")
            for mode, sent in (("off", 0), ("optional", 0), ("optional", 1), ("required", 1))
        ]
        for method in ("POST", "GET"):
            costs: dict[tuple[str, str], list[float]] = {case: [] for case in cases}
            for _ in range(rounds):
                for mode, sent in cases:
                    server = servers[mode]
                    before = spent(server)
                    sample = drive(server.port, repeat(request(method, sent)), CONNECTIONS, seconds)
                    costs[mode, sent].append((spent(server) - before) / len(sample.latencies) * 1e6)
            for (mode, sent), found in costs.items():
                pairs = zip(found, costs["off", ""], strict=True)
                ratio = statistics.median(cost / base for cost, base in pairs)  # of one round: others disturb it less
                shown = f"{statistics.median(found):.1f} | {ratio:.2f}"
                lines.append(f"| {method} | {mode}, {'a key' if sent else 'no key'} | {shown} |")
    store.close()
    return lines


def failing(data: Path, folder: Path, seconds: float) -> list[str]:
    """Measure how long answers take while the store is locked, or does not answer."""
    lines = ["| store | keys | failure | p50 ms | p99 ms | longest ms |", "|---|---|---|---|---|---|"]
    for mode in ("open", "closed"):
        path = folder / f"locked-{mode}.sqlite3"
        store = SqliteStore(path)
        key = Keys(store).create("benchmark", requests=LIMIT, cost=LIMIT)[1]
        store.close()
        with serving(f"locked-{mode}", data, folder, access="required", store=path, access_failure=mode) as server:
            drive(server.port, repeat(request("GET", key)), 1, 0.2)
            lock = sqlite3.connect(path, isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            lines.append(_row("SQLite, locked", "in memory", mode, server.port, key, seconds))
            lock.close()
        with socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
            own = {
                "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{silent.getsockname()[1]}",
                **{f"AWS_{name}": "example" for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")},
                "AWS_DEFAULT_REGION": "us-east-1",
            }
            with serving(
                f"hang-{mode}", data, folder, access="required", store="dynamodb://t", access_failure=mode, **own
            ) as server:
                lines.append(_row("DynamoDB, hangs", "not in memory", mode, server.port, key, seconds))
    return lines


def _row(store: str, keys: str, mode: str, port: int, key: str, seconds: float) -> str:
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        found = threads.map(lambda _: _latencies(port, key, seconds), range(CONNECTIONS))
        latencies = sorted(each for some in found for each in some)
    shown = (latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)], latencies[-1])
    return f"| {store} | {keys} | {mode} | " + " | ".join(f"{each * 1000:.1f}" for each in shown) + " |"


def _latencies(port: int, key: str, seconds: float) -> list[float]:
    """Ask on one connection, whatever is answered."""
    connection = HTTPConnection("127.0.0.1", port)
    found, until = [], time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        connection.request("GET", "/api/jockey/00001?limit=1", headers={"X-API-Key": key})
        connection.getresponse().read()
        found.append(time.perf_counter() - begun)
        time.sleep(0.005)
    connection.close()
    return found


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.access", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, on(OTHERS):
        folder = Path(name)
        samples.write(folder / "data", jockeys=1, rows=200, seed=1)
        tables = [
            repeated(folder / "data", folder, options.rounds, options.seconds),
            failing(folder / "data", folder, 4 * options.seconds),
            calls(),
        ]
    text = "# What API keys cost\n\n" + "\n\n".join("\n".join(lines) for lines in tables) + "\n"
    (options.out / "access.md").write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
