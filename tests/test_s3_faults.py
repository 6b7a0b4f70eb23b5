"""Tests of what each fault of S3 becomes: the rows of the table of faults, against a server that commits them."""

import base64
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest
import structlog
import urllib3.exceptions

from fake_s3 import (
    OBJECT,
    Answer,
    FaultServer,
    found,
    hang,
    hang_in_body,
    refusal,
    reply,
    reset,
    reset_in_body,
    serving,
    settings,
)
from graphql_api.errors import NotFound, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.storage import faults
from graphql_api.storage.s3 import S3Storage

pytest_plugins = ("s3_servers",)

CHECKSUM = base64.b64encode(zlib.crc32(b"frame").to_bytes(4, "big")).decode()
NOT_XML = reply(503, b"<html>Service Unavailable")


@contextmanager
def faulty(aws: pytest.MonkeyPatch, *answers: Answer, **options: Any) -> Iterator[tuple[S3Storage, FaultServer]]:
    """Give a storage whose S3 gives these answers, and that server."""
    with serving(*answers) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        yield storage(**options), server


def storage(read_timeout: float = 30.0, **options: Any) -> S3Storage:
    """Make a storage that does not wait between its own retries."""
    made = settings(data="s3://the-bucket/the/prefix", read_timeout=read_timeout)
    return S3Storage(made, **({"sleep": lambda _: None} | options))


# What S3 does, what it becomes, the code for the log, and how often S3 is asked.
REFUSALS: list[tuple[Answer, type[ServiceError], str, int]] = [
    (refusal(500, "InternalError"), UpstreamUnavailable, "InternalError", 3),
    (refusal(503, "ServiceUnavailable"), UpstreamUnavailable, "ServiceUnavailable", 3),
    (NOT_XML, UpstreamUnavailable, "503", 3),
    (reply(502), UpstreamUnavailable, "502", 3),
    (refusal(501, "NotImplemented"), UpstreamUnavailable, "NotImplemented", 1),
    (refusal(400, "RequestTimeout"), UpstreamUnavailable, "RequestTimeout", 3),
    (refusal(403, "AccessDenied"), StorageFault, "AccessDenied", 1),
    (reply(403), StorageFault, "403", 1),
    (refusal(403, "InvalidObjectState"), StorageFault, "InvalidObjectState", 1),
    (refusal(403, "AllAccessDisabled"), StorageFault, "AllAccessDisabled", 1),
    (refusal(404, "NoSuchBucket"), StorageFault, "NoSuchBucket", 1),
    (refusal(400, "InvalidRequest"), StorageFault, "InvalidRequest", 1),
    (refusal(405, "MethodNotAllowed"), StorageFault, "MethodNotAllowed", 1),
    (refusal(400, "ExpiredToken"), UpstreamUnavailable, "ExpiredToken", 1),
    (refusal(400, "InvalidToken"), UpstreamUnavailable, "InvalidToken", 1),
    (refusal(403, "InvalidAccessKeyId"), UpstreamUnavailable, "InvalidAccessKeyId", 1),
    (refusal(403, "SignatureDoesNotMatch"), UpstreamUnavailable, "SignatureDoesNotMatch", 1),
    (refusal(403, "RequestTimeTooSkewed"), UpstreamUnavailable, "RequestTimeTooSkewed", 1),
    (reset, UpstreamUnavailable, "ConnectionClosedError", 3),
]


@pytest.mark.parametrize(("answer", "kind", "code", "tries"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_refusals(aws: pytest.MonkeyPatch, answer: Answer, kind: type[ServiceError], code: str, tries: int) -> None:
    """Each refusal becomes its error, after retries where they may help; only the log learns bucket, key and code."""
    with faulty(aws, answer) as (s3, server), pytest.raises(kind) as caught:
        s3.read("05339")
    assert len(server.requests) == tries
    assert caught.value.log_fields == {"error_code": code, "bucket": "the-bucket", "key": "the/prefix/05339.pickle"}
    assert caught.value.__cause__
    assert not any(word in str(caught.value) for word in ("bucket", "prefix", "05339", code))


@pytest.mark.parametrize("answer", [refusal(503, "SlowDown"), reply(429)], ids=["SlowDown", "429"])
def test_throttling(aws: pytest.MonkeyPatch, answer: Answer) -> None:
    """Throttling is unavailability."""
    # Asked once: before a second try the SDK waits for up to a second.
    with faulty(aws, answer, attempts=1) as (s3, server), pytest.raises(UpstreamUnavailable):
        s3.read("05339")
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", ["check", "list_ids"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(403, "AccessDenied"), StorageFault),
        (refusal(404, "NoSuchBucket"), StorageFault),
        (refusal(500, "InternalError"), UpstreamUnavailable),
        (reply(200, b"<html>a proxy's page"), UpstreamUnavailable),
        (reply(200, b"<ListBucketResult><Contents>", length=999), UpstreamUnavailable),
    ],
    ids=["403", "404", "500", "no XML", "truncated"],
)
def test_listing_and_readiness_fail_alike(
    aws: pytest.MonkeyPatch, call: str, answer: Answer, kind: type[ServiceError]
) -> None:
    """A fault of a listing becomes the same error as that of a read, and so does one of the readiness check."""
    with faulty(aws, answer, attempts=1) as (s3, _), pytest.raises(kind) as caught:
        getattr(s3, call)()
    assert caught.value.log_fields["bucket"] == "the-bucket"


