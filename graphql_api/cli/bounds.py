"""What a connection of the plain server may take, and why what it sends is refused."""

from dataclasses import dataclass
from typing import NamedTuple

from graphql_api.config import Settings

LINGER_SECONDS = 2.0
"""What a client that was refused has to read why: to close at once may reset the connection, and lose the answer."""

STALL_BYTES = 65_536
"""What a client has to take of its answer in ``Limits.stall_seconds``: 2 kB a second; a slow phone takes 10."""


URL_SLACK = 4
"""Times the setting that bounds paths and query strings; longer URLs are refused while they are read."""

BODY_SLACK = 8
"""Times the setting that bounds bodies, since a chunk of one byte takes six."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server holds of a message that is not complete, in bytes, and how long it waits, in seconds.

    ``seconds`` are for a head, ``stall_seconds`` for a client to take a part of its answer. What is complete is judged
    by the application, by the settings themselves.
    """

    url_bytes: int
    head_bytes: int
    message_bytes: int
    seconds: float
    stall_seconds: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return what follows from the settings."""
        url = URL_SLACK * settings.max_url_bytes
        head = url + settings.max_header_bytes
        return cls(url, head, head + BODY_SLACK * settings.max_body_bytes, settings.request_timeout)


class Fault(NamedTuple):
    """Why bytes are refused."""

    status: int
    detail: str


INVALID = Fault(400, "Invalid HTTP request received.")
LATE = Fault(408, "The head of the request did not come in time.")
LONG_URL = Fault(414, "The URL is too long.")
LARGE_BODY = Fault(413, "The request is too large.")
LARGE_HEAD = Fault(431, "The headers of the request are too many or too large.")
FULL = Fault(503, "The server has as many connections as it may: try again later.")
