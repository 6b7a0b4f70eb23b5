"""Starts and stops the measured servers, each a single process on 127.0.0.1, and reads their memory."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Set
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks import catalogue, load
from benchmarks.cores import ONE, on
from benchmarks.dialects import same
from benchmarks.environments import ROOT, Unavailable
from benchmarks.operations import Row, Workload

START_LIMIT = 60.0
"""Seconds a server may take until its first answer."""
QUIET = {"JOCKEY_LOG_LEVEL": "WARNING", "RUST_LOG": "warn", "NODE_ENV": "production", "PYTHONUNBUFFERED": "1"}
"""Nobody writes an access log."""


def free_port() -> int:
    """Find a port whose two neighbours are free too (ROAPI opens three)."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        try:
            for neighbour in (port + 1, port + 2):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", neighbour))
        except OSError:
            continue
        return port


class Running:
    """A started server. ``started`` is the ``time.perf_counter`` just before its process was made."""

    def __init__(
        self,
        name: str,
        command: Callable[[int, Path], list[str]],
        data: Path,
        logs: Path,
        cores: Set[int] = ONE,
    ) -> None:
        """Start the process on ``cores``. Raises ``Unavailable`` if its environment cannot be made."""
        self.name, self.port = name, free_port()
        arguments = command(self.port, data)
        self._log = logs / f"{name}.log"
        with self._log.open("wb") as output, on(cores):
            self.started = time.perf_counter()
            self._process = subprocess.Popen(  # noqa: S603
                arguments, cwd=ROOT, env={**os.environ, **QUIET}, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        """Return the process's id."""
        return self._process.pid

    def __enter__(self) -> Self:
        """Stop the process when the block ends."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the process."""
        self.stop()

    def stop(self) -> None:
        """End the process and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def first_answer(self, request: bytes) -> float:
        """Ask until the server answers; give the seconds since its start. Raises ``Unavailable``."""
        while True:
            try:
                load.fetch(self.port, request)
            except (OSError, load.LoadError) as error:
                spent = time.perf_counter() - self.started
                if self._process.poll() is not None or spent > START_LIMIT:
                    lines = self._log.read_text(errors="replace").strip().splitlines() or [str(error)]
                    raise Unavailable(f"does not start: {lines[-1]}") from error
                time.sleep(0.005)
            else:
                return time.perf_counter() - self.started

    def peak_memory(self) -> int | None:
        """Give the most memory the process has held, in bytes; None where the system does not tell (not Linux)."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


def check(server: catalogue.Server, running: Running, workload: Workload, wanted: list[Row]) -> None:
    """Prove that a server gives the rows ``wanted``. Raises ``Unavailable``."""
    try:
        answer = load.fetch(running.port, server.asks(workload))
    except (OSError, load.LoadError) as error:
        raise Unavailable(f"does not answer {workload.name}: {error}") from error
    try:
        found = [same(row, workload.fields) for row in server.takes(workload, json.loads(answer))]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"answers {workload.name} otherwise than expected: {answer[:200]!r}") from error
    wanted = [same(row, workload.fields) for row in wanted]
    if found != wanted:
        where = next(
            (pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1]), (len(found), len(wanted))
        )
        raise Unavailable(f"answers {workload.name} with other data: {where[0]} in place of {where[1]}")


def this_server(port: int, data: Path) -> list[str]:
    """Run this project's own server; one page may be as long as the longest list that is asked for."""
    program = Path(sys.executable).with_name("graphql-api")
    return [
        "env",
        "JOCKEY_MAX_PAGE=100000",
        str(program),
        "serve",
        "--data",
        str(data),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
