"""Times of whole and of streamed replies of the Lambda function, side by side: ``python -m benchmarks.streaming``.

A stub of the Runtime API hands events in turn to two processes, of `reply=buffered` and `reply=stream`. Each time runs
from the last byte of an event to the last of its reply. Times of the processor are the processes' own.
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql_api import samples

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
MODULES = {
    "whole": ["awslambdaric", "handler.handler"],
    "streamed": ["graphql_api.functions.runtime", "stream_handler.handler"],
}
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

    def ask(self, path: str) -> tuple[float, int]:
        """Hand out an event; return the seconds until its reply is complete, and the bytes of the reply."""
        while self.waiting is None:
            self._serve()
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
        size = 0
        while size == 0:
            size = self._serve()
        return time.perf_counter() - begun, size

    def _serve(self) -> int:
        """Take one request of the process; return the bytes of a reply, else 0."""
        readable, _, _ = select.select([self.listener, *self.connections], [], [], 60)
        for each in readable:
            if each is self.listener:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections.append(connection)
            elif size := self._take(each):
                return size
        return 0

    def _take(self, connection: socket.socket) -> int:
        """Read a request into one buffer, as a stub that is slow to read would be measured itself."""
        held = self.buffer
        size = connection.recv_into(held)
        if not size:
            self.connections.remove(connection)
            connection.close()
            return 0
        while (at := held.find(b"\r\n\r\n", 0, size)) < 0:
            size += connection.recv_into(memoryview(held)[size:])
        head = bytes(held[:at]).lower()
        if head.startswith(b"get "):
            self.waiting = connection
            return 0
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
        return size


@dataclass
class Running:
    """A function and its Runtime API."""

    api: Api
    process: "subprocess.Popen[bytes]"

    def processor_seconds(self) -> float:
        """Return the time of the processor that it has used."""
        parts = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / TICKS


@contextmanager
def running(name: str, data: Path) -> Iterator[Running]:
    """Run a function over a folder."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        environ = {"AWS_LAMBDA_RUNTIME_API": address, "JOCKEY_DATA": str(data), "JOCKEY_STAGE": "dev"}
        command = [sys.executable, "-m", *MODULES[name]]
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield Running(Api(listener), process)
        finally:
            process.kill()
            process.wait()


def measure(functions: dict[str, Running], path: str, times: int) -> dict[str, dict[str, float]]:
    """Ask each function in turn; return medians and means in milliseconds."""
    for each in functions.values():
        for _ in range(50):
            each.api.ask(path)
    before = {name: each.processor_seconds() for name, each in functions.items()}
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    sizes = dict.fromkeys(functions, 0)
    for _ in range(times):
        for name, each in functions.items():
            spent, sizes[name] = each.api.ask(path)
            seconds[name].append(spent)
    return {
        name: {
            "bytes": sizes[name],
            "p50 ms": 1000 * statistics.median(seconds[name]),
            "processor ms": 1000 * (each.processor_seconds() - before[name]) / times,
        }
        for name, each in functions.items()
    }


def main() -> None:
    """Measure a small answer, and one of half a megabyte."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=400)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        samples.write(data, jockeys=2, rows=1_000, seed=1)
        with running("whole", data) as whole, running("streamed", data) as streamed:
            functions = {"whole": whole, "streamed": streamed}
            for path in ("/health", "/api/jockey/00001"):
                found = measure(functions, path, times)
                for name, values in found.items():
                    told = "  ".join(f"{label} {value:,.2f}" for label, value in values.items())
                    sys.stdout.write(f"{path:20} {name:9} {told}\n")
                for label in ("p50 ms", "processor ms"):
                    ratio = found["streamed"][label] / found["whole"][label]
                    sys.stdout.write(f"{path:20} streamed/whole {label}: {ratio:.2f}\n")


if __name__ == "__main__":
    main()
