"""What a connection of the plain server may take, and why what it sends is refused."""

from dataclasses import dataclass
from typing import NamedTuple

LINGER_SECONDS = 2.0
"""What a client that was refused has to read why: to close at once may reset the connection, and lose the answer."""

STALL_SECONDS = 30.0
STALL_BYTES = 65_536
"""A client that takes less of its answer in ``STALL_SECONDS`` is cut off: 2 kB a second; a slow phone takes 10."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a head may take: bytes of its headers' names and values, bytes of its URL, seconds from its first byte."""

    header_bytes: int
    url_bytes: int
    seconds: float


class Fault(NamedTuple):
    """Why bytes are refused."""

    status: int
    detail: str


class RefusedHead(Exception):
    """What the parser's callbacks raise to end a head."""

    def __init__(self, fault: Fault) -> None:
        """Carry ``fault``."""
        super().__init__(fault.detail)
        self.fault = fault


INVALID = Fault(400, "Invalid HTTP request received.")
LATE = Fault(408, "The head of the request did not come in time.")
LONG_URL = Fault(414, "The URL is too long.")
LARGE_HEAD = Fault(431, "The headers of the request are too many or too large.")
FULL = Fault(503, "The server has as many connections as it may: try again later.")
