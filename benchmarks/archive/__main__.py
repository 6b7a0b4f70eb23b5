"""Measure the archive: ``python -m benchmarks.archive [FOLDER]`` makes the data, builds, asks everyone, and tells."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.archive import data
from benchmarks.archive.contender import CONTENDERS
from benchmarks.environments import ROOT, Unavailable, python

ENVIRONMENTS = {"api": "project", "duckdb": "project", "sqlite": "project", "polars": "polars"}
TARGET = 1.5
"""The API in process may take so many times as long as DuckDB itself: planning and JSON are in its time."""


def main() -> None:
    """Measure, and print tables in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive")
    parser.add_argument("folder", nargs="?", type=Path, help="indexed files of data.py; else they are made")
    parser.add_argument("--years", type=int, default=21, help="57,600 rides a year")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archive-bench-") as made:
        folder = options.folder or Path(made)
        if options.folder is None:
            build(folder, options.years)
        report({name: measured(name, folder, options.rounds) for name in CONTENDERS})


def build(folder: Path, years: int) -> None:
    """Write the files, and index them."""
    rides = data.write(folder, years)
    begun = time.monotonic()
    before = os.times().children_user + os.times().children_system
    subprocess.run([sys.executable, "-m", "graphql_api", "index", "--data", str(folder)], check=True, cwd=ROOT)
    taken = os.times().children_user + os.times().children_system - before
    size = sum(path.stat().st_size for path in (folder / "rides").iterdir()) / 2**20
    print(
        f"Built {rides:,} rides: {rides / taken:,.0f} a second of processor ({taken:.0f} s, "
        f"{time.monotonic() - begun:.0f} s wall), {size:.0f} MB\n"
    )


def measured(name: str, folder: Path, rounds: int) -> dict[str, Any] | None:
    """Run one contender; None where it cannot be installed here."""
    try:
        interpreter = python(ENVIRONMENTS[name])
    except Unavailable as error:
        print(f"{name} is left out: {error}\n")
        return None
    command = [str(interpreter), "-m", "benchmarks.archive.contender", name, str(folder), "--rounds", str(rounds)]
    environ = {**os.environ, "POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environ)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(found: dict[str, dict[str, Any] | None]) -> None:
    """Print processor times, and whether all gave the same rows."""
    names = [name for name, each in found.items() if each]
    print("| question, ms of processor | " + " | ".join(names) + " | api ÷ duckdb | same rows |")
    print("|---|" + "---|" * (len(names) + 2))
    answers = {name: each["answers"] for name, each in found.items() if each}
    for place, ours in enumerate(answers["api"]):
        own = {name: each[place] for name, each in answers.items()}
        times = ["–" if each["ms"] is None else f"{each['ms']:.1f}" for each in own.values()]
        ratio = ours["ms"] / own["duckdb"]["ms"]
        same = all(each["rows"] in (None, ours["rows"]) for each in own.values())
        mark = "" if ratio <= TARGET else " !"
        row = [ours["question"], *times, f"{ratio:.2f}{mark}", "yes" if same else "NO"]
        print("| " + " | ".join(row) + " |")
    peaks = [str(each["peak_mb"]) for each in found.values() if each]
    print("| peak memory, MB | " + " | ".join(peaks) + " | | |")


if __name__ == "__main__":
    main()
