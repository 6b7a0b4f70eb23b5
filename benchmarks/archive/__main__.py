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
from benchmarks.archive.contender import CONTENDERS, write_lite
from benchmarks.environments import ROOT, Unavailable, python

TARGETS = {"api": 1.5, "api by HTTP": 2.0}
"""The API may take so many times as long as DuckDB itself in process: planning and JSON are in its time."""


def main() -> None:
    """Measure, and print tables in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive")
    parser.add_argument("folder", nargs="?", type=Path, help="indexed files of data.py; else they are made")
    parser.add_argument("--years", type=int, default=21, help="57,600 rides a year and circuit")
    parser.add_argument("--circuits", type=int, default=1, help="ten are more than the JRA and all of NAR")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=CONTENDERS, help="contenders, api and duckdb among them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archive-bench-") as made:
        folder = options.folder or Path(made)
        if options.folder is None:
            build(folder, options.years, options.circuits)
        lite = Path(made, "rides.sqlite")
        names = options.only or list(CONTENDERS)
        if {"sqlite", "datasette"} & set(names):
            write_lite(folder, lite)
        report({name: measured(name, folder, lite, options.rounds) for name in names})


def build(folder: Path, years: int, circuits: int) -> None:
    """Write the files, and index them."""
    rides = data.write(folder, years, circuits)
    begun = time.monotonic()
    before = os.times().children_user + os.times().children_system
    subprocess.run([sys.executable, "-m", "graphql_api", "index", "--data", str(folder)], check=True, cwd=ROOT)
    taken = os.times().children_user + os.times().children_system - before
    size = sum(path.stat().st_size for path in (folder / "rides").iterdir()) / 2**20
    print(
        f"Built {rides:,} rides: {rides / taken:,.0f} a second of processor ({taken:.0f} s, "
        f"{time.monotonic() - begun:.0f} s wall), {size:.0f} MB\n"
    )


def measured(name: str, folder: Path, lite: Path, rounds: int) -> dict[str, Any] | None:
    """Run one contender; None where it cannot be installed here."""
    try:
        interpreter = python("polars" if name == "polars" else "project")
    except Unavailable as error:
        print(f"{name} is left out: {error}\n")
        return None
    flags = [str(folder), str(lite), "--rounds", str(rounds)]
    command = [str(interpreter), "-m", "benchmarks.archive.contender", name, *flags]
    environ = {**os.environ, "POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environ)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(found: dict[str, dict[str, Any] | None]) -> None:
    """Print processor times, and whether all gave the same rows."""
    names = [name for name, each in found.items() if each]
    ratios = [name for name in TARGETS if name in names]
    titles = [*names, *(f"{name} ÷ duckdb" for name in ratios), "same rows"]
    print("| question, ms of processor | " + " | ".join(titles) + " |")
    print("|---|" + "---|" * len(titles))
    answers = {name: each["answers"] for name, each in found.items() if each}
    for place, reference in enumerate(answers["duckdb"]):
        own = {name: each[place] for name, each in answers.items()}
        times = ["–" if each["ms"] is None else f"{each['ms']:.1f}" for each in own.values()]
        told = [_ratio(own[name]["ms"] / reference["ms"], TARGETS[name]) for name in ratios]
        others = [name for name, each in own.items() if each["rows"] not in (None, reference["rows"])]
        row = [reference["question"], *times, *told, "not " + ", ".join(others) if others else "yes"]
        print("| " + " | ".join(row) + " |")
    peaks = [str(each["peak_mb"]) for each in found.values() if each]
    print("| peak memory, MB | " + " | ".join(peaks) + " |" + " |" * (len(ratios) + 1))


def _ratio(ratio: float, target: float) -> str:
    return f"{ratio:.2f}" + (" !" if ratio > target else "")


if __name__ == "__main__":
    main()
