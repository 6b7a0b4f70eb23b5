"""The bytes of responses that a process holds until clients have received them."""

from collections.abc import Sequence

from graphql_api.errors import Overloaded

HELD_FROM = 65_536
"""Size in bytes below which a response is not counted: it fits the system's buffer of a connection."""


class InFlight:
    """The budget of bytes that are being compressed or sent. Bytes that several responses share count once."""

    def __init__(self, max_bytes: int) -> None:
        """Hold at most ``max_bytes``, or one response that is larger."""
        self.bytes = 0
        self._max_bytes = max_bytes
        self._uses: dict[int, int] = {}  # by identity: a hold keeps its chunks alive

    def hold(self, chunks: Sequence[bytes]) -> "Hold | None":
        """Count a response until its hold is released. None for a short one. Raises ``Overloaded``."""
        size = sum(map(len, chunks))
        if size < HELD_FROM:
            return None
        if self.bytes:
            new = sum(len(chunk) for chunk in chunks if id(chunk) not in self._uses)
            if new and self.bytes + new > self._max_bytes:
                message = "The server holds as many answers as it may for slow clients: try again later."
                raise Overloaded(message, held=self.bytes, bytes=size)
        return Hold(self, chunks)

    def add(self, chunks: Sequence[bytes]) -> None:
        """Count chunks."""
        for chunk in chunks:
            uses = self._uses.get(id(chunk), 0)
            self._uses[id(chunk)] = uses + 1
            if not uses:
                self.bytes += len(chunk)

    def remove(self, chunks: Sequence[bytes]) -> None:
        """Stop counting chunks."""
        for chunk in chunks:
            uses = self._uses.pop(id(chunk)) - 1
            if uses:
                self._uses[id(chunk)] = uses
            else:
                self.bytes -= len(chunk)


class Hold:
    """The chunks of one response, counted until they are released or garbage-collected."""

    __slots__ = ("_chunks", "_in_flight")

    def __init__(self, in_flight: InFlight, chunks: Sequence[bytes]) -> None:
        """Hold ``chunks``."""
        self._in_flight = in_flight
        self._chunks: Sequence[bytes] = ()
        self.replace(chunks)

    def replace(self, chunks: Sequence[bytes]) -> None:
        """Replace the chunks, for example by their compressed form. This is never refused."""
        held, self._chunks = self._chunks, tuple(chunks)
        self._in_flight.add(self._chunks)
        self._in_flight.remove(held)

    def release(self) -> None:
        """Hold nothing."""
        self.replace(())

    def __del__(self) -> None:
        """Release a response that was never sent, because its request was cancelled."""
        self.release()
