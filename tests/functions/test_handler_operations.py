"""Tests of what the Lambda function does beside answering, through the real runtime client: metrics and warmer."""

import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from boto3.session import Session

import emf
from lambda_events import HTTP_EVENTS, Event, function_url, schedule, scheduler, warmer
from lambda_runtime import Function, function

pytest_plugins = ["s3_servers"]

ROLE = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "us-east-1"}
GZIP = {"accept_encoding": "gzip"}
HUGE = "大" * 500


def _write_jockeys(folder: Path) -> None:
    """Write two small jockeys, one whose rows pass 6 MB, and one that is no frame."""
    columns = {"日付": pd.to_datetime(["2024-09-29"]), "開催": ["4中山9"], "馬名": ["架空馬"]}
    for jockey_id, race_name, rows in [("01234", "架空記念", 3), ("05555", "架空賞", 1), ("09999", HUGE, 5000)]:
        frame = pd.DataFrame(columns | {"レース名": [race_name]})
        days = pd.date_range("2010-01-01", periods=rows)[::-1]  # a row of the same day would be the same ride
        frame.loc[[0] * rows].reset_index(drop=True).assign(日付=days).to_pickle(folder / f"{jockey_id}.pickle")
    (folder / "00666.pickle").write_bytes(b"no frame")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give a folder of jockeys' files."""
    folder = tmp_path / "data"
    folder.mkdir()
    _write_jockeys(folder)
    return folder


@pytest.fixture
def served(data: Path, tmp_path: Path) -> Iterator[Function]:
    """Run the function over the folder, for the stage ``dev``."""
    environ = {"JOCKEY_DATA": str(data), "JOCKEY_STAGE": "dev", "JOCKEY_WARM_IDS": "05555"}
    with function("handler.handler", tmp_path, environ) as running:
        yield running


def _lines(running: Function) -> list[dict[str, Any]]:
    """Give the lines of metrics so far."""
    return emf.lines(running.logs())


def _counts(running: Function, event: Event) -> dict[str, float]:
    """Give what one more invocation counts, in its only line."""
    before = len(_lines(running))
    running.invoke(event)
    (line,) = _lines(running)[before:]
    return emf.counts(line)


def _rest(jockey_id: str) -> Event:
    return function_url(path=f"/api/jockey/{jockey_id}")


def _graphql(query: str, **headers: str) -> Event:
    body = json.dumps({"query": query}).encode()
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return function_url("POST", "/graphql", headers=sent, body=body)


# --- metrics ---


def test_every_kind_of_invocation_is_one_line(served: Function) -> None:
    """Whichever gateway it came by, an invocation writes one valid line, named for stage and service, with its id."""
    for number, event in enumerate(HTTP_EVENTS.values(), 1):
        identifier = served.request(event(path="/api/jockey/01234")).headers["x-request-id"]
        assert len(_lines(served)) == number
        line = _lines(served)[-1]
        assert (line["request_id"], line["service"], line["stage"]) == (identifier, "graphql-api", "dev")
        assert line["Success"] == 1


def test_a_process_counts_its_first_read_and_cold_start(served: Function) -> None:
    """The first request is cold, reads and decodes; the second is answered from memory."""
    assert _counts(served, _rest("01234")) == {"Requests": 1, "Success": 1, "ColdStart": 1, "CacheMiss": 1}
    assert _counts(served, _rest("01234")) == {"Requests": 1, "Success": 1, "CacheHit": 1}
    first, second = _lines(served)
    assert {"StorageLatency", "UnpickleDuration", "NormaliseDuration", "EncodeDuration"} <= set(first)
    assert {"StorageLatency", "UnpickleDuration"}.isdisjoint(second)


