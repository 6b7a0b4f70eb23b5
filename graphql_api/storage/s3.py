"""Jockey files in S3."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

import structlog

from graphql_api.config import ConfigError, Settings
from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.jockeys import ids
from graphql_api.storage.faults import CREDENTIALS, NOT_MODIFIED, error_code, faults, translated
from graphql_api.storage.folder import (
    MAX_OBJECT_BYTES,
    MAX_STORED_BYTES,
    SUFFIXES,
    UNAVAILABLE,
    Page,
    StoredObject,
    file_names,
    first_page,
    id_of,
    no_such_jockey,
    object_name,
    too_large,
)
from graphql_api.storage.ssm import BUCKET_NAME, Location, read_location

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client

ATTEMPTS = 3
PAUSE = 5.0  # seconds between two attempts to connect
_BACKOFF = 0.1  # seconds, doubled from one retry of a body to the next
_CHUNK = 2**20


class S3Storage:
    """Files of one bucket. Connects on first use, once for all threads; nothing is read from AWS before that."""

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

        A request is tried ``attempts`` times in all, and so is the reading of its body.
        """
        location, self._prefix = _parse(settings)
        self._connection = _Connection(settings, location, attempts, clock)
        self._attempts = attempts
        self._page_size = page_size
        self._max_bytes = max_bytes
        self._sleep = sleep

    def read(self, jockey_id: str, etag: str | None = None) -> StoredObject | None:
        """Read one jockey's file; see ``Storage.read``."""
        for name in file_names(jockey_id):
            try:
                return self._read(self._prefix + name, etag, self._max_bytes)
            except NotFound:
                continue
        raise no_such_jockey(jockey_id)

    def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List the ids that have a file; see ``Storage.list_ids``."""
        # Keys come in the order of their bytes, in which '.' precedes digits: so ids ascend, and a jockey's files are
        # neighbours, the last of which the cursor skips.
        start = {"StartAfter": self._prefix + ids.jockey_id(cursor) + max(SUFFIXES)} if cursor is not None else {}
        found = (each for each, _ in groupby(map(id_of, self._names(start))) if each)
        return first_page(found, limit)

    def read_object(self, name: str, etag: str | None = None) -> StoredObject | None:
        """Read an object beside the jockeys' files; see ``Storage.read_object``."""
        return self._read(self._prefix + object_name(name), etag, MAX_OBJECT_BYTES)

    def write_object(self, name: str, data: bytes) -> None:
        """Put an object, which S3 does at once or not at all; see ``Storage.write_object``."""
        key = self._prefix + object_name(name)
        with self._connected(key=key) as s3:
            s3.client.put_object(Bucket=s3.bucket, Key=key, Body=data)

    def check(self) -> Mapping[str, str]:
        """Prove that the configuration can be read and the bucket be listed; see ``Storage.check``."""
        with self._connected() as s3:
            s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=self._prefix, MaxKeys=1)
        return {"configuration": "ok", "storage": "ok"}

    @contextmanager
    def _connected(self, **where: str) -> Iterator["_Connected"]:
        """Lend the connection; drop it when its credentials turn out unusable, as the next may have others."""
        connected = self._connection.get()
        try:
            with translated(bucket=connected.bucket, **where):
                yield connected
        except UpstreamUnavailable as error:
            if error.log_fields.get("error_code") in CREDENTIALS:
                self._connection.drop(connected)
            raise

    def _names(self, start: Mapping[str, Any]) -> Iterator[str]:
        """List the names under the prefix, without folders, page by page as they are asked for."""
        with self._connected(key=self._prefix) as s3:
            pages = s3.client.get_paginator("list_objects_v2").paginate(
                Bucket=s3.bucket,
                Prefix=self._prefix,
                Delimiter="/",
                PaginationConfig={"PageSize": self._page_size},
                **start,
            )
            for page in pages:
                yield from (each["Key"].removeprefix(self._prefix) for each in page.get("Contents", ()))

    def _read(self, key: str, etag: str | None, limit: int) -> StoredObject | None:
        """Read one key of at most ``limit`` bytes; None if its ETag still is ``etag``."""
        condition = {"IfNoneMatch": f'"{etag}"'} if etag is not None else {}
        with self._connected(key=key) as s3:
            try:
                return self._download(s3, key, condition, limit)
            except faults() as error:
                if error_code(error) == NOT_MODIFIED:
                    return None
                raise

    def _download(self, s3: "_Connected", key: str, condition: Mapping[str, Any], limit: int) -> StoredObject:
        """Get one object, anew where its body breaks off, hangs or is damaged: the SDK retries no body."""
        attempt = 1
        while True:
            answer = s3.client.get_object(Bucket=s3.bucket, Key=key, **condition)
            try:
                data = _read_body(answer["Body"], key, limit)
            except faults() as error:
                if attempt == self._attempts:
                    raise
                structlog.get_logger(__name__).warning(
                    "body_read_retried", bucket=s3.bucket, key=key, error_code=error_code(error), attempt=attempt
                )
                self._sleep(random.uniform(0.5, 1) * _BACKOFF * 2**attempt)  # noqa: S311
                attempt += 1
            else:
                return StoredObject(key, data, answer["ETag"].strip('"'), answer["LastModified"].astimezone(UTC))


