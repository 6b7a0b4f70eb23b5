"""Makes the data: pickles of generated careers, and the same typed rows for the peers, taken from this API's answer."""

import json
import shutil
from pathlib import Path

from benchmarks import load
from benchmarks.dialects import request
from benchmarks.environments import HERE, Unavailable
from benchmarks.operations import HUGE_ID, LARGE, LARGE_ID, ROWS, WORKLOADS, Row, Workload, sdl
from benchmarks.peers.common import enum_values

FOLDER = HERE / ".data"
SEED = 7


def write_pickles() -> tuple[Path, Path]:
    """Write a pickle for each jockey of ``ROWS``; give their folder, and one that holds but the large jockey."""
    every, large = FOLDER / "jockeys", FOLDER / "large"
    for folder in (every, large):
        folder.mkdir(parents=True, exist_ok=True)
    for jockey_id, rows in ROWS.items():
        path = every / file_name(jockey_id)
        if not path.exists():
            from graphql_api.samples import frame

            frame(jockey_id, rows, SEED).to_pickle(path)
    shutil.copy(every / file_name(LARGE_ID), large)
    return every, large


def file_name(jockey_id: str) -> str:
    """Name a jockey's file; the largest is compressed, since uncompressed it would pass the limit on files."""
    return f"{jockey_id}.pickle.gz" if jockey_id == HUGE_ID else f"{jockey_id}.pickle"


def write_peer_data(port: int) -> list[Row]:
    """Ask this server for the large jockey and write its rows for the peers; give the rows."""
    answer = json.loads(load.fetch(port, request(LARGE)))
    if "errors" in answer:
        raise Unavailable(f"this server answers {answer['errors'][0]['message']}")
    rows = LARGE.takes(answer)
    (FOLDER / "rows.json").write_text(json.dumps(rows, ensure_ascii=False))
    (FOLDER / "schema.graphql").write_text(sdl(enum_values(rows)))
    return rows


def wanted(rows: list[Row]) -> dict[Workload, list[Row]]:
    """Make the right answers out of all rows, in plain Python: every server, this one too, has to give these."""
    found = {workload: workload.wanted(rows) for workload in WORKLOADS}
    for workload, answer in found.items():
        if len(answer) != workload.rows:
            raise Unavailable(f"{workload.name} has {len(answer)} rows; its title says {workload.rows}")
    return found
