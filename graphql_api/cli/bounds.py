"""Limits of a connection of the plain server, and the reasons to refuse what it sends."""

from dataclasses import dataclass
from typing import NamedTuple

from graphql_api.config import Settings

FIRST_SECONDS = 5.0
"""Seconds that a new connection has for the first byte of its first request."""

LINGER_SECONDS = 2.0
"""Seconds that a refused client has to read the response. To close at once may reset the connection."""

STALL_BYTES = 65_536
"""Bytes that a client must read in ``Limits.stall_seconds``: 2 kB a second. A slow phone reads 10 kB a second."""


URL_SLACK = 4
"""Factor of the limit of paths and query strings above which a URL is refused while it is read."""

BODY_SLACK = 8
"""Factor of the limit of bodies, since a chunk of one byte takes six bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an incomplete message the server holds, in bytes, and how long it waits, in seconds.

    ``seconds`` is the time for a head, ``stall_seconds`` the time in which a client must read a part of its response.
    The application checks complete messages by the settings.
    """

    url_bytes: int
    head_bytes: int
    message_bytes: int
    seconds: float
    stall_seconds: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return the limits that follow from the settings."""
        url = URL_SLACK * settings.max_url_bytes
        head = url + settings.max_header_bytes
        return cls(url, head, head + BODY_SLACK * settings.max_body_bytes, settings.request_timeout)


class Fault(NamedTuple):
    """The reason why bytes are refused."""

    status: int
    detail: str


INVALID = Fault(400, "Invalid HTTP request received.")
LATE = Fault(408, "The head of the request did not come in time.")
LONG_URL = Fault(414, "The URL is too long.")
LARGE_BODY = Fault(413, "The request is too large.")
LARGE_HEAD = Fault(431, "The headers of the request are too many or too large.")
FULL = Fault(503, "The server has as many connections as it may: try again later.")