@pytest.mark.parametrize("answer", [refusal(404, "NoSuchKey"), reply(404)], ids=["NoSuchKey", "404"])
def test_missing_keys(aws: pytest.MonkeyPatch, answer: Answer) -> None:
    """A key is missing once, and only after the compressed ones are too is the jockey."""
    with faulty(aws, answer) as (s3, server), pytest.raises(NotFound, match=r"^Jockey with ID '05339' not found$"):
        s3.read("05339")
    asked = [request.split(" ")[1].rpartition("05339")[2] for request in server.requests]
    assert asked == [".pickle", ".pickle.gz", ".pickle.xz", ".pickle.zst"]


def test_hang(aws: pytest.MonkeyPatch) -> None:
    """A server that does not answer is asked three times."""
    with faulty(aws, hang, read_timeout=0.1) as (s3, server), pytest.raises(UpstreamUnavailable) as caught:
        s3.read("05339")
    assert caught.value.log_fields["error_code"] == "ReadTimeoutError"
    assert len(server.requests) == 3


def test_refused_connection(aws: pytest.MonkeyPatch) -> None:
    """A server that is away is unavailable."""
    with faulty(aws) as (s3, _):
        pass
    with pytest.raises(UpstreamUnavailable) as caught:
        s3.read("05339")
    assert caught.value.log_fields["error_code"] == "EndpointConnectionError"


def test_unknown_host(aws: pytest.MonkeyPatch) -> None:
    """A host that DNS does not know is unavailable."""
    aws.setenv("AWS_ENDPOINT_URL", "http://no-such-host.invalid")
    with pytest.raises(UpstreamUnavailable) as caught:
        storage(attempts=1).read("05339")
    assert caught.value.log_fields["error_code"] == "EndpointConnectionError"


BODIES: dict[str, Answer] = {
    "IncompleteReadError": found(b"half", length=9),
    "ResponseStreamingError": reset_in_body,
    "ReadTimeoutError": hang_in_body,
    "FlexibleChecksumError": found(b"FRAME", x_amz_checksum_crc32=CHECKSUM),
}


@pytest.mark.parametrize("code", BODIES)
def test_broken_bodies(aws: pytest.MonkeyPatch, code: str) -> None:
    """A body that breaks off, hangs or is damaged is asked for three times, with growing pauses, and logged."""
    pauses: list[float] = []
    timeout = 0.5 if code == "ReadTimeoutError" else 30.0
    with (
        faulty(aws, BODIES[code], read_timeout=timeout, sleep=pauses.append) as (s3, server),
        structlog.testing.capture_logs() as logs,
        pytest.raises(UpstreamUnavailable) as caught,
    ):
        s3.read("05339")
    assert caught.value.log_fields["error_code"] == code
    assert len(server.requests) == 3
    assert 0 < pauses[0] <= pauses[1] < 1
    assert [(each["event"], each["error_code"], each["attempt"]) for each in logs] == [
        ("body_read_retried", code, 1),
        ("body_read_retried", code, 2),
    ]


@pytest.mark.parametrize("code", BODIES)
def test_broken_body_is_mended_by_a_retry(aws: pytest.MonkeyPatch, code: str) -> None:
    """Where the second try brings the whole body, that is what is read."""
    timeout = 1.0 if code == "ReadTimeoutError" else 30.0
    with faulty(aws, BODIES[code], found(b"frame"), read_timeout=timeout) as (s3, server):
        read = s3.read("05339")
    assert read
    assert read.data == b"frame"
    assert len(server.requests) == 2


def test_right_checksum(aws: pytest.MonkeyPatch) -> None:
    """A body is read that has the checksum S3 says; asking for checksums does not depend on the environment."""
    aws.setenv("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    with faulty(aws, found(b"frame", x_amz_checksum_crc32=CHECKSUM)) as (s3, server):
        read = s3.read("05339")
    assert read
    assert read.data == b"frame"
    assert "x-amz-checksum-mode: enabled" in server.requests[0].lower()


@pytest.mark.parametrize("headers", [{}, {"x-amz-checksum-crc32": CHECKSUM}], ids=["plain", "with checksum"])
def test_not_modified(aws: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    """A 304 means unchanged, even with a checksum of the body it does not have, which the SDK stumbles over."""
    with faulty(aws, reply(304, headers=OBJECT | headers)) as (s3, server):
        assert s3.read("05339", "tag") is None
    assert 'if-none-match: "tag"' in server.requests[0].lower()


def test_refusal_with_a_checksum(aws: pytest.MonkeyPatch) -> None:
    """A refusal with a checksum header, which the SDK stumbles over, counts by its status."""
    answer = reply(403, b"<Error><Code>AccessDenied</Code></Error>", {"x-amz-checksum-crc32": CHECKSUM})
    with faulty(aws, answer) as (s3, _), pytest.raises(StorageFault) as caught:
        s3.read("05339")
    assert caught.value.log_fields["error_code"] == "403"


def test_connection_is_kept(aws: pytest.MonkeyPatch) -> None:
    """Reads one after the other share a connection, found or unchanged."""
    with faulty(aws, found(), reply(304), found()) as (s3, server):
        for etag in (None, "tag", None):
            s3.read("05339", etag)
    assert len(server.requests) == 3
    assert server.connections == 1


def test_table_names_real_exceptions() -> None:
    """Every exception that the table names exists, so that a row cannot die of a typing error or a rename."""
    modules = (botocore.exceptions, botocore.parsers, urllib3.exceptions)
    named = [name for name in (*faults.CREDENTIALS, *faults.BROKEN) if name.endswith(("Error", "NotFound"))]
    assert len(named) > 10
    assert [name for name in named if not any(hasattr(module, name) for module in modules)] == []
