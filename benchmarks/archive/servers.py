"""Contenders that are asked through HTTP: each a server of one process, whose processor time counts, not the client's.

This server keeps no answers of its engine, and no body repeats, so that no cache answers.
"""

import csv
import itertools
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import load
from benchmarks.archive.graphique import DOCUMENTS
from benchmarks.archive.questions import Ask, Contender, Question, rows_of
from benchmarks.environments import python
from benchmarks.operations import http
from benchmarks.servers import Running

Read = Callable[[Question, bytes], list[Any]]


def seconds(pid: int) -> float:
    """Return the processor time of all threads of a process."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _contender(running: Running, ask: Ask, read: Read) -> Contender:
    return Contender(ask, lambda: running.peak_memory() or 0, read, lambda: seconds(running.pid))


@contextmanager
def _running(name: str, command: Callable[[int, Path], list[str]], folder: Path, first: bytes) -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as logs, Running(name, command, folder, Path(logs)) as running:
        running.first_answer(first)
        yield running


def _asked(port: int, request: bytes) -> bytes | None:
    try:
        return load.fetch(port, request)
    except load.LoadError:
        return None


def served(port: int, data: Path) -> list[str]:
    """Run this server."""
    arguments = ["serve", "--data", str(data), "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "benchmarks.archive.serve", *arguments]


def api(folder: Path, _lite: Path) -> Iterator[Contender]:
    """Serve the folder by this server."""
    numbers = itertools.count()

    def body(text: str) -> bytes:
        return http("/graphql", {"query": text, "extensions": {"request": next(numbers)}})

    with _running("api", served, folder, body("{ __typename }")) as running:
        yield _contender(running, lambda question: _asked(running.port, body(question.graphql)), rows_of)


def roapi(folder: Path, _lite: Path) -> Iterator[Contender]:
    """Serve the files of rides by ROAPI, not in memory, one thread: as DuckDB reads them."""
    from benchmarks.archive.contender import rides_files

    with tempfile.TemporaryDirectory() as made:
        tables = Path(made, "rides")
        tables.mkdir()
        for file in rides_files(folder):
            shutil.copy(file, tables)
        option = {"format": "parquet", "use_memory_table": False}
        config = Path(made, "roapi.yaml")
        config.write_text(json.dumps({"tables": [{"name": "rides", "uri": f"{tables}/", "option": option}]}))

        def command(port: int, _data: Path) -> list[str]:
            addresses = {"http": port, "postgres": port + 1, "flight-sql": port + 2}
            flags = [word for name, at in addresses.items() for word in (f"--addr-{name}", f"127.0.0.1:{at}")]
            return [str(python("roapi").with_name("roapi")), *flags, "--config", str(config)]

        with _running("roapi", command, folder, _sql("SELECT 1")) as running:

            def read(question: Question, answer: bytes) -> list[Any]:
                """Fill in the nulls, which its JSON leaves out: its CSV names the columns."""
                told = load.fetch(running.port, _sql(question.sql, "application/csv"))
                names = next(csv.reader(told.decode().splitlines()))
                return [tuple(row.get(name) for name in names) for row in json.loads(answer)]

            yield _contender(running, lambda question: _asked(running.port, _sql(question.sql)), read)


def _sql(text: str, accept: str = "application/json") -> bytes:
    body = text.encode()
    head = f"POST /api/sql HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def datasette(folder: Path, lite: Path) -> Iterator[Contender]:
    """Serve SQLite's table by Datasette, immutable, its limits raised."""

    def command(port: int, _data: Path) -> list[str]:
        limits = ["--setting", "sql_time_limit_ms", "600000", "--setting", "max_returned_rows", "100000"]
        return [str(python("datasette")), "-m", "datasette", "-i", str(lite), "-p", str(port), *limits]

    def request(text: str) -> bytes:
        return http(f"/{lite.stem}.json?{urlencode({'sql': text, '_shape': 'arrays'})}")

    with _running("datasette", command, folder, request("SELECT 1")) as running:
        yield _contender(
            running,
            lambda question: _asked(running.port, request(question.sql)) if question.shared_by_sqlite else None,
            lambda _, answer: json.loads(answer)["rows"],
        )


def graphique(folder: Path, _lite: Path) -> Iterator[Contender]:
    """Serve the files of rides by graphique, on DuckDB with one thread."""

    def command(port: int, data: Path) -> list[str]:
        arguments = ["--port", str(port), "--data", str(data)]
        return [str(python("graphique")), "-m", "benchmarks.peers.graphique_rides", *arguments]

    def ask(question: Question) -> bytes | None:
        document = DOCUMENTS.get(question.name)
        return _asked(running.port, http("/graphql", {"query": document.text})) if document else None

    with _running("graphique", command, folder, http("/graphql", {"query": "{ __typename }"})) as running:
        yield _contender(running, ask, lambda question, answer: DOCUMENTS[question.name].rows(json.loads(answer)))


SERVERS = {"api by HTTP": api, "roapi": roapi, "datasette": datasette, "graphique": graphique}