def test_outcomes_are_those_of_the_answers(served: Function) -> None:
    """GraphQL errors count by their codes though the status is 200; others by their status."""
    served.request(_rest("01234"))
    refused = {"Requests": 1, "ClientErrors": 1, "RefusedQueries": 1}
    assert _counts(served, _graphql("{ nothing }")) == refused
    assert _counts(served, _graphql('{ jockey(id: "01234") { id } }')) == {"Requests": 1, "Success": 1, "CacheHit": 1}
    assert _counts(served, _graphql('{ jockey(id: "00666") { id } }')) == {"Requests": 1, "ServerErrors": 1}
    assert _counts(served, _rest("98765")) == {"Requests": 1, "ClientErrors": 1}
    assert _counts(served, _rest("00666")) == {"Requests": 1, "ServerErrors": 1}
    preflight = {"origin": "https://example.com", "access-control-request-method": "POST"}
    assert _counts(served, function_url("OPTIONS", "/graphql", headers=preflight)) == {"Requests": 1, "Success": 1}


def test_an_answer_is_counted_as_it_is_sent(served: Function) -> None:
    """Bytes are those of the compressed body; an answer too large for Lambda counts as its refusal."""
    reply = served.request(_graphql('{ jockey(id: "09999") { records { nodes { raceName } } } }', **GZIP))
    assert _lines(served)[-1]["ResponseBytes"] == len(reply.body)
    assert gzip.decompress(reply.body).decode().count(HUGE) == 5000
    refusal = served.request(_rest("09999"))
    line = _lines(served)[-1]
    assert (refusal.status, line["ClientErrors"], line["ResponseBytes"]) == (413, 1, len(refusal.body))


def test_five_failures_in_a_row_are_told(served: Function, data: Path) -> None:
    """While the storage fails, each line tells how many reads have failed in a row; one that works ends the row."""
    served.request(_rest("01234"))
    away = data.rename(data.with_name("away"))
    rows = [_counts(served, _rest("05555"))["ConsecutiveStorageFailures"] for _ in range(5)]
    assert rows == [1, 2, 3, 4, 5]
    away.rename(data)
    counted = _counts(served, _rest("05555"))
    assert counted == {"Requests": 1, "Success": 1, "CacheMiss": 1}


def test_provisioned_concurrency_starts_warm(data: Path, tmp_path: Path) -> None:
    """A process that was started ahead of its first request counts no cold start."""
    environ = {"JOCKEY_DATA": str(data), "AWS_LAMBDA_INITIALIZATION_TYPE": "provisioned-concurrency"}
    with function("handler.handler", tmp_path, environ) as running:
        assert _counts(running, _rest("01234")) == {"Requests": 1, "Success": 1, "CacheMiss": 1}


# --- the warmer ---


def test_the_warmers_event_warms(served: Function) -> None:
    """It revalidates what is held and loads what is set, in one line each of log and metrics."""
    served.request(_rest("01234"))
    before = len(served.logs().splitlines())
    assert served.invoke(warmer()) == {"warmed": {"planned": 2, "left": 0, "revalidated": 1, "miss": 1}}
    log, metrics = map(json.loads, served.logs().splitlines()[before:])
    assert (log["message"], log["level"], log["planned"]) == ("warmed", "info", 2)
    assert log["request_id"] == emf.checked(metrics)["request_id"]
    assert emf.counts(metrics) == {"WarmerRuns": 1, "WarmerRevalidated": 1, "WarmerLoaded": 1}
    assert _counts(served, _rest("05555")) == {"Requests": 1, "Success": 1, "CacheHit": 1}


def test_the_warmer_needs_no_request_before(served: Function) -> None:
    """A run may be a process's first invocation; requests go on afterwards."""
    assert served.invoke(warmer()) == {"warmed": {"planned": 1, "left": 0, "miss": 1}}
    assert _lines(served)[0]["ColdStart"] == 1
    assert _counts(served, _rest("05555")) == {"Requests": 1, "Success": 1, "CacheHit": 1}


def test_the_warmer_keeps_within_its_invocation(data: Path, tmp_path: Path) -> None:
    """With too little time left in the invocation nothing is begun, and nothing fails."""
    environ = {"JOCKEY_DATA": str(data), "JOCKEY_WARM_IDS": "01234,05555"}
    with function("handler.handler", tmp_path, environ, seconds=1) as running:
        assert running.invoke(warmer()) == {"warmed": {"planned": 2, "left": 2}}
        assert running.request(function_url(path="/health")).status == 200


