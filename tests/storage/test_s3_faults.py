"""Tests of what each fault of S3 becomes: the rows of the table of faults, against a server that commits them."""

import base64
import contextlib
import socket
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest
import urllib3.exceptions

from fake_s3 import (
    OBJECT,
    Answer,
    FaultServer,
    Opened,
    found,
    hang,
    hang_in_body,
    listed,
    refusal,
    reply,
    reset,
    reset_in_body,
    serving,
    settings,
)
from fakes import PATIENCE
from graphql_api.errors import DataCorrupt, NotFound, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.storage import faults
from graphql_api.storage.s3 import RETRYING, S3Storage
from log_lines import captured_logs
from waiting import until

pytest_plugins = ("s3_servers",)

CHECKSUM = base64.b64encode(zlib.crc32(b"frame").to_bytes(4, "big")).decode()
NOTHING_LISTED = listed()
NOT_XML = reply(503, b"<html>Service Unavailable")


@contextmanager
def faulty(aws: pytest.MonkeyPatch, *answers: Answer, **options: Any) -> Iterator[tuple[Opened, FaultServer]]:
    """Give a storage whose S3 gives these answers, and that server."""
    with serving(*answers) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        yield storage(**options), server


def storage(read_timeout: float = 30.0, load_threads: int = 64, **options: Any) -> Opened:
    """Make a storage that does not wait between its own retries."""
    made = settings(data="s3://the-bucket/the/prefix", read_timeout=read_timeout, load_threads=load_threads)
    sizes = {name: options.pop(name) for name in ("max_bytes",) if name in options}
    return Opened(S3Storage(made, **({"sleep": lambda _: None} | options)), **sizes)


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
    """A key is missing once; that the jockey is, one listing tells, however many names its file could have."""
    missing = pytest.raises(NotFound, match=r"^Jockey with ID '05339' not found$")
    with faulty(aws, answer, NOTHING_LISTED) as (s3, server), missing:
        s3.read("05339")
    file, listing = (request.split(" ")[1] for request in server.requests)
    assert file == "/the-bucket/the/prefix/05339.pickle"
    assert "prefix=the%2Fprefix%2F05339.&" in listing


@pytest.mark.parametrize("name", [".pickle.gz", ".pkl", ".pkl.bz2", ".zip"])
def test_a_bucket_of_other_names_takes_two_requests(aws: pytest.MonkeyPatch, name: str) -> None:
    """After the first read of a bucket whose files have another name than the usual, a read lists and gets, no more."""
    answers = (refusal(404, "NoSuchKey"), listed(f"the/prefix/05339{name}"), found())
    again = (listed(f"the/prefix/05339{name}"), reply(304), NOTHING_LISTED)
    with faulty(aws, *answers, *again) as (s3, server):
        assert s3.read("05339").key == f"the/prefix/05339{name}"  # type: ignore[union-attr]
        assert s3.read("05339", "tag") is None
        with pytest.raises(NotFound):
            s3.read("05340")
    assert len(server.requests) == len(answers) + len(again)


def test_the_usual_name_counts_whatever_was_read_before(aws: pytest.MonkeyPatch) -> None:
    """In a bucket of other names a file of the usual name is read all the same, and such ones are asked for at once."""
    both = listed("the/prefix/05339.pickle", "the/prefix/05339.pkl")
    with faulty(aws, refusal(404, "NoSuchKey"), listed("the/prefix/05340.pkl"), found(), both, found()) as (s3, server):
        s3.read("05340")
        assert s3.read("05339").key == "the/prefix/05339.pickle"  # type: ignore[union-attr]
        s3.read("05341")
    assert server.requests[-1].startswith("GET /the-bucket/the/prefix/05341.pickle ")


def test_a_file_that_goes_after_it_was_listed(aws: pytest.MonkeyPatch) -> None:
    """A file that is gone when its turn comes is a jockey that is not found, in the usual words."""
    gone = refusal(404, "NoSuchKey")
    missing = pytest.raises(NotFound, match=r"^Jockey with ID '05339' not found$")
    with faulty(aws, gone, listed("the/prefix/05339.pkl"), gone) as (s3, _), missing:
        s3.read("05339")


def test_hang(aws: pytest.MonkeyPatch) -> None:
    """A server that does not answer is asked three times."""
    with faulty(aws, hang, read_timeout=0.5) as (s3, server):
        with pytest.raises(UpstreamUnavailable) as caught:
            s3.read("05339")
        assert until(lambda: len(server.requests) == 3)  # the client gives up whether or not the server has read
    assert caught.value.log_fields["error_code"] == "ReadTimeoutError"


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


SHORT = 2.0
"""Seconds for the first half of a body to come, also on a busy machine; its test waits as long for the other one."""

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
    timeout = SHORT if code == "ReadTimeoutError" else 30.0
    with (
        faulty(aws, BODIES[code], read_timeout=timeout, sleep=pauses.append) as (s3, server),
        captured_logs() as logs,
        pytest.raises(UpstreamUnavailable) as caught,
    ):
        s3.read("05339")
    assert caught.value.log_fields["error_code"] == code
    assert len(server.requests) == 3
    assert 0 < pauses[0] <= pauses[1] < 1
    assert [(each["event"], each["error_code"], each["attempt"]) for each in logs] == [
        ("s3_request_retried", code, 1),
        ("s3_request_retried", code, 2),
    ]


