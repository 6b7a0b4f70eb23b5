"""One contender in a process of its own: answers every question some times, and tells processor time and memory."""

import argparse
import asyncio
import json
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.archive.questions import QUESTIONS, SQL_COLUMNS, Contender, Question, rows_of
from benchmarks.archive.servers import SERVERS
from benchmarks.cores import EVERY, ONE, on

INDICES = ("horse_name", "date", "jockey_id", "year, racecourse, surface")


def api(folder: Path, _lite: Path) -> Iterator[Contender]:
    """Ask this API in process: the document is judged and planned, the answer written as JSON; none is kept."""
    from graphql_api.app import create_core
    from graphql_api.archive.editions import KEY, Editions
    from graphql_api.installed import read_settings
    from graphql_api.process import tune_process

    core = create_core(read_settings(os.environ, data=str(folder), log_level="ERROR"))

    def ask(question: Question) -> bytes | None:
        held = core.services.get(Editions).cached(KEY)
        if held is not None:
            held.value.engine.forget()
        answer = runner.run(core.run(question.graphql))
        return answer if answer.startswith(b'{"data":{') else None

    tune_process()  # as the server and the function do
    with asyncio.Runner() as runner, closing(core.services):
        yield Contender(ask, memory, rows_of)


def memory() -> int:
    """Return the most memory that this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def rides_files(folder: Path) -> list[str]:
    """List the files of rides that the manifest names, the newest year first."""
    manifest = json.loads((folder / "_rides.v1.json").read_bytes())
    years = sorted(manifest["rides"], key=int, reverse=True)
    return [str(folder / manifest["rides"][year]["name"]) for year in years]


def duckdb(folder: Path, _lite: Path) -> Iterator[Contender]:
    """Ask DuckDB itself, with one thread, on the very same files."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET parquet_metadata_cache = true")
    connection.execute(f"CREATE VIEW rides AS SELECT * FROM read_parquet({rides_files(folder)!r})")
    yield Contender(lambda question: connection.execute(question.sql).fetchall(), memory)


def sqlite(_folder: Path, lite: Path) -> Iterator[Contender]:
    """Ask SQLite; see ``write_lite``."""
    with closing(sqlite3.connect(lite)) as connection:
        yield Contender(
            lambda question: connection.execute(question.sql).fetchall() if question.shared_by_sqlite else None, memory
        )


def write_lite(folder: Path, lite: Path) -> None:
    """Write a table of the columns that the questions name, with four indices."""
    import duckdb

    with closing(sqlite3.connect(lite)) as connection, closing(duckdb.connect()) as source:
        connection.execute(f"CREATE TABLE rides ({', '.join(SQL_COLUMNS)})")
        marks = ", ".join("?" * len(SQL_COLUMNS))
        columns = ", ".join("CAST(date AS VARCHAR)" if name == "date" else name for name in SQL_COLUMNS)
        for file in rides_files(folder):
            rows = source.execute(f"SELECT {columns} FROM read_parquet('{file}')").fetchall()
            connection.executemany(f"INSERT INTO rides VALUES ({marks})", rows)
        for place, indexed in enumerate(INDICES):
            connection.execute(f"CREATE INDEX i{place} ON rides ({indexed})")
        connection.execute("ANALYZE")
        connection.commit()


def polars(folder: Path, _lite: Path) -> Iterator[Contender]:
    """Ask Polars in SQL, lazily over the very same files."""
    import polars as pl

    frame = pl.scan_parquet(rides_files(folder))
    context = pl.SQLContext(rides=frame)

    def ask(question: Question) -> Any:
        try:
            return context.execute(question.sql, eager=True).rows()
        except pl.exceptions.PolarsError:
            return None

    yield Contender(ask, memory)


IN_PROCESS = {"api": api, "duckdb": duckdb, "polars": polars, "sqlite": sqlite}
CONTENDERS = {**IN_PROCESS, **SERVERS}


def measured(contender: Contender, rounds: int) -> Iterator[dict[str, Any]]:
    """Ask every question so many times; the least processor time counts."""
    for question in QUESTIONS:
        best, answer = float("inf"), None
        for _ in range(rounds):
            begun = contender.clock()
            answer = contender.ask(question)
            best = min(best, contender.clock() - begun)
            if answer is None:
                break
        rows = None if answer is None else contender.read(question, answer)
        told = None if rows is None else [[_plain(value) for value in row] for row in rows]
        yield {"question": question.name, "ms": None if answer is None else 1000 * best, "rows": told}


def _plain(value: Any) -> Any:
    """Give a value in a form that all contenders share: numbers to nine digits, days as texts."""
    if isinstance(value, bool) or value is None:
        return value
    return float(f"{value:.9g}") if isinstance(value, int | float) else str(value)


def main() -> None:
    """Measure one contender, and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("lite", type=Path, help="the file of write_lite")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with on(ONE if options.contender in IN_PROCESS else EVERY):  # servers choose their core themselves
        for contender in CONTENDERS[options.contender](options.folder, options.lite):
            answers = list(measured(contender, options.rounds))
            print(json.dumps({"peak_mb": round(contender.memory() / 2**20), "answers": answers}))


if __name__ == "__main__":
    main()