def test_a_failing_storage_does_not_fail_the_warmer(served: Function, data: Path) -> None:
    """While the storage fails a run ends as usual, counts its failures, and what is fresh is served on."""
    served.request(_rest("01234"))
    data.rename(data.with_name("away"))
    assert served.invoke(warmer()) == {"warmed": {"planned": 2, "left": 0, "failed": 2}}
    assert _lines(served)[-1]["WarmerFailed"] == 2
    assert _counts(served, _rest("01234")) == {"Requests": 1, "Success": 1, "CacheHit": 1}


@pytest.mark.parametrize("event", [schedule(), scheduler()], ids=["rule", "scheduler"])
def test_any_schedule_is_not_the_warmer(served: Function, event: Event) -> None:
    """A schedule without the warmer's input fails, without a line of metrics, and warms nothing."""
    assert served.failure(event)["errorType"].endswith("UnknownEvent")
    assert _lines(served) == []


# --- the start ---


def _make_bucket(url: str, name: str, folder: Path) -> None:
    """Upload a folder's files into a new bucket."""
    with closing(Session("example", "example", region_name="us-east-1").client("s3", endpoint_url=url)) as s3:
        s3.create_bucket(Bucket=name)
        for path in folder.iterdir():
            s3.upload_file(str(path), name, path.name)


def test_the_first_connection_is_made_at_the_start(moto_url: str, data: Path, tmp_path: Path) -> None:
    """The storage has been asked once before the first request, which counts that call as well as its own."""
    _make_bucket(moto_url, "start-jockeys", data)
    environ = {**ROLE, "AWS_ENDPOINT_URL": moto_url, "JOCKEY_DATA": "s3://start-jockeys"}
    with function("handler.handler", tmp_path, environ) as running:
        assert _counts(running, _rest("01234")) == {"Requests": 1, "Success": 1, "ColdStart": 1, "CacheMiss": 1}
        running.invoke(_rest("05555"))
    assert [len(line["StorageLatency"]) for line in _lines(running)] == [2, 1]


def test_a_restored_snapshot_connects_anew(moto_url: str, data: Path, tmp_path: Path) -> None:
    """Under SnapStart the storage is asked once more after the restore, before a request meets dead connections."""
    _make_bucket(moto_url, "snapshot-jockeys", data)
    environ = {**ROLE, "AWS_ENDPOINT_URL": moto_url, "JOCKEY_DATA": "s3://snapshot-jockeys"}
    with function("handler.handler", tmp_path, {**environ, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}) as running:
        assert running.request(_rest("01234")).status == 200
        assert len(_lines(running)[0]["StorageLatency"]) == 3


@pytest.mark.parametrize("source", ["missing-bucket", "nobody"])
def test_a_start_without_storage_still_answers(moto_url: str, tmp_path: Path, source: str) -> None:
    """Where the bucket is missing, or nobody answers at all, the function starts and says so request by request."""
    url = moto_url if source == "missing-bucket" else "http://127.0.0.1:9"
    environ = {**ROLE, "AWS_ENDPOINT_URL": url, "JOCKEY_DATA": f"s3://{source}"}
    with function("handler.handler", tmp_path, environ) as running:
        assert running.request(function_url(path="/health")).status == 200
        assert running.request(_rest("01234")).status in (500, 503)
        assert _lines(running)[0]["StorageFailures"] == 1


def test_a_start_does_not_wait_for_a_storage_that_hangs(silent_url: str, tmp_path: Path) -> None:
    """A storage that takes the connection and never answers delays the start by a bounded time only."""
    environ = {**ROLE, "AWS_ENDPOINT_URL": silent_url, "JOCKEY_DATA": "s3://hanging", "JOCKEY_READ_TIMEOUT": "60"}
    with function("handler.handler", tmp_path, environ, seconds=1) as running:
        assert running.request(function_url(path="/health")).status == 200
        assert running.request(_rest("01234")).status == 504


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Listen, and never answer."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
