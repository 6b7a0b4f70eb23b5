"""Jockey files in S3."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC
from itertools import groupby
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from graphql_api.config import ConfigError, Settings
from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.jockeys import ids
from graphql_api.storage.connection import Connected, Connection
from graphql_api.storage.download import stored_object
from graphql_api.storage.faults import CHANGED, CREDENTIALS, NOT_MODIFIED, error_code, faults, is_passing, translated
from graphql_api.storage.folder import (
    MAX_OBJECT_BYTES,
    MAX_STORED_BYTES,
    SUFFIXES,
    ListedObject,
    Page,
    StoredObject,
    changed_meanwhile,
    file_names,
    first_page,
    id_of,
    no_such_jockey,
    object_name,
)
from graphql_api.storage.ssm import BUCKET_NAME, Location

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

ATTEMPTS = 3
ROUNDS = 2
"""How often a whole wait, to connect and for bytes, fits into the total time of a request with its retries."""

RETRYING = 4
"""One in so many threads may try a request again; while they do, the faults of others are final."""

_BACKOFF = 0.1  # seconds, doubled from one retry to the next
T = TypeVar("T")


class S3Storage:
    """Files of one bucket. Connects on first use, once for all threads; nothing is read from AWS before that.

    A request is tried again where it may succeed a moment later, unless many are. No retry begins, and no body is read
    on, once the request has taken ``ROUNDS`` times the timeouts to connect and to read (6 s by default).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        attempts: int = ATTEMPTS,
        page_size: int = 1000,
        max_bytes: int = MAX_STORED_BYTES,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve ``settings.data``, or the bucket that SSM names where that is empty. Raises ``ConfigError``.

        A request is tried ``attempts`` times in all, the reading of its body included.
        """
        location, self._prefix = _parse(settings)
        self._connection = Connection(settings, location, attempts, clock)
        self._attempts = attempts
        self._seconds = ROUNDS * (settings.connect_timeout + settings.read_timeout)
        self._retrying = BoundedSemaphore(max(1, settings.load_threads // RETRYING))
        self._page_size = page_size
        self._max_bytes = max_bytes
        self._sleep = sleep
        self._clock = clock
        self._lists_first = False

    def read(self, jockey_id: str, etag: str | None = None) -> StoredObject | None:
        """Read one jockey's file; see ``Storage.read``.

        The usual name takes one request. Where it is missing, one listing tells which of the names there is. A bucket
        whose files have other names is listed at once from then on: so no read takes more than two requests, but the
        first. What is read never depends on earlier reads.
        """
        names = file_names(jockey_id)
        try:
            if not self._lists_first:
                return self._read(self._prefix + names[0], etag, self._max_bytes)
        except NotFound:
            pass
        name = self._listed_name(jockey_id, names)
        if name is None:
            raise no_such_jockey(jockey_id)
        self._lists_first = name != names[0]
        try:
            return self._read(self._prefix + name, etag, self._max_bytes)
        except NotFound as error:  # gone since it was listed
            raise no_such_jockey(jockey_id) from error

    def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List the ids that have a file; see ``Storage.list_ids``."""
        # Keys come in the order of their bytes, in which '.' precedes digits: so ids ascend, and a jockey's files are
        # neighbours, the last of which the cursor skips.
        start = {"StartAfter": self._prefix + ids.jockey_id(cursor) + max(SUFFIXES)} if cursor is not None else {}
        listed = filter(None, map(id_of, self._names(start)))
        return first_page((jockey_id for jockey_id, _ in groupby(listed)), limit)

    def read_object(self, name: str, etag: str | None = None) -> StoredObject | None:
        """Read an object beside the jockeys' files; see ``Storage.read_object``."""
        return self._read(self._prefix + object_name(name), etag, MAX_OBJECT_BYTES)

    def write_object(self, name: str, data: bytes) -> None:
        """Put an object, which S3 does at once or not at all; see ``Storage.write_object``."""
        key = self._prefix + object_name(name)
        self._tried(lambda s3, _: s3.client.put_object(Bucket=s3.bucket, Key=key, Body=data), key=key)

    def swap_object(self, name: str, data: bytes, etag: str | None) -> None:
        """Put an object on a condition, which S3 judges; see ``Storage.swap_object``.

        It is tried once: a try whose answer was lost may have succeeded, and a second would conflict with it.
        """
        key = self._prefix + object_name(name)
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": f'"{etag}"'}

        def put(s3: Connected, _deadline: float) -> None:
            try:
                s3.client.put_object(Bucket=s3.bucket, Key=key, Body=data, **condition)  # type: ignore[arg-type]
            except faults() as error:
                if error_code(error) in CHANGED:
                    raise changed_meanwhile(name) from error
                raise

        self._tried(put, 1, key=key)

    def list_objects(self, folder: str) -> Sequence[ListedObject]:
        """List the objects of a folder; see ``Storage.list_objects``."""
        return [
            ListedObject(each["Key"].removeprefix(self._prefix), each["Size"], each["LastModified"].astimezone(UTC))
            for page in self._pages(f"{self._prefix}{folder}/")
            for each in page.get("Contents", ())
        ]

    def delete_object(self, name: str) -> None:
        """Delete an object; see ``Storage.delete_object``."""
        key = self._prefix + object_name(name)
        self._tried(lambda s3, _: s3.client.delete_object(Bucket=s3.bucket, Key=key), key=key)

    def check(self) -> Mapping[str, str]:
        """Prove that the configuration can be read and the bucket be listed; see ``Storage.check``."""
        self._tried(lambda s3, _: s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=self._prefix, MaxKeys=1))
        return {"configuration": "ok", "storage": "ok"}

    def _listed_name(self, jockey_id: str, names: tuple[str, ...]) -> str | None:
        """Find by one request which of a jockey's names there is, the first of several; None where there is none."""
        listed = set(_names_of(self._list(f"{self._prefix}{jockey_id}."), self._prefix))
        return next((name for name in names if name in listed), None)

    def _names(self, start: Mapping[str, Any]) -> Iterator[str]:
        """List the names under the prefix, without folders, page by page as they are asked for."""
        for page in self._pages(self._prefix, **start):
            yield from _names_of(page, self._prefix)

    def _pages(self, prefix: str, **start: Any) -> "Iterator[ListObjectsV2OutputTypeDef]":
        """List the keys that begin with a prefix, without folders, page by page as they are asked for."""
        page = self._list(prefix, MaxKeys=self._page_size, **start)
        yield page
        while token := page.get("NextContinuationToken"):
            page = self._list(prefix, MaxKeys=self._page_size, ContinuationToken=token, **start)
            yield page

    def _list(self, prefix: str, **options: Any) -> "ListObjectsV2OutputTypeDef":
        """Get one page of the keys that begin with a prefix, without folders."""
        return self._tried(
            lambda s3, _: s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=prefix, Delimiter="/", **options),
            key=prefix,
        )

    def _read(self, key: str, etag: str | None, limit: int) -> StoredObject | None:
        """Read one key of at most ``limit`` bytes; None if its ETag still is ``etag``."""
        condition: dict[str, Any] = {"IfNoneMatch": f'"{etag}"'} if etag is not None else {}

        def download(s3: Connected, deadline: float) -> StoredObject | None:
            try:
                answer = s3.client.get_object(Bucket=s3.bucket, Key=key, **condition)
            except faults() as error:
                if error_code(error) == NOT_MODIFIED:
                    return None
                raise
            return stored_object(answer, key, limit, self._clock, deadline)

        stored = self._tried(download, key=key)
        # A server that gives no ETag knows no condition either.
        return None if stored is None or stored.etag == etag else stored

    def _tried(self, request: Callable[[Connected, float], T], attempts: int | None = None, **where: str) -> T:
        """Make a request, which gets its deadline, again where its fault may pass; raises ours for S3's faults."""
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
                    structlog.get_logger(__name__).warning("s3_request_retried", **about)
                self._sleep(random.uniform(0.5, 1) * _BACKOFF * 2**attempt)  # noqa: S311
                attempt += 1

    def _may_retry(self, attempt: int, at_end: ExitStack) -> bool:
        """Take a place among the requests that are tried again, for as long as this one goes on."""
        if attempt > 1:
            return True
        taken = self._retrying.acquire(blocking=False)
        if taken:
            at_end.callback(self._retrying.release)
        return taken

    @contextmanager
    def _connected(self, **where: str) -> Iterator[Connected]:
        """Lend the connection; where its credentials turn out unusable, the next may have others."""
        connected = self._connection.get()
        try:
            with translated(bucket=connected.bucket, **where):
                yield connected
        except UpstreamUnavailable as error:
            if error.log_fields.get("error_code") in CREDENTIALS:
                self._connection.refuse(connected)
            raise


def _names_of(page: "ListObjectsV2OutputTypeDef", prefix: str) -> Iterator[str]:
    return (each["Key"].removeprefix(prefix) for each in page.get("Contents", ()))


def _parse(settings: Settings) -> tuple[Location | None, str]:
    """Split ``s3://bucket/prefix`` into a location, None where SSM knows it, and a prefix ready for names."""
    if not settings.data:
        return None, ""
    bucket, _, prefix = settings.data.removeprefix("s3://").partition("/")
    if not BUCKET_NAME.fullmatch(bucket):
        raise ConfigError(f"JOCKEY_DATA must be a folder or s3://bucket/prefix, not {settings.data!r}.")
    return Location(bucket, settings.region or None), f"{prefix.strip('/')}/".lstrip("/")
