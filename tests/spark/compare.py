"""Asks Spark what ``ask.py`` wrote, over the files that the Iceberg tables name, and compares the rows with DuckDB's.

Runs in an environment that has PySpark and nothing else. Numbers may differ in their last digits, since Spark adds in
an order of its own; and lists that are put together of rows, in their order and in null, which Spark leaves out.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

TABLES = ("rides", "jockeys", "horses")


def session(folder: Path) -> SparkSession:
    """Start Spark in this process, with one thread and nothing left behind."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",  # the rows are few: to compile takes longer than to interpret
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[1]").appName("archive")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def plain(value: Any) -> Any:
    """Give a value as JSON has it; of a list, its known items in one order."""
    if isinstance(value, str) and value.startswith("["):
        return sorted((each for each in json.loads(value) if each is not None), key=str)
    return value.isoformat() if hasattr(value, "isoformat") else value


def same(left: Any, right: Any) -> bool:
    """Say whether two values are equal, but for the last digits of a number."""
    if isinstance(left, float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-9)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def rows_of(rows: Any, *, ordered: bool) -> list[list[Any]]:
    """Give rows in their order, or where the statement orders none, in one order."""
    read = [[plain(value) for value in row] for row in rows]
    return read if ordered else sorted(read, key=str)


def answer(spark: SparkSession, text: str, *, ordered: bool) -> list[Any]:
    """Ask Spark; a text that it refuses gives the refusal."""
    try:
        return rows_of(spark.sql(text).collect(), ordered=ordered)
    except Exception as error:  # noqa: BLE001 - all that are refused are told
        return [str(error)]


def main(out: Path) -> int:
    """Compare, and tell; give the exit code."""
    told = json.loads((out / "cases.json").read_text(encoding="utf-8"))
    spark = session(out)
    for name in TABLES:
        spark.read.parquet(*told["files"][name]).createOrReplaceTempView(name)
    failed = 0
    for case in told["cases"]:
        expected = rows_of(case["rows"], ordered=case["ordered"])
        found = answer(spark, case["text"], ordered=case["ordered"])
        if not same(found, expected):
            failed += 1
            print(f"{case['question']}: {case['text']}\n  Spark  {found[:5]}\n  DuckDB {expected[:5]}")  # noqa: T201
    spark.stop()
    questions = {case["question"] for case in told["cases"]}
    print(f"Spark answered {len(questions)} questions by {len(told['cases'])} statements.")  # noqa: T201
    print(f"{len(told['cases']) - failed} passed, {failed} failed")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
