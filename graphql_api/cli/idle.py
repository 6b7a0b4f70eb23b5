"""Connections that wait for a next request. A full server closes the one that has waited longest for a new one."""

import asyncio
import select
import time
from collections import OrderedDict

QUIET_SECONDS = 1.0
"""Seconds without a request after which a connection may be closed. A client that sends many has shorter pauses."""


class IdleConnections:
    """The transports of idle connections, the longest idle first."""

    def __init__(self) -> None:
        """Start without connections."""
        self._since: OrderedDict[asyncio.Transport, float] = OrderedDict()

    def add(self, transport: asyncio.Transport) -> None:
        """Record that a connection is idle from now on."""
        self._since[transport] = time.monotonic()
        self._since.move_to_end(transport)

    def discard(self, transport: asyncio.Transport) -> None:
        """Remove a connection that has a request, or that is lost."""
        self._since.pop(transport, None)

    def close_oldest(self) -> bool:
        """Close the connection that has been idle longest. Return whether there was one."""
        latest = time.monotonic() - QUIET_SECONDS
        while self._since:
            transport, since = next(iter(self._since.items()))
            if since > latest:
                break
            if _is_quiet(transport):
                self.discard(transport)
                transport.close()
                return True
            self.add(transport)
        return False


def _is_quiet(transport: asyncio.Transport) -> bool:
    """Return whether a connection is open, its response is sent, and no request has arrived that is not read yet."""
    if transport.is_closing() or transport.get_write_buffer_size():
        return False
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return not poll.poll(0)
