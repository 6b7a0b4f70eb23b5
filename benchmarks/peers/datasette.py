"""Datasette with datasette-graphql over an immutable SQLite file, limits raised so that 10,000 rows pass."""

import json
import sqlite3
import tempfile
from pathlib import Path

from datasette.app import Datasette

from benchmarks.operations import FIELDS
from benchmarks.peers import common

SQL_TYPES = {"Int": "INTEGER", "Float": "REAL"}
LIMITS = {"plugins": {"datasette-graphql": {"time_limit_ms": 600_000}}}


def make_database(data: Path, path: Path) -> None:
    """Write the rows to a table; SQLite has no list type, so lists are JSON text."""
    rows = common.load_rows(data)
    for row in rows:
        row["cornerPositions"] = row["cornerPositions"] and json.dumps(row["cornerPositions"])
    columns = ", ".join(f'"{name}" {SQL_TYPES.get(kind, "TEXT")}' for name, kind in FIELDS.items())
    database = sqlite3.connect(path)
    with database:
        database.execute(f"CREATE TABLE records ({columns})")
        names = ", ".join(f":{name}" for name in FIELDS)
        database.executemany(f"INSERT INTO records VALUES ({names})", rows)  # noqa: S608
    database.close()


if __name__ == "__main__":
    options = common.arguments()
    with tempfile.TemporaryDirectory() as folder:
        make_database(options.data, Path(folder, "bench.db"))
        settings = {"max_returned_rows": 100_000, "sql_time_limit_ms": 600_000}
        served = Datasette(immutables=[f"{folder}/bench.db"], metadata=LIMITS, settings=settings)
        common.serve(served.app(), options.port)
