"""Accepts new connections: many in one turn of the event loop, up to a limit.

Above the limit, each takes the place of the connection that has been idle longest. If none is idle, it is refused.

uvloop accepts one connection in a turn of its loop. With a thousand busy connections a turn takes a tenth of a
second, so the last of a thousand new ones would wait for minutes.
"""

import asyncio
import socket
from collections.abc import Callable, Collection
from typing import cast

from graphql_api.cli.bounds import FULL, LINGER_SECONDS
from graphql_api.cli.idle import IdleConnections
from graphql_api.cli.wire import closing
from graphql_api.logs import EventLogger
from graphql_api.web.replay import Headers

BATCH = 64
"""Maximum number of connections accepted in one turn, which takes about five milliseconds."""

MAX_REFUSALS = 128
"""Maximum number of connections that are being refused. Further ones wait in the listener's backlog."""

PAUSE_SECONDS = 0.1

log = EventLogger(__name__)


class Acceptor:
    """The listener of a server. It has the methods of ``asyncio.Server`` that uvicorn uses."""

    def __init__(
        self,
        listener: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        connections: Collection[object],
        max_connections: int,
        idle: IdleConnections,
        default_headers: Callable[[], Headers],
    ) -> None:
        """Accept connections of ``listener`` while there are fewer than ``max_connections`` or one of them is idle."""
        self._listener = listener
        self._make_protocol = make_protocol
        self._connections = connections
        self._max_connections = max_connections
        self._idle = idle
        self._default_headers = default_headers
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[object]] = set()
        self._refusals: set[Refusal] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._full = False
        listener.settimeout(0)
        self._resume()

    def close(self) -> None:
        """Stop accepting connections."""
        if self._pause is None:
            self._loop.remove_reader(self._listener)
        else:
            self._pause.cancel()

    async def wait_closed(self) -> None:
        """Wait until no connection is being opened."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener, self._accept)

    def _rest(self) -> None:
        """Stop accepting for a short time."""
        self._loop.remove_reader(self._listener)
        self._pause = self._loop.call_later(PAUSE_SECONDS, self._resume)

    def _accept(self) -> None:
        """Accept the connections that wait."""
        for _ in range(BATCH):
            if len(self._refusals) >= MAX_REFUSALS:
                self._rest()
                return
            try:
                connection, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no descriptor or no memory is left: others may give some back
                log.warning("accept_failed", error=str(error))
                self._rest()
                return
            self._open(connection)

    def _open(self, connection: socket.socket) -> None:
        """Give a connection its protocol."""
        full = len(self._connections) + len(self._opening) >= self._max_connections
        if full and not self._full:
            log.warning("connections_full", limit=self._max_connections)
        self._full = full
        refused = full and not self._idle.close_oldest()
        make = (lambda: Refusal(self._refusals, self._default_headers())) if refused else self._make_protocol
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._loop.connect_accepted_socket(make, connection))
        self._opening.add(task)
        task.add_done_callback(self._opened)

    def _opened(self, task: asyncio.Task[object]) -> None:
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("accept_failed", error=str(error))


class Refusal(asyncio.Protocol):
    """A connection above the limit: it receives a 503 at once, and has time to read it."""

    def __init__(self, refusals: "set[Refusal]", default_headers: Headers) -> None:
        """Count as one of ``refusals`` while the connection is open."""
        self._refusals = refusals
        self._default_headers = default_headers
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse."""
        writer = cast("asyncio.Transport", transport)
        self._refusals.add(self)
        writer.write(closing(*FULL, self._default_headers))
        writer.write_eof()
        self._end = asyncio.get_running_loop().call_later(LINGER_SECONDS, writer.abort)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """Stop counting the connection."""
        self._refusals.discard(self)
        if self._end is not None:
            self._end.cancel()
