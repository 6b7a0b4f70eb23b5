"""The same without HTTP: loading, normalising, encoding, counting, each against its yardstick, cases in turns.

``python -m benchmarks.inprocess`` prints JSON; ``python -m benchmarks`` runs it and puts it into the report.
"""

import argparse
import asyncio
import gc
import gzip
import json
import pickle
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLOutputType, get_named_type
from rich.console import Console

from benchmarks import data
from benchmarks.operations import FILTER, LARGE, LARGE_ID, MEDIUM, MEDIUM_ID, ROWS, SMALL, STATISTICS, Row, Workload
from benchmarks.peers.strawberry import make_schema
from graphql_api import pickles
from graphql_api.app import api_schema, create_core
from graphql_api.config import Settings
from graphql_api.execution.context import Context
from graphql_api.execution.private_names import core_schema
from graphql_api.jockeys.normalise import race_records
from graphql_api.process import tune_process

Case = Callable[[], Awaitable[object]]
UNCOMPRESSED = pickles.Limits(stored=2**25)
"""Lets 100,000 rows pass without compression, whose time is not what is measured."""
SLICE = 0.02
"""Seconds that one case runs in one round, or one call if that takes longer."""


def every_statistic() -> str:
    """Ask for all statistics that the schema has, each with all that it tells."""
    selections = {"summary": "summary(field: WIN_ODDS)"}
    types = core_schema(api_schema()).type_map
    asked = (
        f"{selections.get(name, name)} {_leaves(field.type)}" for name, field in types["Statistics"].fields.items()
    )
    return f"query Every($id: ID!) {{ jockey(id: $id) {{ records {{ statistics {{ {' '.join(asked)} }} }} }} }}"


def _leaves(kind: GraphQLOutputType) -> str:
    """Select all of an object that takes no argument; nothing of a value."""
    named: Any = get_named_type(kind)
    names = [name for name, field in getattr(named, "fields", {}).items() if not field.args]
    return f"{{ {' '.join(names)} }}" if names else ""


class Executor:
    """The engine of this API over a folder, without HTTP around it; ``projection_bytes`` 0 encodes each time."""

    def __init__(self, folder: Path, projection_bytes: int) -> None:
        """Wire what ``create_app`` wires, less the web."""
        self.core = create_core(
            Settings(data=str(folder), encoded_bytes=projection_bytes, log_level="ERROR", max_page=100_000)
        )

    async def __call__(self, document: str, variables: Mapping[str, Any]) -> list[bytes]:
        """Run the operation; give its chunks of JSON."""
        asked = self.core.documents.get(document)
        answer = await self.core.engine.execute(
            asked, None, variables, Context(self.core.services, settings=self.core.settings)
        )
        if answer.data is None or answer.errors:
            raise RuntimeError(f"The engine answers {answer.errors}")
        return answer.data

    def case(self, document: str, variables: Mapping[str, Any]) -> Case:
        """Bind the operation, to be run over and over."""
        return lambda: self(document, variables)


async def compare(cases: dict[str, Case], rounds: int) -> dict[str, float]:
    """Give each case's median time of one warm call, in milliseconds, over interleaved rounds."""
    for case in cases.values():
        await case()
    calls = {name: max(1, int(SLICE / await _timed(case, 1))) for name, case in cases.items()}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            times[name].append(await _timed(case, calls[name]))
    return {name: statistics.median(found) * 1000 for name, found in times.items()}


async def _timed(case: Case, calls: int) -> float:
    gc.collect()
    start = time.perf_counter()
    for _ in range(calls):
        await case()
    return (time.perf_counter() - start) / calls


def _sync(function: Callable[..., object], *arguments: object) -> Case:
    async def case() -> object:
        return function(*arguments)

    return case


def _plain_strawberry(rows: list[Row], workload: Workload) -> Case:
    plain, variables = make_schema(rows), dict(workload.variables)

    async def case() -> object:
        result = await plain.execute(workload.document, variable_values=variables)
        return json.dumps({"data": result.data})

    return case


async def _rows(executor: Executor) -> list[Row]:
    chunks = await executor(LARGE.document, LARGE.variables)
    return LARGE.takes({"data": json.loads(b"".join(chunks))})


