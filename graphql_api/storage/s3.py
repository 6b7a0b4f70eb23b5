"""A bucket of S3 as a storage."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, TypeVar

from graphql_api.config import ConfigError, Settings
from graphql_api.errors import UpstreamUnavailable
from graphql_api.logs import EventLogger
from graphql_api.storage.connection import Connected, Connection
from graphql_api.storage.download import stored_object, strong_etag
from graphql_api.storage.faults import CHANGED, CREDENTIALS, NOT_MODIFIED, error_code, faults, is_passing, translated
from graphql_api.storage.protocol import (
    MAX_OBJECT_BYTES,
    ListedObject,
    Listing,
    StoredObject,
    changed_meanwhile,
    checked_key,
    checked_prefix,
    writable_key,
)
from graphql_api.storage.ssm import BUCKET_NAME, Location

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

ATTEMPTS = 3
ROUNDS = 2
"""Total time of a request with its retries, as a multiple of the timeouts to connect and to read."""

RETRYING = 4
"""One of this many threads may retry a request at a time. Faults of other threads are then final."""

_BACKOFF = 0.1  # seconds, doubled from one retry to the next

log = EventLogger(__name__)
T = TypeVar("T")


class S3Storage:
    """Files of one bucket. It connects on first use, once for all threads.

    A request is retried if its fault is temporary, unless many are being retried. No retry starts and no body is read
    after ``ROUNDS`` times the timeouts to connect and to read (6 s by default).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        attempts: int = ATTEMPTS,
        page_size: int = 1000,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve ``settings.data``, or the bucket of SSM if that is empty. Raises ``ConfigError``.

        A request has ``attempts`` tries in total, including the reading of its body.
        """
        location, self._prefix = _parse(settings)
        self._connection = Connection(settings, location, attempts, clock)
        self._attempts = attempts
        self._seconds = ROUNDS * (settings.connect_timeout + settings.read_timeout)
        self._retrying = BoundedSemaphore(max(1, settings.load_threads // RETRYING))
        self._page_size = page_size
        self._sleep = sleep
        self._clock = clock

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Get an object; see ``Storage.read``."""
        where = self._prefix + checked_key(key)
        condition: dict[str, Any] = {"IfNoneMatch": f'"{etag}"'} if etag is not None else {}

        def download(s3: Connected, deadline: float) -> StoredObject | None:
            try:
                answer = s3.client.get_object(Bucket=s3.bucket, Key=where, **condition)
            except faults() as error:
                if error_code(error) == NOT_MODIFIED:
                    return None
                raise
            return stored_object(answer, where, max_bytes, self._clock, deadline)

        stored = self._tried(download, key=where)
        # A server that gives no ETag knows no condition either.
        return None if stored is None or stored.etag == etag else stored

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List objects by as many requests as necessary; see ``Storage.list_objects``."""
        start = {"StartAfter": self._prefix + cursor} if cursor is not None else {}
        found: list[ListedObject] = []
        more = False
        for page in self._pages(self._prefix + checked_prefix(prefix), **start):
            found += [
                ListedObject(
                    each["Key"].removeprefix(self._prefix),
                    each["Size"],
                    each["LastModified"].astimezone(UTC),
                    strong_etag(each.get("ETag")),
                )
                for each in page.get("Contents", ())
            ]
            more = "NextContinuationToken" in page
            if len(found) >= limit:
                break
        return Listing(tuple(found[:limit]), found[limit - 1].key if more or len(found) > limit else None)

    def write(self, key: str, data: bytes) -> None:
        """Put an object, which is atomic in S3; see ``Storage.write``."""
        where = self._prefix + writable_key(key)
        self._tried(lambda s3, _: s3.client.put_object(Bucket=s3.bucket, Key=where, Body=data), key=where)

    def swap(self, key: str, data: bytes, etag: str | None) -> None:
        """Put an object with a condition; see ``Storage.swap``.

        There is no retry: a try whose response was lost may have succeeded, and a second would conflict with it.
        """
        where = self._prefix + writable_key(key)
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": f'"{etag}"'}

        def put(s3: Connected, _deadline: float) -> None:
            try:
                s3.client.put_object(Bucket=s3.bucket, Key=where, Body=data, **condition)  # type: ignore[arg-type]
            except faults() as error:
                if error_code(error) in CHANGED:
                    raise changed_meanwhile(key) from error
                raise

        self._tried(put, 1, key=where)

    def delete(self, key: str) -> None:
        """Delete an object; see ``Storage.delete``."""
        where = self._prefix + writable_key(key)
        self._tried(lambda s3, _: s3.client.delete_object(Bucket=s3.bucket, Key=where), key=where)

    def check(self) -> Mapping[str, str]:
        """Check that the configuration can be read and the bucket can be listed; see ``Storage.check``."""
        self._tried(lambda s3, _: s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=self._prefix, MaxKeys=1))
        return {"configuration": "ok", "storage": "ok"}

    def _pages(self, prefix: str, **start: Any) -> "Iterator[ListObjectsV2OutputTypeDef]":
        """Yield the keys with a prefix, without folders. Pages are read when they are needed."""
        page = self._list(prefix, MaxKeys=self._page_size, **start)
        yield page
        while token := page.get("NextContinuationToken"):
            page = self._list(prefix, MaxKeys=self._page_size, ContinuationToken=token, **start)
            yield page

    def _list(self, prefix: str, **options: Any) -> "ListObjectsV2OutputTypeDef":
        """Get one page of the keys with a prefix, without folders."""
        return self._tried(
            lambda s3, _: s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=prefix, Delimiter="/", **options),
            key=prefix,
        )

    def _tried(self, request: Callable[[Connected, float], T], attempts: int | None = None, **where: str) -> T:
        """Make a request with a deadline, and retry it if its fault is temporary. Raises our errors for those of S3."""
        deadline, attempt = self._clock() + self._seconds, 1
        attempts = attempts or self._attempts
        with self._connected(**where) as s3, ExitStack() as at_end:
            while True:
                try:
                    return request(s3, deadline)
                except faults() as error:
                    may_pass = attempt < attempts and is_passing(error) and self._clock() < deadline
                    if not may_pass or not self._may_retry(attempt, at_end):
                        raise
                    about = {"bucket": s3.bucket, **where, "error_code": error_code(error), "attempt": attempt}
                    log.warning("s3_request_retried", **about)
                self._sleep(random.uniform(0.5, 1) * _BACKOFF * 2**attempt)  # noqa: S311
                attempt += 1

    def _may_retry(self, attempt: int, at_end: ExitStack) -> bool:
        """Take a place among the requests that are being retried, until this one ends."""
        if attempt > 1:
            return True
        taken = self._retrying.acquire(blocking=False)
        if taken:
            at_end.callback(self._retrying.release)
        return taken

    @contextmanager
    def _connected(self, **where: str) -> Iterator[Connected]:
        """Yield the connection. If its credentials are refused, the next connection may have others."""
        connected = self._connection.get()
        try:
            with translated(bucket=connected.bucket, **where):
                yield connected
        except UpstreamUnavailable as error:
            if error.log_fields.get("error_code") in CREDENTIALS:
                self._connection.refuse(connected)
            raise


def _parse(settings: Settings) -> tuple[Location | None, str]:
    """Split ``s3://bucket/prefix`` into a location (None if SSM has it) and a prefix for names."""
    if not settings.data:
        return None, ""
    bucket, _, prefix = settings.data.removeprefix("s3://").partition("/")
    if not BUCKET_NAME.fullmatch(bucket):
        raise ConfigError(f"JOCKEY_DATA must be a folder or s3://bucket/prefix, not {settings.data!r}.")
    return Location(bucket, settings.region or None), f"{prefix.strip('/')}/".lstrip("/")
