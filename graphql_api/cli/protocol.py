"""HTTP of the plain server: uvicorn's protocol with limits on bytes and time, and a fast path for repeated requests.

uvicorn's own settings limit neither the bytes nor the time of a head that httptools parses.
"""

import time
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from graphql_api.cli.bounds import (
    FIRST_SECONDS,
    INVALID,
    LARGE_BODY,
    LARGE_HEAD,
    LATE,
    LINGER_SECONDS,
    LONG_URL,
    STALL_BYTES,
    Fault,
    Limits,
)
from graphql_api.cli.idle import IdleConnections
from graphql_api.cli.repeats import Repeats
from graphql_api.cli.transport import CoalescingTransport
from graphql_api.cli.wire import closing
from graphql_api.logs import EventLogger
from graphql_api.web.deadline import BEGUN
from graphql_api.web.middleware import MAX_HEADERS

MAX_REQUEST_LENGTH = 16_384
"""Maximum size in bytes of a request that may be answered before it is parsed."""

SLICE = 4_096
"""Bytes parsed at once, so that few pipelined requests are held as objects."""

if TYPE_CHECKING:
    import asyncio

NOTHING = memoryview(b"")

log = EventLogger(__name__)


class Protocol(HttpToolsProtocol):
    """One connection.

    Of a message, ``begun`` counts first bytes, ``headed`` complete heads, ``complete`` complete bodies.
    """

    def __init__(
        self, *arguments: Any, repeats: Repeats, limits: Limits, idle: IdleConnections, **keywords: Any
    ) -> None:
        """Answer repeated requests from ``repeats``, and all others by uvicorn within ``limits``.

        Between two requests, the connection is one of ``idle``.
        """
        super().__init__(*arguments, **keywords)
        self._repeats = repeats
        self._limits = limits
        self._idle = idle
        self._begun = self._headed = self._complete = 0
        self._begun_at = 0.0
        self._message_bytes = 0
        self._unread = NOTHING
        self._whole: tuple[bytes, RequestResponseCycle] | None = None
        self._upgrading = False
        self._fault: Fault | None = None
        self._refused = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the connection. The client has less time for its first byte than between two requests."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", CoalescingTransport(transport, self.loop))
        self.timeout_keep_alive_task = self.loop.call_later(FIRST_SECONDS, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """Free everything that the connection held."""
        for timer in (self._head_timer, self._stall_timer):
            if timer is not None:
                timer.cancel()
        self._head_timer = self._stall_timer = None
        self._unread, self._whole = NOTHING, None
        self.pipeline.clear()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """Send what was written, because the transport closes now."""
        cast("CoalescingTransport", self.transport).flush()

    def pause_writing(self) -> None:
        """Start to measure a client that reads its response more slowly than it is written."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """Continue."""
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        super().resume_writing()

    def _watch_reader(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        self._stall_timer = self.loop.call_later(self._limits.stall_seconds, self._judge_reader, unsent)

    def _judge_reader(self, unsent: int) -> None:
        """Close the connection if the client has read too little since ``unsent`` bytes waited. Discard the rest."""
        if unsent - self.transport.get_write_buffer_size() < STALL_BYTES:
            log.warning("reader_too_slow", bytes=unsent)
            self.transport.abort()
        else:
            self._watch_reader()

    def data_received(self, data: bytes) -> None:
        """Answer at once if these bytes are one complete, known request and no other request is in progress."""
        between = self._begun == self._complete and (self.cycle is None or self.cycle.response_complete)
        if not between or self._fault or self.flow.write_paused or len(data) > MAX_REQUEST_LENGTH:
            self._read(data)
            return
        answer = self._repeats.answer(data, self.client, self.server_state.default_headers)
        if answer is not None:
            self.transport.write(answer)
            self._continue()
            return
        complete = self._complete
        self._read(data)
        one = self._begun == self._complete == complete + 1
        self._whole = (data, self.cycle) if one and self.cycle.keep_alive else None

    def _read(self, data: bytes) -> None:
        """Parse bytes slice by slice. Stop at a request that has to wait for its turn."""
        if self._fault:
            return
        if len(data) <= SLICE and not self._unread and not self.pipeline:
            self._take(data)
        else:
            self._unread = memoryview(bytes(self._unread) + data)
            while self._unread and not self.pipeline and not self._fault:
                piece, self._unread = self._unread[:SLICE], self._unread[SLICE:]
                self._take(piece)
        if self._begun > self._headed and self._head_timer is None and not self._fault:
            self._head_timer = self.loop.call_later(self._limits.seconds, self._judge_head)

    def _take(self, piece: bytes | memoryview) -> None:
        """Parse a slice. Refuse bytes that are not HTTP or exceed a limit."""
        size = len(piece)
        try:
            while piece:
                piece = self._feed(piece)
        except httptools.HttpParserError:
            self._refuse(INVALID)
        if self._begun > self._complete and not self._fault:
            self._count(size)

    def _feed(self, piece: bytes | memoryview) -> bytes | memoryview:
        """Parse bytes up to a request for a protocol upgrade, which is read again as one without it.

        Return the remaining bytes. RFC 9110, 7.8 allows to ignore an upgrade.
        """
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            self._read_without_upgrade()
            return piece[upgrade.args[0] :]
        return NOTHING

    def _read_without_upgrade(self) -> None:
        """Parse the last head again without its upgrade. Its body comes next."""
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                value = b",".join(token for token in value.split(b",") if token.strip().lower() != b"upgrade")
            if name != b"upgrade" and (value or name != b"connection"):
                lines += name, b": ", value, b"\r\n"
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self.parser.feed_data(b"".join([*lines, b"\r\n"]))

    def _count(self, size: int) -> None:
        """Count the bytes of an incomplete message: of a head, a trailer or a chunk, or of a body."""
        self._message_bytes += size
        headless = self._begun > self._headed
        if headless and len(self.url) > self._limits.url_bytes:
            self._refuse(LONG_URL)
        elif len(self.headers) > MAX_HEADERS or (headless and self._message_bytes > self._limits.head_bytes):
            self._refuse(LARGE_HEAD)
        elif self._message_bytes > self._limits.message_bytes:
            self._refuse(LARGE_BODY)

    def _judge_head(self) -> None:
        """Refuse a head that takes too long. The time in which earlier requests are answered does not count."""
        self._head_timer = None
        if self._begun > self._headed and not self._fault:
            now = time.monotonic()
            if self.cycle is not None and not self.cycle.response_complete:
                self._begun_at = now
            left = self._begun_at + self._limits.seconds - now
            if left > 0:
                self._head_timer = self.loop.call_later(left, self._judge_head)
            else:
                self._refuse(LATE)

    def on_message_begin(self) -> None:
        """Count a new message, and record its time."""
        if self._upgrading:
            self._upgrading = False
        else:
            self._begun += 1
            self._begun_at = time.monotonic()
        self._message_bytes = 0
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start to answer, unless the head has to be read again."""
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise httptools.HttpParserError
            self._upgrading = True
            return
        self._headed += 1
        self.scope["state"][BEGUN] = self._begun_at
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Count a complete message."""
        if not self._upgrading:
            self._complete += 1
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Remember the request if its response was stored, and continue with requests that wait."""
        if self._whole is not None and self._whole[1].response_complete:
            data, cycle = self._whole
            self._repeats.remember(data, dict(cycle.scope))
            self._whole = None
        waiting = bool(self.pipeline)
        if waiting:  # the time in which a request waited for its turn is not its own
            self.pipeline[-1][0].scope["state"][BEGUN] = time.monotonic()
        self._continue()
        if not waiting and self._begun > self._headed:  # the next head is on its way: its own limit begins
            self._unset_keepalive_if_required()
            self._begun_at = time.monotonic()
        if not waiting and self._fault:
            self._give_refusal()
        if self._unread and not self.pipeline:
            self._read(b"")

    def _continue(self) -> None:
        """Start the next request. Without one, the connection is idle while its timer runs."""
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None:
            self._idle.add(self.transport)

    def _unset_keepalive_if_required(self) -> None:
        super()._unset_keepalive_if_required()
        self._idle.discard(self.transport)

    def _refuse(self, fault: Fault) -> None:
        """Refuse the message after all earlier ones are answered, and read no more."""
        log.warning(fault.detail, status=fault.status)
        self._fault, self._unread = fault, NOTHING
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and self._begun == self._headed > self._complete:
            self._drop_request(cycle)
        if cycle is None or cycle.response_complete or cycle.disconnected:
            self._give_refusal()

    def _drop_request(self, cycle: RequestResponseCycle) -> None:
        """Discard a request whose body is invalid. If its response has started, close the connection after it."""
        if self.pipeline:
            self.pipeline.popleft()
        elif cycle.response_complete:
            self.transport.close()
        elif cycle.response_started:
            cycle.keep_alive = False
        else:
            cycle.disconnected = True
            cycle.message_event.set()

    def _give_refusal(self) -> None:
        """Send the reason, and close after the client had time to read it. Discard what it still sends."""
        if self._refused or self._fault is None or self.transport.is_closing():
            return
        self._refused = True
        self.transport.write(closing(*self._fault, self.server_state.default_headers))
        self.transport.write_eof()
        self.flow.resume_reading()
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(LINGER_SECONDS, self.timeout_keep_alive_handler)
