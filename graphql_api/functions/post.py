"""The way of streamed answers to the Runtime API: chunked posts over one connection."""

import asyncio
import base64
import re
import socket
from collections.abc import Sequence
from contextlib import suppress

import orjson

from graphql_api.functions.exchange import BrokenOff
from graphql_api.functions.replies import FAST_BYTES
from graphql_api.logs import EventLogger

HEAD_TYPE = "application/vnd.awslambda.http-integration-response"
HEAD_END = bytes(8)
ERROR_TYPE, ERROR_BODY = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
REQUEST = (
    "POST /2018-06-01/runtime/invocation/{invoke_id}/response HTTP/1.1\r\n"
    "Host: {address}\r\n"
    f"Content-Type: {HEAD_TYPE}\r\n"
    "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
    "Transfer-Encoding: chunked\r\n"
    f"Trailer: {ERROR_TYPE}, {ERROR_BODY}\r\n"
    "\r\n"
)
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
LENGTH = re.compile(rb"^content-length: *(\d+)\r?$", re.IGNORECASE | re.MULTILINE)
CLOSES = re.compile(rb"^connection: *close", re.IGNORECASE | re.MULTILINE)
"""Of an answer of the Runtime API, which is small; `http.client` takes as long for it as the rest of a small post."""

ACCEPTED = 202
CONNECT_SECONDS = 5.0
SLOW_SEND_BUFFER = 131_072
"""Bytes that the system holds for a slow reader; at full speed it chooses itself. Were it large for a slow one, a wait
could outlast the deadline, as a socket takes no more until a third of it is free again; 2 MB/s free that in 0.05 s."""

SMALL = 16_384
"""Bytes that wait for what follows: a small answer is one packet, and the ends of a large one cost no packet each."""

MAX_HELD = 900
"""Parts that wait; the system takes at most 1,024 at once (IOV_MAX)."""

Part = bytes | memoryview

log = EventLogger(__name__)


class Connection:
    """The connection to the Runtime API, which is kept between answers: to make one takes as long as a small answer."""

    def __init__(self, address: str) -> None:
        """Connect when it is first needed."""
        self.address = address
        self._kept: socket.socket | None = None

    def take(self) -> tuple[socket.socket, bool]:
        """Return a connection, and whether an answer went over it before. Raises ``OSError``."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.settimeout(0)
            with suppress(BlockingIOError):
                kept.recv(1)  # the end, or what nobody asked for
                kept.close()
                return self.make(), False
            return kept, True
        return self.make(), False

    def make(self) -> socket.socket:
        """Connect. Raises ``OSError``."""
        host, _, port = self.address.partition(":")
        made = socket.create_connection((host, int(port or 80)), timeout=CONNECT_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.settimeout(0)  # from here on the loop waits for the reader, and goes on with all else
        return made

    def keep(self, connection: socket.socket) -> None:
        """Keep a connection whose answer has ended for the next one."""
        self._kept = connection


class StreamedPost:
    """Posts one answer to the Runtime API in chunks."""

    def __init__(self, connection: Connection, invoke_id: str) -> None:
        """Answer the invocation ``invoke_id``. A connection whose answer does not end well is closed."""
        self._connection = connection
        self._invoke_id = invoke_id
        self._socket: socket.socket | None = None
        self._is_kept = False
        self._sent = 0
        self._held: list[Part] = []
        self._held_bytes = 0

    def begin(self, head: bytes) -> None:
        """Connect. The head goes out with what follows. Raises ``OSError``."""
        self._socket, self._is_kept = self._connection.take()
        request = REQUEST.format(invoke_id=self._invoke_id, address=self._connection.address).encode()
        self._hold([request, *_chunk(head + HEAD_END)])

    async def write(self, piece: Part, seconds: float) -> None:
        """Send a piece and what is held, but little is held itself: it returns once the socket has taken the piece."""
        self._hold(_chunk(piece))
        before, self._sent = self._sent, self._sent + len(piece)
        if before <= FAST_BYTES < self._sent:
            self._open().setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SLOW_SEND_BUFFER)
        if len(self._held) < MAX_HELD and self._held_bytes < SMALL:
            return
        held, self._held, self._held_bytes = self._held, [], 0
        rest = self._send(held)
        if rest:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(seconds):
                for part in rest:
                    await loop.sock_sendall(self._open(), part)

    def end(self, error: BrokenOff | None, seconds: float) -> None:
        """Send what is held and the last chunk, with trailers where the answer is not whole. Raises ``OSError``."""
        rest = self._send([*self._held, b"0\r\n%b\r\n" % (_trailers(error) if error else b"")])
        connection = self._open()
        connection.settimeout(max(0.1, seconds))
        for part in rest:
            connection.sendall(part)
        status, closes = _read_answer(connection)
        if closes or self._sent > FAST_BYTES:  # whose buffer is that for a slow reader
            connection.close()
        else:
            self._connection.keep(connection)
        if status != ACCEPTED:
            log.error("reply_refused", request_id=self._invoke_id, status=status)

    def _hold(self, parts: list[Part]) -> None:
        self._held += parts
        self._held_bytes += sum(map(len, parts))

    def abort(self) -> None:
        """Close the connection, which Lambda takes for an answer that was cut off."""
        if self._socket is not None:
            self._socket.close()

    def _send(self, parts: Sequence[Part]) -> list[memoryview]:
        """Send what the socket takes at once, without a copy; return the rest. Raises ``OSError``."""
        views = [memoryview(part) for part in parts]
        try:
            taken = self._open().sendmsg(views)
        except BlockingIOError:
            return views
        except ConnectionError:
            if not self._is_kept:
                raise
            # It was closed meanwhile, which is no fault of this answer: nothing of it has been taken.
            self._open().close()
            self._socket, self._is_kept = self._connection.make(), False
            return self._send(parts)
        self._is_kept = False
        while views and taken >= len(views[0]):
            taken -= len(views.pop(0))
        if views:
            views[0] = views[0][taken:]
        return views

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("Nothing was begun.")
        return self._socket


def _read_answer(connection: socket.socket) -> tuple[int, bool]:
    """Read what the Runtime API answers: its status, and whether it closes. Raises ``OSError``."""
    head = found = body = b""
    while not found:
        head, found, body = (head + _receive(connection)).partition(b"\r\n\r\n")
    status, length = STATUS.match(head), LENGTH.search(head)
    if status is None:
        raise ConnectionError("The Runtime API's answer cannot be read.")
    while length and len(body) < int(length[1]):
        body += _receive(connection)
    return int(status[1]), length is None or CLOSES.search(head) is not None


def _receive(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise ConnectionError("The Runtime API has closed the connection.")
    return received


def _chunk(piece: Part) -> list[Part]:
    return [b"%x\r\n" % len(piece), piece, b"\r\n"]


def _trailers(error: BrokenOff) -> bytes:
    kind = type(error).__name__
    body = base64.b64encode(orjson.dumps({"errorMessage": str(error), "errorType": kind}))
    return b"%b: %b\r\n%b: %b\r\n" % (ERROR_TYPE.encode(), kind.encode(), ERROR_BODY.encode(), body)
