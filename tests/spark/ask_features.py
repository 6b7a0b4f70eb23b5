"""Writes the features of forecasts as DuckDB computes them, the same text for Spark, and the rides that both read.

Runs in the environment of development; ``compare_features.py`` takes what it writes, in Spark's own.
"""

import json
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support"), str(ROOT / "tests" / "archive")]

import sqlglot  # noqa: E402
from archives import refreshed  # noqa: E402

from forecasts import world  # noqa: E402
from graphql_api import logs, samples  # noqa: E402
from graphql_api.archive.duck import connect  # noqa: E402
from graphql_api.forecasts.rides import COLUMNS, FEATURES_SQL  # noqa: E402
from graphql_api.storage.folder import FolderStorage  # noqa: E402

ORDER = "ORDER BY date, race_id, horse_number, jockey_id"


def main(out: Path) -> None:
    """Write the rides of sample files and of a world of whole races, and their features."""
    (out / "samples").mkdir()
    samples.write(out / "samples", jockeys=6, rows=300, seed=1)
    refreshed(FolderStorage(out / "samples"))
    (out / "world").mkdir()
    world.write_archive(out / "world", world.rides(weeks=20, races=4, runners=6))
    files = [str(path) for name in ("samples", "world") for path in sorted((out / name / "rides").glob("2*.parquet"))]
    connection = connect(None)
    names = ", ".join(COLUMNS)
    path = out / "features.parquet"
    connection.execute(f"COPY (SELECT {names} FROM read_parquet({files})) TO '{path}' (FORMAT parquet)")
    connection.execute(f"CREATE VIEW rides AS FROM read_parquet('{path}')")
    text = f"SELECT * FROM ({FEATURES_SQL}) {ORDER}"
    answer = connection.execute(text)
    told = {
        "file": str(path),
        "text": sqlglot.transpile(text, read="duckdb", write="spark")[0],
        "names": [column[0] for column in answer.description],
        "rows": answer.fetchall(),
    }
    (out / "features.json").write_text(json.dumps(told, default=date.isoformat, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    logs.configure("ERROR")
    main(Path(sys.argv[1]).resolve())
