"""A plain server of a test's own, and connections on which requests are sent as they are."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fakes import PATIENCE


def written(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Write a request."""
    fields = {"host": "localhost", "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """A connection on which requests are sent as they are, and answers read one by one."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes at once."""
        self.socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Read one answer."""
        status = int(self.file.readline().split()[1])
        lines = iter(self.file.readline, b"\r\n")
        headers = dict(line.decode("latin-1").strip().split(": ", 1) for line in lines)
        return status, headers, self.file.read(int(headers.get("content-length", 0)))

    def ask(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send a request and read its answer."""
        self.send(data)
        return self.answer()

    def make_known(self, data: bytes) -> bytes:
        """Send a request until it is one that is not parsed any more; give the body of its answers."""
        bodies = {self.ask(data)[2] for _ in range(4)}
        assert len(bodies) == 1
        return bodies.pop()

    def is_closed(self) -> bool:
        """Say whether the server has closed."""
        return self.file.read(1) == b""


class Server:
    """A server of its own over a folder that may change, and its log."""

    def __init__(self, folder: Path, log: Path, files: int | None = None, **settings: float) -> None:
        """Start it with ``settings``, and with so many ``files`` at most that it may open."""
        command = [sys.executable, "-m", "graphql_api", "serve", "--data", str(folder), "--port", "0"]
        if files is not None:
            command = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command]
        environment = {f"JOCKEY_{name.upper()}": str(value) for name, value in settings.items()}
        self.log = log
        self.connections: list[Connection] = []
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, text=True, env=environment)
        assert self.process.stderr is not None
        announced = re.search(r":(\d+)/graphql", self.process.stderr.readline())
        assert announced
        self.port = int(announced[1])

    def connect(self) -> Connection:
        """Connect."""
        self.connections.append(Connection(self.port))
        return self.connections[-1]

    def disconnect(self) -> None:
        """Close all connections."""
        while self.connections:
            connection = self.connections.pop()
            connection.file.close()
            connection.socket.close()

    def lines(self, least: int = 0) -> list[dict[str, Any]]:
        """Read the log's lines of requests; they are written just after the answers, so wait for ``least`` of them."""
        lines: list[dict[str, Any]] = []
        while True:
            lines = [json.loads(line) for line in self.log.read_bytes().rpartition(b"\n")[0].splitlines()]
            lines = [line for line in lines if line["message"] == "request"]
            if len(lines) >= least or self.process.poll() is not None:
                return lines
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it in order."""
        self.disconnect()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) == 0
        assert self.process.stderr is not None
        self.process.stderr.close()
