"""What a connection sends through: the loop's transport, called once for all that one turn of the loop writes."""

from asyncio import AbstractEventLoop, Transport
from typing import Any

UNSENT_BYTES = 2**20
"""Bytes of an answer above which it is sent before it is complete: while it still is in the processor's cache."""


class CoalescingTransport:
    """A connection's transport that sends in one call what was written in one turn of the loop: a head and its body.

    A call of the system for each takes longer than to make a small answer. uvicorn sends by ``write`` alone; all else
    is the transport's own.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        """Send over ``transport``."""
        self._transport = transport
        self._loop = loop
        self._unsent: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """Return the transport's own."""
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
        """Send what was written, and say that no more comes."""
        self.flush()
        if not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """Send what was written, and close."""
        self.flush()
        self._transport.close()
