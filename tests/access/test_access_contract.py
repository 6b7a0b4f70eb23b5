"""The contract of limits, and what access costs: several processes on one store, a store that hangs, access off.

In any interval of ``t`` seconds, admitted ≤ burst + rate · (t + lease); of that, at least 95 % can be used.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphql_api.access.management import Keys
from graphql_api.access.rates import LEASE_SECONDS
from graphql_api.store.sqlite import SqliteStore
from hammer import hammer
from keyed import NAME, served
from plain_server import Connection, Server, written

PROCESSES, THREADS = 8, 6
LIMIT = 1_200
SECONDS = 8.0


def worst_excess(moments: Sequence[float], limit: int, lease: float) -> float:
    """Return by how much the contract is broken in the worst of all intervals that begin and end with a request."""
    rate = limit / 60
    worst = lowest = float("-inf")
    for number, moment in enumerate(sorted(moments)):
        # Of an interval from request i to j, j - i + 1 are admitted: the excess parts into a term of each end.
        lowest = max(lowest, rate * moment - number)
        worst = max(worst, number + 1 - rate * moment + lowest)
    return worst - limit - rate * lease


def test_the_excess_is_found() -> None:
    """The checker itself: a burst is allowed, one request more is not, however it is spread."""
    assert worst_excess([0.0] * 60, 60, 0) == 0
    assert worst_excess([0.0] * 61, 60, 0) == 1
    assert worst_excess([*([0.0] * 60), *range(1, 30)], 60, 0) <= 0
    assert worst_excess([*range(30), *([30.5] * 61)], 60, 0) >= 1


def test_the_contract_holds_over_processes_and_threads(tmp_path: Path) -> None:
    """Eight processes of six threads on one SQLite file: no interval has more, and nearly all is used."""
    path = tmp_path / "store.sqlite3"
    store = SqliteStore(path)
    text = Keys(store).create("a", requests=LIMIT)[1]
    context = multiprocessing.get_context("spawn")
    out: multiprocessing.Queue[list[float]] = context.Queue()
    start = context.Barrier(PROCESSES)
    processes = [
        context.Process(target=hammer, args=(path, text, THREADS, SECONDS, start, out)) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    moments = [moment for _ in processes for moment in out.get(timeout=60)]
    for process in processes:
        process.join(10)
    store.close()
    assert worst_excess(moments, LIMIT, LEASE_SECONDS) <= 0
    assert len(moments) >= 0.95 * (LIMIT + LIMIT / 60 * (max(moments) - min(moments)))


def test_the_contract_holds_over_servers(sample_data: Path, tmp_path: Path) -> None:
    """Three servers, six connections each, over HTTP, most of it replayed."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    text = Keys(store).create("a", requests=LIMIT)[1]
    settings = {"access": "required", "store": str(tmp_path / "store.sqlite3"), "log_level": "ERROR"}
    servers = [Server(sample_data, tmp_path / f"log{number}", **settings) for number in range(3)]
    request = written("GET", "/api/jockey/00001?limit=1", X_API_Key=text)
    until = time.time() + SECONDS

    def ask(connection: Connection) -> list[float]:
        admitted = []
        while time.time() < until:
            status, _, _ = connection.ask(request)
            assert status in (200, 429)
            if status == 200:
                admitted.append(time.time())
            else:
                time.sleep(0.01)
        return admitted

    connections = [server.connect() for server in servers for _ in range(6)]
    with ThreadPoolExecutor(len(connections)) as threads:
        moments = [moment for each in threads.map(ask, connections) for moment in each]
    for server in servers:
        server.stop()
    store.close()
    assert worst_excess(moments, LIMIT, LEASE_SECONDS) <= 0
    assert len(moments) >= 0.95 * (LIMIT + LIMIT / 60 * (max(moments) - min(moments)))


@pytest.mark.parametrize("mode", ["open", "closed"])
def test_while_the_store_hangs_a_request_waits_for_one_call_at_most(
    sample_data: Path, tmp_path: Path, mode: str
) -> None:
    """And most for none; a call has 0.4 s, here less. Keys in memory go on or are told, others are told."""
    with served(sample_data, tmp_path, patience=0.02, jockey_access_failure=mode) as app:
        known = app.key()
        assert app.ask(known).status_code == 200
        app.clock.seconds += LEASE_SECONDS  # nothing is held any more
        unknown = [app.key() for _ in range(10)]
        app.store.seconds = 0.2
        for number in range(40):
            app.clock.seconds += 0.5
            calls = len(app.store.calls)
            answer = app.ask(unknown[number % 10] if number % 2 else known)
            assert answer.status_code == (503 if number % 2 or mode == "closed" else 200)
            assert len(app.store.calls) <= calls + 1
        assert len(app.store.calls) <= 2 + 40 / 4
        app.store.seconds = 0.0


def test_access_that_is_off_costs_no_import(sample_data: Path, tmp_path: Path) -> None:
    """Neither SQLite nor any client of DynamoDB is imported, though jobs may come later, and no layer stands there."""
    code = (
        "import json, os, sys\n"
        "from starlette.testclient import TestClient\n"
        "from graphql_api.app import create_app\n"
        "from graphql_api.installed import read_settings\n"
        f"app = create_app(read_settings({{'JOCKEY_STORE': {str(tmp_path / 'store')!r}}}, data={str(sample_data)!r}))\n"
        "with TestClient(app) as client:\n"
        f"    assert client.post('/graphql', json={NAME!r}).status_code == 200\n"
        "    answer = client.post('/graphql', json={'query': '{viewer{key{id}}}'}).json()\n"
        "    assert answer == {'data': {'viewer': {'key': None}}}\n"
        "names = sorted(sys.modules)\n"
        "print(json.dumps([type(app.app).__name__, [n for n in names if 'sqlite' in n or 'dynamodb' in n]]))"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    assert json.loads(run.stdout.splitlines()[-1]) == ["ResponseCache", []]
