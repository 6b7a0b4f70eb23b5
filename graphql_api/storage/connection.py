"""The connection to S3: one client for all threads, made on first use, and again if its credentials are refused."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from graphql_api.config import Settings
from graphql_api.errors import UpstreamUnavailable
from graphql_api.logs import EventLogger
from graphql_api.storage.faults import translated
from graphql_api.storage.protocol import UNAVAILABLE
from graphql_api.storage.ssm import Location, read_location

if TYPE_CHECKING:
    from botocore.config import Config
    from types_boto3_s3.client import S3Client

PAUSE = 5.0  # seconds between two attempts to connect

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Connected:
    """A client, which is safe for threads, and its bucket."""

    client: "S3Client"
    bucket: str


class Connection:
    """One client at a time. A new one is made at most once in ``PAUSE`` seconds."""

    def __init__(
        self, settings: Settings, location: Location | None, attempts: int, clock: Callable[[], float]
    ) -> None:
        """Connect to ``location``, or to that of SSM, with ``attempts`` tries. Nothing is requested before ``get``."""
        self._settings = settings
        self._location = location
        self._attempts = attempts
        self._clock = clock
        self._lock = Lock()
        self._connected: Connected | None = None
        self._refused: Connected | None = None
        self._not_before = float("-inf")

    def get(self) -> Connected:
        """Return the client, created on first use. Raises ``UpstreamUnavailable``.

        A client whose credentials were refused is replaced after the pause. Before that, or if no other can
        be made, it is returned: the cause may be fixed, and other requests may succeed.
        """
        if (connected := self._connected) is None:
            with self._lock:
                connected = self._connected = self._connected or self._connect()
        elif connected is self._refused and self._lock.acquire(blocking=False):
            try:
                connected = self._connected = self._renewed(connected)
            finally:
                self._lock.release()
        return connected

    def refuse(self, connected: Connected) -> None:
        """Store that this client's credentials were refused."""
        self._refused = connected

    def _renewed(self, refused: Connected) -> Connected:
        """Return a new client, as credentials may have changed, or the refused one if no other can be made now."""
        if self._clock() < self._not_before:
            return refused
        try:
            return self._connect()
        except UpstreamUnavailable as error:
            log.warning("not_connected_anew", **error.log_fields)
            return refused

    def _connect(self) -> Connected:
        """Find the bucket and make its client."""
        if self._clock() < self._not_before:
            raise UpstreamUnavailable(UNAVAILABLE, reason="connecting failed a moment ago")
        try:
            with translated():
                return self._make()
        finally:
            self._not_before = self._clock() + PAUSE

    def _make(self) -> Connected:
        from boto3.session import Session

        session, region = Session(), self._settings.region or None
        location = self._location or read_location(
            session, self._config(self._attempts), self._settings.ssm_path, region
        )
        client = session.client(
            "s3",
            region_name=location.region,
            aws_access_key_id=location.access_key,
            aws_secret_access_key=location.secret_key,
            config=self._config(attempts=1),  # the storage retries by itself, within a total time
        )
        client.meta.events.register("before-parse.s3.GetObject", _made_parsable)
        return Connected(client, location.bucket)

    def _config(self, attempts: int) -> "Config":
        from botocore.config import Config

        return Config(
            connect_timeout=self._settings.connect_timeout,
            read_timeout=self._settings.read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=self._settings.load_threads,
            response_checksum_validation="when_supported",
        )


def _made_parsable(response_dict: dict[str, Any], **_: object) -> None:
    """Remove from a response what botocore cannot parse: an invalid Last-Modified, and the stream of a 304.

    botocore makes a stream of a 304 that has a checksum header (boto3#4765).
    """
    from botocore.utils import parse_timestamp

    try:
        parse_timestamp(response_dict["headers"].get("last-modified"))
    except ValueError:
        response_dict["headers"].pop("last-modified", None)
    if response_dict["status_code"] >= 300 and not isinstance(response_dict["body"], bytes):
        response_dict["body"] = b""
