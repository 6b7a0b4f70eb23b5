"""The HTTP client of the bridge, with one time limit for all tries of a request."""

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from graphql_api.errors import UpstreamUnavailable
from graphql_api.races.jravan.breaker import Breaker

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

TRIES = 2
"""Maximum number of tries of a request. The second one only if time is left."""

CONNECT_SECONDS = 1.0
MAX_BYTES = 4 * 2**20
"""Maximum size of a response in bytes. A day in all of Japan has 100 races, about 40 kB."""

_CONNECTIONS = 8
_CHUNK = 65_536
_FAILED = "The provider of race cards is not available. Try again later."


class Limit:
    """A time limit for several requests together."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start now, with ``seconds`` of ``clock``."""
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Return the seconds that are left. 0 if the time is over."""
        return max(0.0, self._end - self._clock())


class Bridge:
    """A client of one bridge. Safe for threads. It connects with the first request."""

    def __init__(self, url: str, breaker: Breaker | None = None) -> None:
        """Use the bridge at ``url``, such as ``http://10.0.1.100:8000``."""
        self._url = url
        self._path = urlsplit(url).path.rstrip("/")
        self._breaker = breaker or Breaker()
        self._lock = Lock()
        self._pool: HTTPConnectionPool | None = None

    def get(self, path: str, limit: Limit, query: Mapping[str, str] | None = None) -> bytes | None:
        """Return the body of a response. None if the bridge responds 404.

        Raises ``UpstreamUnavailable`` within ``limit``: after ``TRIES`` failures, and at
        once while the circuit breaker is open.
        """
        from urllib3.exceptions import HTTPError

        self._breaker.check()
        error: Exception | None = None
        for _ in range(TRIES):
            try:
                body = self._ask(path, limit, query)
            except (HTTPError, UpstreamUnavailable) as failed:
                error = failed
                if not limit.left:
                    break
            else:
                self._breaker.succeed()
                return body
        self._breaker.fail()
        fields = getattr(error, "log_fields", None) or {"reason": type(error).__name__}
        raise UpstreamUnavailable(_FAILED, path=path, **fields) from error

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.close()

    def _ask(self, path: str, limit: Limit, query: Mapping[str, str] | None) -> bytes | None:
        from urllib3 import Timeout

        if not limit.left:
            raise UpstreamUnavailable(_FAILED, reason="the time is over")
        response = self._connections().request(
            "GET",
            self._path + path,
            fields=query,
            timeout=Timeout(connect=min(CONNECT_SECONDS, limit.left), read=limit.left),
            preload_content=False,
            decode_content=False,
            redirect=False,
            retries=False,
        )
        try:
            if response.status == 404:
                return None
            if response.status != 200:
                raise UpstreamUnavailable(_FAILED, status=response.status)
            return _read(response, limit)
        finally:
            response.close()

    def _connections(self) -> "HTTPConnectionPool":
        """Return the connection pool. The first request imports urllib3."""
        with self._lock:
            if self._pool is None:
                from urllib3 import connection_from_url

                self._pool = connection_from_url(self._url, maxsize=_CONNECTIONS)
            return self._pool


def _read(response: "BaseHTTPResponse", limit: Limit) -> bytes:
    """Read a body in pieces. Stop if it is too slow or too long."""
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if not limit.left:
            raise UpstreamUnavailable(_FAILED, reason="the answer is too slow")
        if len(body) > MAX_BYTES:
            raise UpstreamUnavailable(_FAILED, reason="the answer is too long")
    return bytes(body)
