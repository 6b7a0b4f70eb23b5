"""A bridge for tests: a server on loopback that answers as the real one does, with faults that a test orders."""

import json
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NAKAYAMA = {
    "race_id": "20260405_06_11",
    "race_name": "架空ステークス",
    "race_number": 11,
    "venue": "06",
    "venue_name": "中山",
    "start_time": "2026-04-05T15:45:00",
    "betting_deadline": "2026-04-05T15:43:00",
    "distance": 1600,
    "track_type": "芝",
    "track_condition": "良",
    "grade": "A",
    "horse_count": 3,
    "grade_class": "G1",
    "is_obstacle": False,
    "kaisai_kai": "03",
    "kaisai_nichime": "04",
}
FUNABASHI = {
    "race_id": "20260405_43_01",
    "race_name": "Ｃ３",
    "race_number": 1,
    "venue": "43",
    "start_time": None,
    "betting_deadline": None,
    "track_condition": "",
}
"""With the fields alone that the bridge had first."""

RUNNERS = [
    {"horse_number": 2, "horse_name": "ビー", "jockey_name": "乗手二", "odds": 0.0, "popularity": 0, "waku_ban": 2},
    {"horse_number": 1, "horse_name": "アール", "jockey_name": "乗手一", "odds": 3.5, "popularity": 1, "weight": 57.0},
    {"horse_number": 3, "horse_name": "シー", "jockey_name": "", "odds": "****", "popularity": "**", "waku_ban": 0},
]


@dataclass
class Bridge:
    """What the server says. ``faults`` are taken one a request: a status, or ``half``, ``slow``, ``drip``, ``html``.

    ``asked`` counts the paths, ``connections`` those opened and those open. ``released`` ends what is slow.
    """

    races: list[dict[str, Any]] = field(default_factory=lambda: [dict(NAKAYAMA), dict(FUNABASHI)])
    runners: list[dict[str, Any]] = field(default_factory=lambda: [dict(each) for each in RUNNERS])
    faults: deque[int | str] = field(default_factory=deque)
    asked: Counter[str] = field(default_factory=Counter)
    connections: Counter[str] = field(default_factory=Counter)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, path: str, query: Mapping[str, list[str]]) -> Any:
        """Answer a question; None is 404."""
        if path == "/races":
            return [race for race in self.races if race["race_id"][:8] == query["date"][0]]
        _, _, identifier, *rest = path.split("/")
        race = next((race for race in self.races if race["race_id"] == identifier), None)
        return (self.runners if rest else race) if race else None


class _Server(ThreadingHTTPServer):
    """Serves one bridge."""

    daemon_threads = True

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bridge = bridge

    def handle_error(self, *_: Any) -> None:
        """Say nothing: the client went away, which is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        """Count the connection."""
        super().setup()
        self.server.bridge.connections.update(opened=1, open=1)

    def finish(self) -> None:
        """Count it no more."""
        super().finish()
        self.server.bridge.connections.update(open=-1)

    def do_GET(self) -> None:
        """Answer, or do what the test has ordered."""
        bridge, parts = self.server.bridge, urlsplit(self.path)
        bridge.asked[parts.path] += 1
        fault = bridge.faults.popleft() if bridge.faults else None
        if fault == "slow":
            bridge.released.wait(30)
            self.close_connection = True
        elif isinstance(fault, int):
            self._send(fault, b'{"detail":"by order of the test"}')
        elif fault == "html":
            self._send(200, b"<html>proxy</html>")
        else:
            said = bridge.answer(parts.path, parse_qs(parts.query))
            status, body = (404, b"{}") if said is None else (200, json.dumps(said).encode())
            self._send(status, body, fault)

    def _send(self, status: int, body: bytes, fault: str | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if fault == "half":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fault == "drip":
            self._drip(body)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.bridge.released.wait(0.02):
                return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def bridge_server() -> Iterator[Bridge]:
    """Serve a bridge until the end of the block."""
    bridge = Bridge()
    server = _Server(bridge)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    bridge.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bridge
    finally:
        bridge.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
