"""Times of whole and of streamed replies of the Lambda function, side by side: ``python -m benchmarks.streaming``.

A stub of the Runtime API hands events in turn to three processes: the application behind Mangum alone, `reply=buffered`
and `reply=stream`. Each time runs from the last byte of an event to the last of its reply; that of a start, until the
process asks for its first event. Times of the processor are the processes' own.
"""

import argparse
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql_api import samples

ROOT = Path(__file__).parent.parent
MODULES = {
    "mangum": ["awslambdaric", "benchmarks.plain_mangum.handler"],
    "whole": ["awslambdaric", "handler.handler"],
    "streamed": ["graphql_api.functions.runtime", "stream_handler.handler"],
}
AS_ON_LAMBDA = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
"""It tells AWS's client to write replies as UTF-8, as it does for the Python of the image."""

RUN = 10
"""Events that a function gets one after the other, before it is the next one's turn."""

LABELS = ("ms", "processor ms")
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
DOMAIN = "abcdefghij.lambda-url.ap-northeast-1.on.aws"


def event(path: str) -> dict[str, Any]:
    """Return the event of a GET by a Function URL."""
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "benchmark"}
    context = {"domainName": DOMAIN, "http": http, "requestId": "1", "stage": "$default", "timeEpoch": 0}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "isBase64Encoded": False,
        "headers": {"host": DOMAIN},
        "requestContext": context,
    }


@dataclass
class Api:
    """The Runtime API of one process, which has two connections to it at most: what it asks, and what it answers."""

    listener: socket.socket
    connections: list[socket.socket] = field(default_factory=list)
    waiting: socket.socket | None = None
    buffer: bytearray = field(default_factory=lambda: bytearray(2**21))

    def wait(self) -> None:
        """Serve until the process asks for an event."""
        while self.waiting is None:
            self._serve()

    def ask(self, path: str) -> float:
        """Hand out an event; return the seconds until its reply is complete."""
        self.wait()
        body = json.dumps(event(path)).encode()
        deadline = round((time.time() + 900) * 1000)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 1-2-3\r\n"
            f"Lambda-Runtime-Deadline-Ms: {deadline}\r\nLambda-Runtime-Invoked-Function-Arn: arn\r\n"
            f"Lambda-Runtime-Trace-Id: Root=1\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        asking, self.waiting = self.waiting, None
        begun = time.perf_counter()
        asking.sendall(head.encode() + body)
        while not self._serve():
            pass
        return time.perf_counter() - begun

    def _serve(self) -> bool:
        """Take what the process sends; return whether it was a reply."""
        readable, _, _ = select.select([self.listener, *self.connections], [], [], 60)
        for each in readable:
            if each is self.listener:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections.append(connection)
            elif self._take(each):
                return True
        return False

    def _take(self, connection: socket.socket) -> bool:
        """Read a request into one buffer, as a stub that is slow to read would be measured itself."""
        held = self.buffer
        size = connection.recv_into(held)
        if not size:
            self.connections.remove(connection)
            connection.close()
            return False
        while (at := held.find(b"\r\n\r\n", 0, size)) < 0:
            size += connection.recv_into(memoryview(held)[size:])
        head = bytes(held[:at]).lower()
        if head.startswith(b"get "):
            self.waiting = connection
            return False
        if b"chunked" in head:
            while held[size - 7 : size] != b"\r\n0\r\n\r\n":
                size += connection.recv_into(memoryview(held)[size:])
        else:
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            if b"100-continue" in head:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            while size < at + 4 + length:
                size += connection.recv_into(memoryview(held)[size:])
        connection.sendall(ACCEPTED)
        return True


@dataclass
class Running:
    """A function and its Runtime API."""

    api: Api
    process: "subprocess.Popen[bytes]"

    def processor_seconds(self) -> float:
        """Return the time of the processor that its threads have used."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


@contextmanager
def running(name: str, data: Path) -> Iterator[Running]:
    """Run a function over a folder."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        own = {"AWS_LAMBDA_RUNTIME_API": address, "JOCKEY_DATA": str(data), "JOCKEY_STAGE": "dev"}
        command = [sys.executable, "-m", *MODULES[name]]
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env={**os.environ, **AS_ON_LAMBDA, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Running(Api(listener), process)
        finally:
            process.kill()
            process.wait()


def measure(functions: dict[str, Running], path: str, times: int) -> dict[str, dict[str, float]]:
    """Ask each function in turn, some times each, as to read its processor's time is a pause; return medians."""
    for each in functions.values():
        for _ in range(50):
            each.api.ask(path)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in functions}
    for _ in range(times // RUN):
        for name, each in functions.items():
            each.api.wait()
            before = each.processor_seconds()
            seconds = [each.api.ask(path) for _ in range(RUN)]
            each.api.wait()
            spent = (each.processor_seconds() - before) / RUN
            found[name].append((statistics.median(seconds), spent))
    return medians(found)


def medians(found: dict[str, list[tuple[float, float]]]) -> dict[str, dict[str, float]]:
    """Return the medians of seconds, and of seconds of the processor, in milliseconds."""
    return {
        name: {
            label: 1000 * statistics.median(each)
            for label, each in zip(LABELS, zip(*measured, strict=True), strict=True)
        }
        for name, measured in found.items()
    }


def measure_starts(data: Path, times: int) -> dict[str, dict[str, float]]:
    """Start each function in turn; return medians in milliseconds."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in MODULES}
    for _ in range(times):
        for name in MODULES:
            begun = time.perf_counter()
            with running(name, data) as started:
                started.api.wait()
                found[name].append((time.perf_counter() - begun, started.processor_seconds()))
    return medians(found)


def tell(what: str, found: dict[str, dict[str, float]]) -> None:
    """Write what was measured, and how the streamed replies compare."""
    for name, values in found.items():
        told = "  ".join(f"{label} {value:,.2f}" for label, value in values.items())
        sys.stdout.write(f"{what:20} {name:9} {told}\n")
    for name in ("mangum", "whole"):
        ratios = "  ".join(f"{label} {found['streamed'][label] / found[name][label]:.2f}" for label in LABELS)
        sys.stdout.write(f"{what:20} streamed/{name}: {ratios}\n")


def main() -> None:
    """Measure a small answer, one of half a megabyte, and starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=400)
    parser.add_argument("--starts", type=int, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder)
        samples.write(data, jockeys=2, rows=1_000, seed=1)
        if chosen.starts:
            tell("start", measure_starts(data, chosen.starts))
        functions = {name: stack.enter_context(running(name, data)) for name in MODULES}
        for path in ("/health", "/api/jockey/00001"):
            tell(path, measure(functions, path, chosen.times))


if __name__ == "__main__":
    main()
