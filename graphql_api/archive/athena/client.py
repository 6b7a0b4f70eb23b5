"""The client of Athena: made when it is first needed, with its faults translated."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from graphql_api.errors import StorageFault, UpstreamUnavailable
from graphql_api.storage.faults import CREDENTIALS, error_code, faults, is_passing

if TYPE_CHECKING:
    from types_boto3_athena.client import AthenaClient

UNAVAILABLE = "The query engine is not available; try again later."
REFUSED = "The query engine refused the query."

TIMEOUTS = 1.0, 5.0
"""Seconds to connect, and to wait for an answer: a page of a result has a thousand rows."""

ATTEMPTS = 3
CONNECTIONS = 16


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors for those of the SDK: ``UpstreamUnavailable`` for what may pass, else ``StorageFault``."""
    try:
        yield
    except faults() as error:
        code = error_code(error)
        if is_passing(error) or code in CREDENTIALS:
            raise UpstreamUnavailable(UNAVAILABLE, error_code=code, service="athena") from error
        raise StorageFault(REFUSED, error_code=code, service="athena") from error


class LazyClient:
    """One client for all threads."""

    def __init__(self, region: str) -> None:
        """Talk to ``region``; empty is the SDK's own."""
        self._region = region or None
        self._lock = Lock()
        self._made: AthenaClient | None = None

    def __call__(self) -> "AthenaClient":
        """Return the client; making it takes some 100 ms, and connects to nothing."""
        with self._lock:
            if self._made is None:
                with translated():
                    self._made = self._make()
            return self._made

    def _make(self) -> "AthenaClient":
        from boto3.session import Session
        from botocore.config import Config

        config = Config(
            connect_timeout=TIMEOUTS[0],
            read_timeout=TIMEOUTS[1],
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=CONNECTIONS,
        )
        return Session().client("athena", region_name=self._region, config=config)

    def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.close()
