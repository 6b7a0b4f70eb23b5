"""Cold start and memory: each server alone, started afresh, asked first little and then much."""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.catalogue import Server
from benchmarks.cores import EVERY
from benchmarks.environments import ROOT
from benchmarks.operations import LARGE, SMALL
from benchmarks.servers import Running


def start(server: Server, data: Path, logs: Path, repeats: int) -> dict[str, Any]:
    """Give the medians of: process start to first (small) answer, then the first large one; and the peak memory."""
    runs = [_start_once(server, data, logs) for _ in range(repeats)]
    first, large, memory = zip(*runs, strict=True)
    peaks = [each for each in memory if each is not None]
    return {
        "first_answer_s": statistics.median(first),
        "first_large_s": statistics.median(large),
        "peak_memory_bytes": statistics.median(peaks) if peaks else None,
    }


def _start_once(server: Server, data: Path, logs: Path) -> tuple[float, float, int | None]:
    with Running(f"{server.name}-cold", server.command, data, logs, EVERY) as running:
        first = running.first_answer(server.asks(SMALL))
        asked = time.perf_counter()
        load.fetch(running.port, server.asks(LARGE))
        large = time.perf_counter() - asked
        load.fetch(running.port, server.asks(LARGE))
        return first, large, running.peak_memory()


def import_time(module: str, data: Path, repeats: int) -> dict[str, Any]:
    """Time an import in fresh interpreters, with bytecode (``-X importtime``): in all, and its heaviest packages."""
    runs = [_import_once(module, data) for _ in range(repeats + 1)][1:]
    totals = [total for total, _ in runs]
    return {"module": module, "total_ms": statistics.median(totals), "heaviest": runs[-1][1]}


def _import_once(module: str, data: Path) -> tuple[float, dict[str, float]]:
    environment = {**os.environ, "JOCKEY_DATA": str(data)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = re.findall(r"import time:\s+\d+ \|\s+(\d+) \| (\s*)(\S+)", done.stderr)
    total = next(int(spent) for spent, _, name in reversed(found) if name == module)
    packages = {name: int(spent) / 1000 for spent, _, name in found if "." not in name and name != module}
    heaviest = dict(sorted(packages.items(), key=lambda item: -item[1])[:8])
    return total / 1000, heaviest
