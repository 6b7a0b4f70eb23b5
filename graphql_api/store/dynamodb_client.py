"""The client of DynamoDB: made when first needed, with short timeouts and no retries, its errors translated."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from graphql_api.errors import NoSpace, ServiceError, StoreFault, StoreUnavailable
from graphql_api.storage.faults import error_code, faults, is_passing
from graphql_api.store.messages import FULL, REFUSED, UNAVAILABLE

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

TIMEOUTS = 0.2, 0.3
"""Seconds to connect and to wait for an answer.

To add is not idempotent, so that nothing is repeated: callers decide what comes next.
"""

CONNECTIONS = 16

_KINDS: Mapping[str, type[ServiceError]] = {
    "ProvisionedThroughputExceededException": StoreUnavailable,
    "RequestLimitExceeded": StoreUnavailable,
    "TransactionConflictException": StoreUnavailable,
    "ResourceNotFoundException": StoreUnavailable,
    "ResourceInUseException": StoreUnavailable,
    "ItemCollectionSizeLimitExceededException": NoSpace,
    "LimitExceededException": NoSpace,
}
_MESSAGES: Mapping[type[ServiceError], str] = {StoreUnavailable: UNAVAILABLE, NoSpace: FULL, StoreFault: REFUSED}


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors for those of the SDK; what a condition refuses is for callers to catch before."""
    try:
        yield
    except faults() as error:
        code = error_code(error)
        kind = _KINDS.get(code) or (StoreUnavailable if is_passing(error) else StoreFault)
        raise kind(_MESSAGES[kind], error_code=code) from error


class LazyClient:
    """One client for all threads."""

    def __init__(self, region: str, timeouts: tuple[float, float]) -> None:
        """Talk to ``region``; empty is the SDK's own. ``timeouts`` are as ``TIMEOUTS``."""
        self._region = region or None
        self._timeouts = timeouts
        self._lock = Lock()
        self._made: DynamoDBClient | None = None

    def get(self) -> "DynamoDBClient":
        """Return the client; making it takes some 100 ms, and connects to nothing."""
        if self._made is None:
            with self._lock, translated():
                self._made = self._made or self._make()
        return self._made

    def _make(self) -> "DynamoDBClient":
        from boto3.session import Session
        from botocore.config import Config

        config = Config(
            connect_timeout=self._timeouts[0],
            read_timeout=self._timeouts[1],
            retries={"mode": "standard", "total_max_attempts": 1},
            max_pool_connections=CONNECTIONS,
        )
        return Session().client("dynamodb", region_name=self._region, config=config)

    def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.close()
