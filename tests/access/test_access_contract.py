"""The contract of limits, and what access costs: several processes on one store, a store that hangs, access off.

In any interval of ``t`` seconds, admitted ≤ burst + rate · (t + lease); of that, at least 95 % can be used.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path

import pytest

from graphql_api.access.management import Keys
from graphql_api.access.rates import LEASE_SECONDS
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from hammer import hammer
from keyed import NAME, served
from plain_server import Connection, Server, written

PROCESSES, THREADS = 8, 6
LIMIT = 1_200
SECONDS = 10.0
MEASURED_FROM = 8.0
RUNS = 4

Admission = tuple[float, float]
"""Before a request asked to be admitted, and when it had been told that it is, in seconds since 1970."""


def worst_excess(admitted: Sequence[Admission], limit: int, lease: float) -> float:
    """Return by how much the contract is broken in the worst of all intervals.

    Of a request is known between which moments it was admitted; it counts where both lie in the interval.
    """
    worst, by_end = float("-inf"), sorted(admitted, key=itemgetter(1))
    for begin, _ in admitted:
        number = 0
        for asked, told in by_end:
            if asked >= begin:
                number += 1
                worst = max(worst, number - limit / 60 * (told - begin))
    return worst - limit - limit / 60 * lease


def test_the_excess_is_found() -> None:
    """The checker itself: a burst is allowed, one request more is not, however it is spread."""

    def excess(*moments: float) -> float:
        return worst_excess([(moment, moment) for moment in moments], 60, 0)

    assert excess(*[0.0] * 60) == 0
    assert excess(*[0.0] * 61) == 1
    assert excess(*[0.0] * 60, *range(1, 30)) <= 0
    assert excess(*range(30), *[30.5] * 61) >= 1
    assert worst_excess([(0.0, 5.0)] * 61, 60, 0) == -4


def part_used(admitted: Sequence[Admission]) -> float:
    """Return the part of the limit that was used from the first request on, at the best of the last moments.

    Where the machine stands still just as a run ends, what was earned meanwhile is used after it.
    """
    begun, told = min(asked for asked, _ in admitted), sorted(told for _, told in admitted)
    return max(
        number / (LIMIT + LIMIT / 60 * (moment - begun))
        for number, moment in enumerate(told, 1)
        if moment - begun >= MEASURED_FROM or moment == told[-1]
    )


def hold(run: Callable[[], Sequence[Admission]]) -> None:
    """Hold runs to the contract. Each has no more, and one has nearly all.

    What a process has taken is void if the machine lets it stand still meanwhile: then the run is no measurement.
    """
    parts = []
    for _ in range(RUNS):
        admitted = run()
        assert worst_excess(admitted, LIMIT, LEASE_SECONDS) <= 0
        parts.append(part_used(admitted))
        if parts[-1] >= 0.95:
            return
    pytest.fail(f"Of the limit, these parts were used: {parts}.")


def test_the_contract_holds_over_processes_and_threads(tmp_path: Path) -> None:
    """Eight processes of six threads on one SQLite file: no interval has more, and nearly all is used."""
    path = tmp_path / "store.sqlite3"
    store = SqliteStore(path)
    context = multiprocessing.get_context("spawn")

    def run() -> list[Admission]:
        text = Keys(store).create("a", requests=LIMIT)[1]
        out: multiprocessing.Queue[list[Admission]] = context.Queue()
        start = context.Barrier(PROCESSES)
        given = path, text, THREADS, SECONDS, start, out
        processes = [context.Process(target=hammer, args=given) for _ in range(PROCESSES)]
        for process in processes:
            process.start()
        admitted = [each for _ in processes for each in out.get(timeout=200)]
        for process in processes:
            process.join(60)
        return admitted

    hold(run)
    store.close()


def test_the_contract_holds_over_servers(sample_data: Path, tmp_path: Path) -> None:
    """Three servers, six connections each, over HTTP, most of it replayed."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    settings = {"access": "required", "store": str(tmp_path / "store.sqlite3"), "log_level": "ERROR"}
    settings |= {"access_failure": "closed"}  # else each counts alone where others write all the time
    servers = [Server(sample_data, tmp_path / f"log{number}", **settings) for number in range(3)]
    connections = [server.connect() for server in servers for _ in range(6)]

    def run() -> list[Admission]:
        text = Keys(store).create("a", requests=LIMIT)[1]
        request = written("GET", "/api/jockey/00001?limit=1", X_API_Key=text)
        until = time.time() + SECONDS

        def ask(connection: Connection) -> list[Admission]:
            admitted = []
            while (begun := time.time()) < until:
                status, _, _ = connection.ask(request)
                assert status in (200, 429, 503)
                if status == 200:
                    admitted.append((begun, time.time()))
                else:
                    time.sleep(0.01)
            return admitted

        with ThreadPoolExecutor(len(connections)) as threads:
            return [each for found in threads.map(ask, connections) for each in found]

    hold(run)
    for server in servers:
        server.stop()
    store.close()


@pytest.mark.parametrize("mode", ["open", "closed"])
def test_while_the_store_hangs_a_request_waits_for_one_call_at_most(
    sample_data: Path, tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And most for none; a call has 0.4 s, here less. Keys in memory go on or are told, others are told."""
    with served(sample_data, tmp_path, patience=60, jockey_access_failure=mode) as app:
        known = app.key()
        assert app.ask(known).status_code == 200
        app.clock.seconds += LEASE_SECONDS  # nothing is held any more
        unknown = [app.key() for _ in range(10)]
        monkeypatch.setattr(app.core.services.get(Store), "_seconds", 0.02)
        app.store.answers.clear()
        for number in range(40):
            app.clock.seconds += 0.5
            calls = len(app.store.calls)
            answer = app.ask(unknown[number % 10] if number % 2 else known)
            assert answer.status_code == (503 if number % 2 or mode == "closed" else 200)
            assert len(app.store.calls) <= calls + 1
        assert len(app.store.calls) <= 2 + 40 / 4
        app.store.answers.set()


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
        "print(json.dumps([type(app.app.app).__name__, [n for n in names if 'sqlite' in n or 'dynamodb' in n]]))"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    assert json.loads(run.stdout.splitlines()[-1]) == ["ResponseCache", []]
