"""Measure forecasts, and hold them to the bars of a real season: ``python -m benchmarks.forecasts FOLDER``.

It prints the processor time and the memory of each step on an indexed folder; the data of ``benchmarks.archive.data``
have 1.2 million rides. ``--season`` checks the figures of an indexed folder with the files of one season of JRA.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.environments import ROOT

STEPS = ("features", "train", "evaluate", "predict", "publish", "report")

BARS = {
    "log_loss": (2.05, 2.13),
    "market_log_loss": (1.85, 1.93),
    "difference": (0.15, 0.27),
    "calibration_error": (0.0, 0.011),
    "top1": (0.25, 0.33),
    "ndcg3": (0.44, 0.52),
}
"""Where an honest model without odds lay on JRA's season of 2024, July to December. A lower loss is a leak."""


def main() -> int:
    """Measure or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecasts")
    parser.add_argument("folder", type=Path, help="an indexed folder")
    parser.add_argument("--season", action="store_true", help="check the bars of a real season")
    options = parser.parse_args()
    return season(options.folder) if options.season else steps(options.folder)


def steps(folder: Path) -> int:
    """Print what each step takes."""
    print("| step | CPU s | wall s | peak MB so far | result |")
    print("|---|---|---|---|---|")
    for step in STEPS:
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        told = answered(folder, step)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        peak = after.ru_maxrss / 1024
        result = json.dumps({name: value for name, value in told.items() if isinstance(value, int | float | str)})
        print(f"| {step} | {used:.0f} | {time.monotonic() - begun:.0f} | {peak:,.0f} | {result} |", flush=True)
    return 0


def season(folder: Path) -> int:
    """Check the bars."""
    answered(folder, "train")
    summary = answered(folder, "evaluate", "--model", "candidate")["summary"]
    failed = 0
    for name, (low, high) in BARS.items():
        is_met = low <= summary[name] <= high
        failed += not is_met
        print(f"{name}: {summary[name]:.4f} {'within' if is_met else 'NOT WITHIN'} {low} to {high}")
    return 1 if failed else 0


def answered(folder: Path, *arguments: str) -> Any:
    """Run a command of forecasts, and return what it prints as JSON."""
    command = [sys.executable, "-m", "graphql_api", "forecast", *arguments, "--data", str(folder), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