@pytest.mark.parametrize("code", BODIES)
def test_broken_body_is_mended_by_a_retry(aws: pytest.MonkeyPatch, code: str) -> None:
    """Where the second try brings the whole body, that is what is read."""
    timeout = SHORT if code == "ReadTimeoutError" else 30.0
    with faulty(aws, BODIES[code], found(b"frame"), read_timeout=timeout) as (s3, server):
        read = s3.read("05339")
    assert read
    assert read.data == b"frame"
    assert len(server.requests) == 2


class Turning:
    """A clock that goes on by so many seconds each time it is read."""

    def __init__(self, step: float) -> None:
        """Start at zero."""
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        """Give the time in seconds."""
        self.now += self.step
        return self.now


def test_a_body_that_drips_is_given_up(aws: pytest.MonkeyPatch) -> None:
    """A body that comes byte by byte, each within the timeout, is not read on beyond the request's total time."""
    sent: list[int] = []

    def drip(connection: socket.socket) -> None:
        connection.sendall(b'HTTP/1.1 200 -\r\nContent-Length: 99999\r\nETag: "tag"\r\n\r\n')
        with contextlib.suppress(OSError):
            for _ in range(99_999):
                connection.sendall(b"x")
                sent.append(1)
                time.sleep(0.001)

    with faulty(aws, drip, clock=Turning(1.0)) as (s3, server), pytest.raises(UpstreamUnavailable) as caught:
        s3.read("05339")
    assert caught.value.log_fields["error_code"] == "ReadTimeoutError"
    assert len(server.requests) == 1
    assert len(sent) < 10_000


def test_no_retry_begins_beyond_the_total_time(aws: pytest.MonkeyPatch) -> None:
    """A request that may succeed a moment later is not tried again once its total time is over."""
    failing = faulty(aws, refusal(500, "InternalError"), clock=Turning(1e3))
    with failing as (s3, server), pytest.raises(UpstreamUnavailable):
        s3.read("05339")
    assert len(server.requests) == 1


def test_few_requests_are_tried_again_at_once(aws: pytest.MonkeyPatch) -> None:
    """While as many requests as may are tried again, another's fault is final; afterwards it is tried again as well."""
    retrying, go_on = Event(), Event()

    def sleep(_: float) -> None:
        retrying.set()
        assert go_on.wait(PATIENCE)

    failing = faulty(aws, refusal(500, "InternalError"), load_threads=RETRYING, sleep=sleep)
    with failing as (s3, server), ThreadPoolExecutor(1) as pool:
        first = pool.submit(s3.read, "05339")
        assert retrying.wait(PATIENCE)
        with pytest.raises(UpstreamUnavailable):
            s3.read("05340")
        assert len(server.requests) == 2
        go_on.set()
        with pytest.raises(UpstreamUnavailable):
            first.result(PATIENCE)
        assert len(server.requests) == 4
        with pytest.raises(UpstreamUnavailable):
            s3.read("05340")
        assert len(server.requests) == 7


@pytest.mark.parametrize("tag", [{}, {"ETag": ""}, {"ETag": '""'}, {"ETag": 'W/"weak"'}, {"ETag": '"a"b"'}])
def test_an_answer_without_validators_is_served(aws: pytest.MonkeyPatch, tag: dict[str, str]) -> None:
    """Without a strong ETag the content names the version, and a time of change that is not told is not invented."""
    with faulty(aws, reply(200, b"frame", tag), reply(200, b"frame", tag), reply(200, b"FRAME", tag)) as (s3, _):
        read = s3.read("05339")
        assert read
        assert (read.data, read.last_modified) == (b"frame", None)
        assert read.etag.isalnum()
        assert s3.read("05339", read.etag) is None
        changed = s3.read("05339", read.etag)
    assert changed
    assert changed.etag != read.etag


@pytest.mark.parametrize("modified", ["", "yesterday", "Sun, 99 Sep 2024 01:02:03 GMT"])
def test_a_time_that_makes_no_sense_is_none(aws: pytest.MonkeyPatch, modified: str) -> None:
    """A Last-Modified that is no time is as good as none."""
    with faulty(aws, reply(200, b"frame", {"ETag": '"tag"', "Last-Modified": modified})) as (s3, _):
        read = s3.read("05339")
    assert read
    assert (read.etag, read.last_modified) == ("tag", None)


def test_a_file_that_says_it_is_too_large_is_not_downloaded(aws: pytest.MonkeyPatch) -> None:
    """A body longer than any genuine file is refused by what its head says."""
    with faulty(aws, found(b"", length=9), max_bytes=8) as (s3, server), pytest.raises(DataCorrupt):
        s3.read("05339")
    assert len(server.requests) == 1


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
