"""What the queries of the documentation read on Athena, by the sizes of the columns in an archive's Parquet files.

``python -m benchmarks.archive.athena_bytes FOLDER``, a folder that ``graphql-api index`` has written to. Athena bills
the compressed bytes of the columns that a query names, in the files whose years its filter leaves. This counts all
files, and the rides as often as the text reads them, so that it tells the most.
"""

import sys
from collections import Counter
from math import ceil
from pathlib import Path

import sqlglot
from pyarrow import parquet as pq
from sqlglot import exp

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support"), str(ROOT / "tests" / "archive")]

from athenas import athena_client, athena_of, questions, say_published  # noqa: E402

from graphql_api.storage.folder import FolderStorage  # noqa: E402

LEAST = 10
"""Megabytes that Athena bills at least for a query; more is rounded up."""

USD_PER_MEGABYTE = 5 / 1e6
SIZES = (1_200_000, 12_000_000)


def column_bytes(folder: Path) -> tuple[Counter[str], int]:
    """Add up the compressed bytes of each column of all files of rides, and the rows."""
    found: Counter[str] = Counter()
    rows = 0
    for path in (folder / "rides").glob("2*.parquet"):
        metadata = pq.ParquetFile(path).metadata
        rows += metadata.num_rows
        for group in range(metadata.num_row_groups):
            for place in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(place)
                found[chunk.path_in_schema.partition(".")[0]] += chunk.total_compressed_size
    return found, rows


def bytes_of(text: str, columns: Counter[str]) -> int:
    """Count what a text reads at most."""
    parsed = sqlglot.parse_one(text, read="athena")
    named = {each.name for each in parsed.find_all(exp.Column)}
    uses = Counter(each.name for each in parsed.find_all(exp.Table))
    return sum(size for name, size in columns.items() if name in named) * (uses["picked"] or uses["rides"])


def main(folder: Path) -> None:
    """Write a line for each query."""
    columns, rows = column_bytes(folder)
    print(f"{rows:,} rides, {sum(columns.values()) / rows:.0f} bytes each")
    say_published(FolderStorage(folder))
    with athena_of(folder) as (athena, _), athena_client(folder, JOCKEY_LOG_LEVEL="ERROR") as client:
        for name, query in questions().items():
            before = len(athena.asked)
            client.post("/graphql", json={"query": query}).raise_for_status()
            each = [bytes_of(text, columns) / rows for text in athena.asked[before:]]
            cells = []
            for size in SIZES:
                billed = sum(max(LEAST, ceil(value * size / 1e6)) for value in each)
                cells.append(f"{sum(each) * size / 1e6:.0f} MB, {1_000 * billed * USD_PER_MEGABYTE:.2f} USD")
            print(f"| `{name}` | {len(each)} | {sum(each):.1f} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