async def encoding(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Compare ways to JSON bytes, for each list: this API's two, ready dicts, and plain Strawberry's."""
    fresh, cached = Executor(folder, 0), Executor(folder, 2**27)
    rows = await _rows(fresh)
    found = {}
    for each in (SMALL, MEDIUM, LARGE):
        cases = {
            "encoded each time": fresh.case(each.document, each.variables),
            "projection cached": cached.case(each.document, each.variables),
            "orjson of ready dicts": _sync(orjson.dumps, {"data": each.wanted(rows)}),
            "plain Strawberry": _plain_strawberry(rows, each),
        }
        found[each.name] = await compare(cases, rounds)
    return found


async def questions(folder: Path, rounds: int) -> dict[str, float]:
    """Compare filters and statistics of 10,000 rows with what their budget is told in: encoding all of them."""
    fresh = Executor(folder, 0)
    rows = await _rows(fresh)
    asked = {"all rows, encoded": LARGE, "filter": FILTER, "statistics by distance": STATISTICS}
    cases = {name: fresh.case(each.document, each.variables) for name, each in asked.items()}
    cases["every statistic of all rows"] = fresh.case(every_statistic(), {"id": LARGE_ID})
    for each in (FILTER, STATISTICS):
        cases[f"{each.name}, plain Strawberry"] = _plain_strawberry(rows, each)
    return await compare(cases, rounds)


async def growth(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Time all rows of jockeys of 1,000, 10,000 and 100,000 rows: loading, normalising, encoding."""
    executor = Executor(folder, 0)
    bodies = {jockey_id: _uncompressed(folder / data.file_name(jockey_id)) for jockey_id in ROWS}
    frames = {jockey_id: pickles.loads(body, UNCOMPRESSED) for jockey_id, body in bodies.items()}
    return {
        "load": await _grow(lambda each: _sync(pickles.loads, bodies[each], UNCOMPRESSED), rounds),
        "normalise": await _grow(lambda each: _sync(race_records, frames[each], each), rounds),
        "encode": await _grow(lambda each: executor.case(LARGE.document, {"id": each}), rounds),
    }


def _uncompressed(path: Path) -> bytes:
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


async def _grow(case: Callable[[str], Case], rounds: int) -> dict[str, float]:
    times = await compare({jockey_id: case(jockey_id) for jockey_id in ROWS}, rounds)
    return {str(ROWS[jockey_id]): spent for jockey_id, spent in times.items()}


async def loading(folder: Path, rounds: int) -> dict[str, float]:
    """Compare ``pickles.loads`` and ``race_records`` with ``pickle.loads`` on 10,000 rows (pandas imported before)."""
    body = (folder / f"{LARGE_ID}.pickle").read_bytes()
    frame = pickles.loads(body)
    pickle.loads(body)
    return await compare(
        {
            "pickle.loads": _sync(pickle.loads, body),
            "pickles.loads": _sync(pickles.loads, body),
            "race_records": _sync(race_records, frame, LARGE_ID),
        },
        rounds,
    )


async def memory(folder: Path) -> dict[str, float]:
    """Measure what 10,000 typed rows keep allocated, a row: as loaded, with their fragments, and as they estimate."""
    body = (folder / f"{LARGE_ID}.pickle").read_bytes()
    race_records(pickles.loads(body), LARGE_ID)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        records = race_records(pickles.loads(body), LARGE_ID)
        gc.collect()
        loaded = tracemalloc.get_traced_memory()[0] - before
        executor = Executor(folder, 0)
        await executor(LARGE.document, {"id": MEDIUM_ID})
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        chunks = await executor(LARGE.document, {"id": LARGE_ID})
        length = sum(map(len, chunks))
        del chunks
        gc.collect()
        served = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    rows = records.rows
    return {
        "records": loaded / rows,
        "records and fragments": served / rows,
        "estimated": records.nbytes / rows,
        "answer": length / rows,
    }


async def run(folder: Path, *, rounds: int) -> dict[str, Any]:
    """Run all parts."""
    return {
        "encoding_ms": await encoding(folder, rounds),
        "questions_ms": await questions(folder, rounds),
        "loading_ms": await loading(folder, rounds),
        "growth_ms": await growth(folder, max(3, rounds // 2)),
        "memory_bytes_a_row": await memory(folder),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds of each comparison")
    options = parser.parse_args()
    folder, _ = data.write_pickles()
    tune_process()  # as the server does; it serves all that is measured here alike
    found = asyncio.run(run(folder, rounds=options.rounds))
    Console(soft_wrap=True).print_json(json.dumps(found))


if __name__ == "__main__":
    main()
