"""A response of S3 as a stored object: its body within limits of time and size, and its validators."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC
from typing import TYPE_CHECKING, Any

from graphql_api.storage.folder import content_hash
from graphql_api.storage.protocol import StoredObject, too_large

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

_CHUNK = 2**18
_STRONG_ETAG = re.compile(r'"?([!#-~]{1,256})"?')


def stored_object(
    answer: "GetObjectOutputTypeDef", key: str, limit: int, clock: Callable[[], float], deadline: float
) -> StoredObject:
    """Read the body of at most ``limit`` bytes before ``deadline`` by ``clock``.

    Without a strong ETag, the hash of the content is the version. Without
    Last-Modified, the time of change is None. Raises ``DataCorrupt`` for a larger body, and botocore's errors.
    """
    with closing(answer["Body"]) as body:
        if (answer.get("ContentLength") or 0) > limit:
            raise too_large(key, limit)
        data = _read_body(body, key, limit, clock, deadline)
    etag = strong_etag(answer.get("ETag"))
    modified = answer.get("LastModified")
    return StoredObject(key, data, etag or content_hash(data), modified and modified.astimezone(UTC))


def strong_etag(header: str | None) -> str | None:
    """Return a strong ETag without quotes. None if it is not one."""
    found = _STRONG_ETAG.fullmatch(header or "")
    return found[1] if found else None


def _read_body(body: "StreamingBody", key: str, limit: int, clock: Callable[[], float], deadline: float) -> bytes:
    """Read a body. The empty read at its end checks its length and checksum."""
    # There is no public way to read what has come without waiting for more.
    body._raw_stream = _PromptStream(body._raw_stream, clock, deadline)  # type: ignore[attr-defined]  # noqa: SLF001
    parts: list[bytes] = []
    size = 0
    while part := body.read(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise too_large(key, limit)
    return b"".join(parts)


class _PromptStream:
    """A stream that returns the bytes that have arrived, without waiting for all requested bytes, before a deadline.

    The socket's timeout limits each wait for bytes, but not a body that sends a few bytes at a time.
    """

    def __init__(self, stream: Any, clock: Callable[[], float], deadline: float) -> None:
        self._stream = stream
        self._clock = clock
        self._deadline = deadline

    def read(self, amount: int) -> bytes:
        """Return at most ``amount`` bytes. Raises botocore's ``ReadTimeoutError`` after the deadline."""
        if self._clock() >= self._deadline:
            from botocore.exceptions import ReadTimeoutError

            raise ReadTimeoutError(endpoint_url="the body came too slowly")
        data: bytes = self._stream.read1(amount)
        return data

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()