def _read_body(body: "StreamingBody", key: str, limit: int) -> bytes:
    """Read a body of at most ``limit`` bytes; the empty read at its end is what checks its length and checksum."""
    parts: list[bytes] = []
    size = 0
    with closing(body):
        while part := body.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise too_large(key, limit)
    return b"".join(parts)


def _parse(settings: Settings) -> tuple[Location | None, str]:
    """Split ``s3://bucket/prefix`` into a location, None where SSM knows it, and a prefix ready for names."""
    if not settings.data:
        return None, ""
    bucket, _, prefix = settings.data.removeprefix("s3://").partition("/")
    if not BUCKET_NAME.fullmatch(bucket):
        raise ConfigError(f"JOCKEY_DATA must be a folder or s3://bucket/prefix, not {settings.data!r}.")
    return Location(bucket, settings.region or None), f"{prefix.strip('/')}/".lstrip("/")


@dataclass(frozen=True, slots=True)
class _Connected:
    """A client, which threads may share, and its bucket."""

    client: "S3Client"
    bucket: str


class _Connection:
    """At most one client at a time, made on demand and, where that fails, no more often than every ``PAUSE``."""

    def __init__(
        self, settings: Settings, location: Location | None, attempts: int, clock: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._location = location
        self._attempts = attempts
        self._clock = clock
        self._lock = Lock()
        self._connected: _Connected | None = None
        self._not_before = float("-inf")

    def get(self) -> _Connected:
        """Give the client, making it if there is none; raises ``UpstreamUnavailable``."""
        if connected := self._connected:
            return connected
        with self._lock:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def drop(self, connected: _Connected) -> None:
        """Forget this client, unless another has taken its place."""
        with self._lock:
            if self._connected is connected:
                self._connected = None

    def _connect(self) -> _Connected:
        """Find the bucket and make its client."""
        if self._clock() < self._not_before:
            raise UpstreamUnavailable(UNAVAILABLE, reason="connecting failed a moment ago")
        try:
            with translated():
                return self._make()
        finally:
            self._not_before = self._clock() + PAUSE

    def _make(self) -> _Connected:
        from boto3.session import Session

        session, config = Session(), self._config()
        region = self._settings.region or None
        location = self._location or read_location(session, config, self._settings.ssm_path, region)
        client = session.client(
            "s3",
            region_name=location.region,
            aws_access_key_id=location.access_key,
            aws_secret_access_key=location.secret_key,
            config=config,
        )
        client.meta.events.register("before-parse.s3.GetObject", _without_checksum)
        return _Connected(client, location.bucket)

    def _config(self) -> "Config":
        from botocore.config import Config

        return Config(
            connect_timeout=self._settings.connect_timeout,
            read_timeout=self._settings.read_timeout,
            retries={"mode": "standard", "total_max_attempts": self._attempts},
            max_pool_connections=self._settings.load_threads,
            response_checksum_validation="when_supported",
        )


def _without_checksum(response_dict: dict[str, Any], **_: object) -> None:
    """Take back the stream that botocore makes of a 304 with a checksum header, and then cannot parse (boto3#4765)."""
    if response_dict["status_code"] >= 300 and not isinstance(response_dict["body"], bytes):
        response_dict["body"] = b""
