"""A transport that sends everything that one turn of the event loop writes in one call."""

from asyncio import AbstractEventLoop, Transport
from typing import Any

UNSENT_BYTES = 2**20
"""Bytes above which a response is sent before it is complete, while it is still in the processor's cache."""


class CoalescingTransport:
    """A connection's transport that sends in one call what one turn of the loop wrote: a head and its body.

    One system call for each takes longer than a small response. uvicorn sends only by ``write``. All other methods
    are those of the transport.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        """Send over ``transport``."""
        self._transport = transport
        self._loop = loop
        self._unsent: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the transport."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send soon."""
        if self._size > UNSENT_BYTES:
            self.flush()
        if not self._unsent:
            self._loop.call_soon(self.flush)
        self._unsent.append(data)
        self._size += len(data)

    def flush(self) -> None:
        """Send what was written, unless the connection is lost."""
        unsent, self._unsent, self._size = self._unsent, [], 0
        if unsent and not self._transport.is_closing():
            self._transport.writelines(unsent)

    def write_eof(self) -> None:
        """Send what was written, and close the sending side."""
        self.flush()
        if not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """Send what was written, and close."""
        self.flush()
        self._transport.close()
