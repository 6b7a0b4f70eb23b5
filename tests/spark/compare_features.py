"""Computes the features of forecasts by Spark, and compares them with DuckDB's to the bit.

Runs in an environment that has PySpark and nothing else.
"""

import json
import sys
from pathlib import Path
from typing import Any

from compare import session


def plain(value: Any) -> Any:
    """Give a value as JSON has it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def main(out: Path) -> int:
    """Compare, and tell; give the exit code."""
    told = json.loads((out / "features.json").read_text(encoding="utf-8"))
    spark = session(out)
    spark.read.parquet(told["file"]).createOrReplaceTempView("rides")
    rows = [[plain(value) for value in row] for row in spark.sql(told["text"]).collect()]
    spark.stop()
    differing: dict[str, Any] = {}
    for found, expected in zip(rows, told["rows"], strict=True):
        for name, left, right in zip(told["names"], found, expected, strict=True):
            if left != right:
                differing.setdefault(name, (left, right))
    for name, (left, right) in differing.items():
        print(f"{name}: Spark {left!r}, DuckDB {right!r}")  # noqa: T201
    columns = len(told["names"])
    print(f"Spark computed {columns} columns of {len(rows):,} runners; {len(differing)} differ.")  # noqa: T201
    return 1 if differing or not rows else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
