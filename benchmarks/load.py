"""The load generator: a closed loop over raw sockets in one thread, the same for every server.

It knows just enough HTTP to see where an answer ends, so that it costs a fraction of what a server spends; its own
share of a processor is reported with each figure, to show that it was not the bottleneck.
"""

import gc
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

STALLED = 240.0
"""Seconds without any byte after which a run is given up."""
RECEIVE = 1 << 20
LAST_CHUNK = b"\r\n0\r\n\r\n"


class LoadError(Exception):
    """The server answered something else than expected, or not at all."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: requests answered in ``seconds``, each one's latency in seconds, and the generator's CPU share."""

    seconds: float
    latencies: list[float]
    busy: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


class Connection:
    """One keep-alive connection: sends a request, counts the bytes of its answer."""

    __slots__ = ("body", "chunked", "head", "missing", "sent", "socket", "tail")

    def __init__(self, port: int) -> None:
        """Connect."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=STALLED)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.body = 0

    def send(self, request: bytes) -> None:
        """Send a request; its answer's end is unknown until its head is there."""
        self.head: bytes | None = b""
        self.chunked = False
        self.tail = b""
        self.missing = -1
        self.body = 0
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self, buffer: bytearray) -> bool:
        """Take what has arrived; tell whether the answer is complete. Raises ``LoadError``."""
        count = self.socket.recv_into(buffer)
        if not count:
            raise LoadError("The server closed the connection.")
        if self.head is None:
            self.body += count
            self.missing -= count
        else:
            self._read_head(bytes(buffer[:count]))
        if not self.chunked:
            return self.missing == 0
        self.tail = (self.tail + bytes(buffer[max(0, count - len(LAST_CHUNK)) : count]))[-len(LAST_CHUNK) :]
        return self.tail == LAST_CHUNK

    def _read_head(self, data: bytes) -> None:
        """Collect the head; once it is complete, learn the length of the body."""
        self.head = (self.head or b"") + data
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.head[:end].lower()
        if head[9:12] not in (b"200", b"304"):
            raise LoadError(f"The server answered {self.head[:2000].decode(errors='replace')}")
        self.body = len(self.head) - end - 4
        place = head.find(b"content-length:")
        self.chunked = b"transfer-encoding: chunked" in head
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        self.missing = length - self.body
        self.head = None


def drive(port: int, requests: Iterator[bytes], connections: int, seconds: float, least: int = 0) -> Sample:
    """Keep ``connections`` requests under way for ``seconds``, then let the last ones finish.

    An answer shorter than ``least`` bytes is an error: a GraphQL error too comes with status 200.
    """
    everyone = [Connection(port) for _ in range(connections)]
    gc.collect()
    gc.disable()
    try:
        with selectors.DefaultSelector() as selector:
            for each in everyone:
                selector.register(each.socket, selectors.EVENT_READ, each)
            return _loop(selector, everyone, requests, seconds, least)
    finally:
        gc.enable()
        for each in everyone:
            each.socket.close()


def _loop(
    selector: selectors.BaseSelector,
    everyone: list[Connection],
    requests: Iterator[bytes],
    seconds: float,
    least: int,
) -> Sample:
    buffer = bytearray(RECEIVE)
    latencies: list[float] = []
    busy, start = time.process_time(), time.perf_counter()
    deadline, now, open_ = start + seconds, start, len(everyone)
    for each in everyone:
        each.send(next(requests))
    while open_:
        ready = selector.select(STALLED)
        if not ready:
            raise LoadError(f"No answer within {STALLED:.0f} s.")
        for key, _ in ready:
            connection: Connection = key.data
            if not connection.receive(buffer):
                continue
            now = time.perf_counter()
            if connection.body < least:
                raise LoadError(f"An answer of {connection.body} bytes; at least {least} were expected.")
            latencies.append(now - connection.sent)
            if now < deadline:
                connection.send(next(requests))
            else:  # the server may close it while the others are answered
                selector.unregister(connection.socket)
                connection.socket.close()
                open_ -= 1
    return Sample(now - start, latencies, (time.process_time() - busy) / (now - start))


def fetch(port: int, request: bytes) -> bytes:
    """Send one request and give the body of its answer; raises ``LoadError`` or ``OSError``."""
    connection = Connection(port)
    try:
        connection.socket.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        answer = b"".join(iter(lambda: connection.socket.recv(RECEIVE), b""))
    finally:
        connection.socket.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if head[9:12] != b"200":
        raise LoadError(f"The server answered {answer[:500].decode(errors='replace')}")
    return _joined(body) if b"transfer-encoding: chunked" in head.lower() else body


def _joined(body: bytes) -> bytes:
    """Undo chunked encoding."""
    parts = []
    while body:
        length, _, body = body.partition(b"\r\n")
        parts.append(body[: int(length, 16)])
        body = body[int(length, 16) + 2 :]
    return b"".join(parts)
