"""A Lambda Runtime API stub that drives the real runtime client, ``awslambdaric``, in a process of its own."""

import base64
import itertools
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lambda_streams import Gone, Pace, Streamed, read_streamed

REPLY_BYTES = 6_291_556
SECONDS = 60
TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Reply:
    """What the function answered, in the form of its gateway (``raw``) and as the client would see it."""

    raw: dict[str, Any]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.raw["statusCode"]

    @property
    def headers(self) -> dict[str, str]:
        """Every header but cookies, by its name in lower case."""
        many = {name: ", ".join(values) for name, values in self.raw.get("multiValueHeaders", {}).items()}
        return {name.lower(): value for name, value in {**self.raw.get("headers", {}), **many}.items()}

    @property
    def body(self) -> bytes:
        """The body, decoded."""
        return base64.b64decode(self.raw["body"]) if self.raw["isBase64Encoded"] else self.raw["body"].encode()

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body)


class _RuntimeApi(BaseHTTPRequestHandler):
    """``GET …/invocation/next`` hands out the next event; ``POST …/response`` and ``…/error`` bring its outcome."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every exchange waits 40 ms for a delayed ACK

    def do_GET(self) -> None:
        if self.path.endswith("/restore/next"):  # of SnapStart: the snapshot is made, and restored at once
            self._answer(200, b"{}")
            return
        self.server.outcomes.put(("ready", b""))
        if (event := self.server.events.get()) is None:
            self.close_connection = True
            return
        number = f"00000000-0000-4000-8000-{next(self.server.numbers):012d}"
        self._answer(
            200,
            json.dumps(event).encode(),
            ("Lambda-Runtime-Aws-Request-Id", number),
            ("Lambda-Runtime-Deadline-Ms", str(round((time.time() + self.server.seconds) * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:ap-northeast-1:123456789012:function:test"),
            ("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"),
        )

    def do_POST(self) -> None:
        if "Content-Length" not in self.headers:
            self._take_streamed()
            return
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        refused = self.path.endswith("/response") and len(payload) > REPLY_BYTES
        self._answer(413 if refused else 202, b"{}")
        self.server.outcomes.put(("refused" if refused else self.path.rpartition("/")[2], payload))

    def _take_streamed(self) -> None:
        """Read a streamed answer at the pace that was asked for; close the connection where the reader is to go."""
        assert self.path.endswith("/response")
        self.close_connection = True  # unless it ends well
        self.server.ports.append(self.client_address[1])
        try:
            streamed = read_streamed(self.headers, self.rfile, self.server.pace)
        except Gone:
            self.server.outcomes.put(("gone", b""))
            time.sleep(self.server.pace.stalls)
        except (AssertionError, OSError) as error:
            self.server.outcomes.put(("malformed", repr(error).encode()))
        else:
            self.server.outcomes.put(("streamed", streamed))  # first: the next event is asked for by another connection
            with suppress(OSError):  # the function may not have waited
                self._answer(202, b"{}")
                self.close_connection = self.server.pace.closes

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the test output quiet."""


STREAMING = "graphql_api.functions.runtime"
"""The runtime that streams, as a module to run."""


class Function:
    """A running function: ``invoke`` sends it one event and waits for the answer."""

    def __init__(self, server: ThreadingHTTPServer, process: subprocess.Popen[bytes], log: Path) -> None:
        """Wait until the function asks for its first event."""
        self._server, self.process, self._log = server, process, log
        self._expect("ready")

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Answer what the handler returned for ``event``."""
        self._server.events.put(event)
        result = json.loads(self._expect("response"))
        self._expect("ready")
        return result

    def stream(self, event: Mapping[str, Any], pace: Pace = Pace()) -> Streamed:  # noqa: B008 - it never changes
        """Give the streamed answer to ``event``, read at a ``pace``."""
        return self._streamed(event, pace, "streamed")

    def connections(self) -> list[int]:
        """Give the ports from which streamed answers came, in their order."""
        return list(self._server.ports)

    def leave(self, event: Mapping[str, Any], pace: Pace, outcome: str = "gone") -> None:
        """Ask, and leave before the answer is whole; ``malformed`` is an answer that the function cuts off."""
        self._streamed(event, pace, outcome)

    def _streamed(self, event: Mapping[str, Any], pace: Pace, outcome: str) -> Any:
        self._server.pace = pace
        self._server.events.put(event)
        result = self._expect(outcome)
        self._expect("ready")
        return result

    def failure(self, event: Mapping[str, Any]) -> Any:
        """Give the error with which the invocation failed, as Lambda is told of it."""
        self._server.events.put(event)
        error = json.loads(self._expect("error"))
        self._expect("ready")
        return error

    def request(self, event: Mapping[str, Any]) -> Reply:
        """Answer the HTTP reply that the handler returned for ``event``."""
        return Reply(self.invoke(event))

    def logs(self) -> str:
        """Everything that the process wrote so far."""
        return self._log.read_text()

    def _expect(self, wanted: str) -> Any:
        outcome, payload, gone = "nothing", b"", False
        deadline = time.monotonic() + SECONDS
        while outcome == "nothing" and not gone and time.monotonic() < deadline:
            gone = self.process.poll() is not None
            with suppress(queue.Empty):
                outcome, payload = self._server.outcomes.get(timeout=0.2)
        assert outcome == wanted, f"{outcome}, not {wanted}: {str(payload)[:2000]}; it wrote:\n{self.logs()}"
        return payload


@contextmanager
def function(
    handler: str | Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    seconds: float = 900,
    runtime: str = "awslambdaric",
) -> Iterator[Function]:
    """Run ``handler`` (``module.function``, at the top or in the tests) until the block ends; ``folder`` takes its log.

    A sequence is a command that runs it otherwise than in this Python. Of the caller's environment nothing reaches it
    but the search path for programs. Every invocation has ``seconds``, as far as the handler is told: nothing ends it.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), _RuntimeApi) as server:
        # Else the system takes megabytes at once, and then for a second nothing, of what is read at an even pace.
        server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 131_072)
        server.events, server.outcomes, server.numbers = queue.Queue(), queue.Queue(), itertools.count(1)
        server.daemon_threads, server.seconds, server.pace = True, seconds, Pace()
        server.ports = []
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        log = folder / "function.log"
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(TESTS),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "test",
            **environ,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", runtime, handler] if isinstance(handler, str) else handler,
                cwd=TESTS.parent, env=variables, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            yield Function(server, process, log)
        finally:
            with suppress(ProcessLookupError):  # what it started, such as a server, ends with it
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            server.events.put(None)
            server.shutdown()
