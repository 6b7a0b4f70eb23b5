"""Models for tests: a server on loopback in the forms of Bedrock, OpenAI and Anthropic, with faults by order."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STREAM = b'data: {"choices": [{"delta": {"content": "1"}}]}\n\ndata: [DONE]\n\n'


@dataclass
class Model:
    """What the server says, and what it was asked.

    ``faults`` are taken one a request: a status, ``slow``, ``drip``, ``half``, ``stream``, ``html``, or an object to
    answer with. ``released`` ends what is slow.
    """

    form: str
    text: str = ""
    faults: deque[int | str | dict[str, Any]] = field(default_factory=deque)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def whole(self, text: str | None = None, stop: str | None = None) -> dict[str, Any]:
        """Give an answer in the server's form; ``stop`` is another end than the usual one."""
        said = self.text if text is None else text
        if self.form == "openai":
            message = {"role": "assistant", "content": said}
            choice = {"index": 0, "message": message, "finish_reason": stop or "stop"}
            return {"choices": [choice], "usage": {"prompt_tokens": 900, "completion_tokens": 40}}
        if self.form == "anthropic":
            usage = {"input_tokens": 900, "output_tokens": 40}
            return {"content": [{"type": "text", "text": said}], "stop_reason": stop or "end_turn", "usage": usage}
        usage = {"inputTokens": 900, "outputTokens": 40, "totalTokens": 940}
        message = {"role": "assistant", "content": [{"text": said}]}
        return {
            "output": {"message": message},
            "stopReason": stop or "end_turn",
            "usage": usage,
            "metrics": {"latencyMs": 1},
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, model: Model) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model = model

    def handle_error(self, *_: Any) -> None:
        """Say nothing: the client went away, which is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Note what is asked, and answer, or do what the test has ordered."""
        model = self.server.model
        model.paths.append(self.path)
        model.headers.append({name.lower(): value for name, value in self.headers.items()})
        model.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        fault = model.faults.popleft() if model.faults else None
        if fault == "slow":
            model.released.wait(30)
            self.close_connection = True
        elif isinstance(fault, int):
            self._send(fault, b'{"message": "by order of the test"}')
        elif fault == "stream":
            self._send(200, STREAM, kind="text/event-stream")
        elif fault == "html":
            self._send(200, b"<html>proxy</html>", kind="text/html")
        else:
            said = fault if isinstance(fault, dict) else model.whole()
            self._send(200, json.dumps(said).encode(), fault if isinstance(fault, str) else "")

    def _send(self, status: int, body: bytes, fault: str = "", kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if status == 429:
            self.send_header("x-amzn-errortype", "ThrottlingException")
        if status == 403:
            self.send_header("x-amzn-errortype", "AccessDeniedException")
        self.end_headers()
        if fault == "half":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fault == "drip":
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.server.model.released.wait(0.02):
                    return
        else:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def model_server(form: str) -> Iterator[Model]:
    """Serve a model until the end of the block."""
    model = Model(form)
    server = _Server(model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield model
    finally:
        model.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
