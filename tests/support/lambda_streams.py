"""Streamed answers, read as the Runtime API reads them: strictly, fast at first and then slowly, or not to the end."""

import base64
import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

FAST_BYTES, BYTES_PER_SECOND = 6_000_000, 2_000_000
HEAD_BYTES, NULS = 16_384, bytes(8)
TRAILERS = {"lambda-runtime-function-error-type", "lambda-runtime-function-error-body"}
EXPECTED = {
    "content-type": "application/vnd.awslambda.http-integration-response",
    "lambda-runtime-function-response-mode": "streaming",
    "transfer-encoding": "chunked",
}


@dataclass(frozen=True)
class Pace:
    """How an answer is read: as AWS does or ``fast``; up to so many bytes, and then the reader goes or ``stalls``.

    A whole one is read to its end, and the connection is kept, or ``closes`` without a word.
    """

    fast: bool = True
    gone_after: int | None = None
    stalls: float = 0
    closes: bool = False


class Gone(Exception):
    """The reader has gone, as it was told to."""


@dataclass(frozen=True)
class Streamed:
    """An answer as it came: what a client sees, and what Lambda is told of its end."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes
    error: dict[str, Any] | None
    largest: int

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body)


def read_streamed(headers: Mapping[str, str], file: BinaryIO, pace: Pace) -> Streamed:
    """Read the body of a POST to ``…/response``. Raises ``AssertionError`` for what Lambda would not take."""
    given = {name.lower(): value for name, value in headers.items()}
    assert "content-length" not in given
    assert {name: given.get(name) for name in EXPECTED} == EXPECTED
    assert {each.strip().lower() for each in given["trailer"].split(",")} == TRAILERS
    chunks: list[bytes] = []
    for size, chunk in _paced(_chunks(file), pace):
        chunks.append(chunk)
        if pace.gone_after is not None and size >= pace.gone_after:
            raise Gone
    error = _read_trailers(file)
    head, found, body = b"".join(chunks).partition(NULS)
    assert found
    assert len(head) <= HEAD_BYTES
    return Streamed(*_read_head(head), body, error, max(map(len, chunks)))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Give every chunk but the last, which is empty."""
    while True:
        line = file.readline(20)
        assert re.fullmatch(rb"[0-9a-f]+\r\n", line), line
        size = int(line, 16)
        if size == 0:
            return
        chunk = file.read(size)
        assert len(chunk) == size
        assert file.read(2) == b"\r\n"
        yield chunk


def _paced(chunks: Iterator[bytes], pace: Pace) -> Iterator[tuple[int, bytes]]:
    """Give chunks and the bytes so far: the first 6 MB at once, the rest at 2 MB/s."""
    size, begun = 0, 0.0
    for chunk in chunks:
        size += len(chunk)
        if size > FAST_BYTES and not pace.fast:
            begun = begun or time.monotonic()
            time.sleep(max(0.0, begun + (size - FAST_BYTES) / BYTES_PER_SECOND - time.monotonic()))
        yield size, chunk


def _read_trailers(file: BinaryIO) -> dict[str, Any] | None:
    found = http.client.parse_headers(file)
    trailers = {name.lower(): value for name, value in found.items()}
    if not trailers:
        return None
    assert trailers.keys() == TRAILERS
    error = json.loads(base64.b64decode(trailers["lambda-runtime-function-error-body"], validate=True))
    assert error["errorType"] == trailers["lambda-runtime-function-error-type"]
    return dict(error)


def _read_head(head: bytes) -> tuple[int, dict[str, str], list[str]]:
    read = json.loads(head)
    assert set(read) == {"statusCode", "headers", "cookies"}
    status, headers, cookies = read["statusCode"], read["headers"], read["cookies"]
    assert isinstance(status, int)
    assert 200 <= status < 600
    assert all(name == name.lower() and isinstance(value, str) for name, value in headers.items())
    assert not {"set-cookie", "transfer-encoding", "connection"} & set(headers)
    assert all(isinstance(each, str) for each in cookies)
    return status, headers, cookies
