"""Tests of the Lambda handler, through the real runtime client and events of every kind that AWS sends."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from boto3.session import Session

from lambda_events import HTTP_EVENTS, TRACE, Event, alb, alb_multi_value, function_url, rest_api, schedule
from lambda_runtime import REPLY_BYTES, Function, function

pytest_plugins = ["s3_servers"]

ALB_BYTES = 1_000_000
every_event = pytest.mark.parametrize("event", HTTP_EVENTS.values(), ids=HTTP_EVENTS.keys())


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the echoing app in a runtime that writes replies as UTF-8, as Lambda does since Python 3.12."""
    folder = tmp_path_factory.mktemp("echo")
    with function("lambda_echo.handler", folder, {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}) as running:
        yield running


@pytest.fixture(scope="module")
def ascii_echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the echoing app in a runtime that writes replies in ASCII, six bytes to a kanji."""
    with function("lambda_echo.handler", tmp_path_factory.mktemp("ascii"), {}) as running:
        yield running


@every_event
def test_request_arrives_as_sent(echo: Function, event: Callable[..., Event]) -> None:
    """Method, path, query, headers, cookies, body and client reach the app, with no stage in the route's path."""
    headers = {"cookie": "x=1; y=2", "content-type": "application/json", "x-example": "é"}
    query = [("q", '{ a(b: "1") }'), ("名", "馬 &+%")]
    body = '{"名":"馬"}'.encode()
    got = echo.request(event("POST", "/echo/%E5%90%8D%20a", query=query, headers=headers, body=body)).json()
    assert {key: got[key] for key in ("method", "name", "query", "cookies", "client")} == {
        "method": "POST",
        "name": "名 a",
        "query": [list(pair) for pair in query],
        "cookies": {"x": "1", "y": "2"},
        "client": "192.0.2.1",
    }
    assert base64.b64decode(got["body"]) == body
    assert got["headers"]["x-amzn-trace-id"] == TRACE


@every_event
def test_binary_body_arrives(echo: Function, event: Callable[..., Event]) -> None:
    """A compressed body, which gateways pass in base64, reaches the app byte by byte."""
    body = gzip.compress(b"{}" * 100)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    got = echo.request(event("POST", "/echo/a", headers=headers, body=body)).json()
    assert base64.b64decode(got["body"]) == body


@pytest.mark.parametrize("event", [each for name, each in HTTP_EVENTS.items() if name != "alb"])
def test_repeated_query_keys_arrive(echo: Function, event: Callable[..., Event]) -> None:
    """Every value of a repeated query key arrives (a load balancer in single-value mode sends only the last)."""
    assert echo.request(event(path="/echo/a", query=[("a", "1"), ("a", "2")])).json()["query"] == [
        ["a", "1"],
        ["a", "2"],
    ]


def test_url_holds_the_stage(echo: Function) -> None:
    """Behind the named stage of an HTTP API the route matches, and the request's URL still is the public one."""
    event = HTTP_EVENTS["http_api_stage"](path="/echo/a")
    assert echo.request(event).json()["url"].endswith("amazonaws.com/prod/echo/a")


@every_event
@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("application/json", True),
        ("application/graphql-response+json; charset=utf-8", True),
        ("text/html; charset=utf-8", True),
        ("text/css", True),
        ("text/javascript", True),
        ("image/svg+xml", True),
        ("image/png", False),
        ("font/woff2", False),
    ],
)
def test_text_is_sent_as_text(echo: Function, event: Callable[..., Event], content_type: str, text: bool) -> None:
    """Text types are sent as they are, other types in base64, and the client gets the same bytes."""
    reply = echo.request(event(path="/reply", query=[("type", content_type), ("text", '馬"\\\n\u2028')]))
    assert (reply.raw["isBase64Encoded"], reply.body) == (not text, '馬"\\\n\u2028'.encode())
    assert reply.headers["content-type"].startswith(content_type)


@every_event
def test_compressed_reply_is_sent_in_base64(echo: Function, event: Callable[..., Event]) -> None:
    """A gzip body of a text type goes through untouched."""
    asked = event(
        path="/reply", query=[("type", "application/json"), ("text", "馬")], headers={"accept-encoding": "gzip"}
    )
    reply = echo.request(asked)
    assert (reply.raw["isBase64Encoded"], reply.headers["content-encoding"]) == (True, "gzip")
    assert gzip.decompress(reply.body).decode() == "馬"


@every_event
def test_two_cookies_are_sent(echo: Function, event: Callable[..., Event]) -> None:
    """Headers that repeat are all sent, in the way of each gateway."""
    raw = echo.request(event(path="/reply", query=[("type", "text/plain")])).raw
    single = [value for name, value in raw.get("headers", {}).items() if name.lower() == "set-cookie"]
    cookies = raw.get("cookies") or raw.get("multiValueHeaders", {}).get("set-cookie") or single
    assert [cookie.partition(";")[0] for cookie in cookies] == ["a=1", "b=2"]


@every_event
@pytest.mark.parametrize("path", ["/fail", "/break-off"])
def test_failure_is_answered_and_survived(echo: Function, event: Callable[..., Event], path: str) -> None:
    """An exception in the app, before or amid its answer, becomes a 500 that hides the cause; the process lives on."""
    before = echo.request(event(path="/echo/a")).json()["pid"]
    reply = echo.request(event(path=path))
    assert (reply.status, b"cause" in reply.body, b"beginning" in reply.body) == (500, False, False)
    assert echo.request(event(path="/echo/a")).json()["pid"] == before


def test_invocations_share_one_loop_and_bring_their_own_request_id(echo: Function) -> None:
    """What is bound to the event loop stays usable from one invocation to the next; request ids are Lambda's."""
    first, second = (echo.request(function_url(path="/echo/a")).json() for _ in range(2))
    assert first["loop"] == second["loop"]
    assert first["request_id"] != second["request_id"]


def test_event_that_is_no_request_fails(echo: Function) -> None:
    """A scheduled event is an error, which the log repeats; the process lives on."""
    before = echo.request(function_url(path="/echo/a")).json()["pid"]
    error = echo.failure(schedule())
    assert error["errorType"].endswith("UnknownEvent")
    assert "aws.events" in error["errorMessage"]
    assert "event_unknown" in echo.logs()
    assert echo.request(function_url(path="/echo/a")).json()["pid"] == before


def _largest(running: Function, event: Callable[..., Event], text: str, bytes_each: int, limit: int) -> int:
    """Tell how often ``text`` fits into a reply of ``limit`` bytes, from the rest of one that is a little smaller."""
    query = [("type", "application/json"), ("text", text), ("count", str((limit - 5000) // bytes_each))]
    rest = len(json.dumps(running.invoke(event(path="/reply", query=query)) | {"body": ""}))
    return (limit - rest) // bytes_each


@pytest.mark.parametrize(
    ("event", "text", "bytes_each", "limit"),
    [
        (function_url, "a", 1, REPLY_BYTES),
        (function_url, '"', 2, REPLY_BYTES),
        (rest_api, "馬", 3, REPLY_BYTES),
        (alb, "馬", 3, ALB_BYTES),
        (alb_multi_value, "a", 1, ALB_BYTES),
    ],
)
def test_largest_reply_is_sent_and_the_next_refused(
    echo: Function, event: Callable[..., Event], text: str, bytes_each: int, limit: int
) -> None:
    """The limit is exact to the character: what the platform takes is sent, one more is a 413, and life goes on."""
    before = echo.request(event(path="/echo/a")).json()["pid"]
    fits = _largest(echo, event, text, bytes_each, limit)
    query = [("type", "application/json"), ("text", text)]
    assert echo.request(event(path="/reply", query=[*query, ("count", str(fits))])).status == 200
    assert echo.request(event(path="/reply", query=[*query, ("count", str(fits + 1))])).status == 413
    assert echo.request(event(path="/echo/a")).json()["pid"] == before


def test_limit_counts_what_the_runtime_writes(ascii_echo: Function) -> None:
    """Where the runtime escapes kanji the same limit holds for the escaped form, twice as long."""
    fits = _largest(ascii_echo, function_url, "馬", 6, REPLY_BYTES)
    query = [("type", "application/json"), ("text", "馬")]
    assert ascii_echo.request(function_url(path="/reply", query=[*query, ("count", str(fits))])).status == 200
    assert ascii_echo.request(function_url(path="/reply", query=[*query, ("count", str(fits + 1))])).status == 413


@every_event
@pytest.mark.parametrize(
    ("path", "asked", "sent"),
    [
        ("/graphql", "application/graphql-response+json", "application/graphql-response+json"),
        ("/graphql", "application/json", "application/json"),
        ("/reply", "text/csv; charset=utf-8", "application/json"),
    ],
)
def test_refusal_has_the_form_of_its_route(
    echo: Function, event: Callable[..., Event], path: str, asked: str, sent: str
) -> None:
    """A 413 is a GraphQL error in the agreed type, or a REST detail; it keeps CORS and request id, and no ETag."""
    reply = echo.request(event(path=path, query=[("type", asked), ("text", "a"), ("count", "7000000")]))
    answer = reply.json()
    if path == "/graphql":
        assert answer["errors"][0]["extensions"] == {"code": "RESPONSE_TOO_LARGE"}
        answer["detail"] = answer["errors"][0]["message"]
    assert "Accept-Encoding: gzip" in answer["detail"]
    names = ("content-type", "access-control-allow-origin", "x-request-id", "cache-control", "etag")
    assert [reply.status, *map(reply.headers.get, names)] == [413, sent, "*", "example-id", "no-store", None]


@every_event
def test_compressed_reply_passes_where_the_plain_one_does_not(echo: Function, event: Callable[..., Event]) -> None:
    """A client that accepts gzip gets the rows that would be refused uncompressed."""
    query = [("type", "application/json"), ("text", "a"), ("count", "7000000")]
    reply = echo.request(event(path="/reply", query=query, headers={"accept-encoding": "gzip"}))
    assert (reply.status, len(gzip.decompress(reply.body))) == (200, 7_000_000)


# --- the whole application ---

PREFLIGHT = {"origin": "https://example.com", "access-control-request-method": "POST"}
QUERY = '{ jockey(id: "01234") { id records { totalCount nodes { raceName } } } }'
ANSWER = {"data": {"jockey": {"id": "01234", "records": {"totalCount": 3, "nodes": [{"raceName": "架空記念"}] * 3}}}}
HUGE = "大" * 500


def _write_jockeys(folder: Path) -> None:
    """Write a jockey of three rows, one whose file a test takes away, and one whose rows pass 6 MB."""
    columns = {"日付": pd.to_datetime(["2024-09-29"]), "開催": ["4中山9"], "馬名": ["架空馬"], "勝ち馬": ["虚構馬"]}
    for jockey_id, race_name, rows in [("01234", "架空記念", 3), ("05555", "架空賞", 1), ("09999", HUGE, 5000)]:
        frame = pd.DataFrame(columns | {"レース名": [race_name]})
        days = pd.date_range("2010-01-01", periods=rows)[::-1]  # a row of the same day would be the same ride
        frame.loc[[0] * rows].reset_index(drop=True).assign(日付=days).to_pickle(folder / f"{jockey_id}.pickle")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of jockeys' files."""
    folder = tmp_path_factory.mktemp("data")
    _write_jockeys(folder)
    return folder


@pytest.fixture(scope="module")
def served(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the real handler over the folder."""
    with function("handler.handler", tmp_path_factory.mktemp("served"), {"JOCKEY_DATA": str(data)}) as running:
        yield running


def _post(event: Callable[..., Event], query: str, **headers: str) -> Event:
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return event("POST", "/graphql", headers=sent, body=json.dumps({"query": query}).encode())


@every_event
def test_rest_is_served(served: Function, event: Callable[..., Event]) -> None:
    """Rows of a jockey, 404 without a file, 400 without an id, 404 off the routes, and health."""
    rows = served.request(event(path="/api/jockey/01234"))
    assert (rows.status, rows.raw["isBase64Encoded"], len(rows.json()["data"])) == (200, False, 3)
    assert rows.json()["data"][0]["レース名"] == "架空記念"
    for path, status in [("/api/jockey/98765", 404), ("/api/jockey/%E5%90%8D", 400), ("/nowhere", 404)]:
        reply = served.request(event(path=path))
        assert (reply.status, list(reply.json())) == (status, ["detail"])
    assert served.request(event(path="/health")).status == 200


@every_event
def test_graphql_is_served(served: Function, event: Callable[..., Event]) -> None:
    """The same answer to POST and GET, under the media type that the client asked for, and 400 for no query."""
    media_type = "application/graphql-response+json"
    posted = served.request(_post(event, QUERY, accept=media_type))
    got = served.request(event(path="/graphql", query=[("query", QUERY)], headers={"accept": media_type}))
    for reply in (posted, got):
        assert (reply.status, reply.raw["isBase64Encoded"], reply.json()) == (200, False, ANSWER)
        assert reply.headers["content-type"].startswith(media_type)
    assert served.request(_post(event, "{", accept=media_type)).status == 400


@every_event
def test_compressed_body_is_rightly_encoded(served: Function, event: Callable[..., Event]) -> None:
    """Rows that are too many as text come whole, compressed, in base64, for REST and GraphQL."""
    rest = served.request(event(path="/api/jockey/09999", headers={"accept-encoding": "gzip"}))
    query = '{ jockey(id: "09999") { records { nodes { raceName } } } }'
    graphql = served.request(_post(event, query, accept_encoding="gzip"))
    for reply in (rest, graphql):
        assert (reply.status, reply.headers["content-encoding"], reply.raw["isBase64Encoded"]) == (200, "gzip", True)
        assert gzip.decompress(reply.body).decode().count(HUGE) == 5000


@every_event
def test_head_and_preflight_are_answered(served: Function, event: Callable[..., Event]) -> None:
    """HEAD has the headers of GET and no body; a browser's preflight is allowed."""
    head = served.request(event("HEAD", "/api/jockey/01234"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == served.request(event(path="/api/jockey/01234")).headers["etag"]
    preflight = served.request(event("OPTIONS", "/graphql", headers=PREFLIGHT))
    assert preflight.status in (200, 204)
    assert "access-control-allow-origin" in preflight.headers


@every_event
def test_revalidation_is_answered_without_rows(served: Function, event: Callable[..., Event]) -> None:
    """A client that has the rows gets 304."""
    etag = served.request(event(path="/api/jockey/01234")).headers["etag"]
    reply = served.request(event(path="/api/jockey/01234", headers={"if-none-match": etag}))
    assert (reply.status, reply.body) == (304, b"")


def test_log_and_reply_name_the_invocation(served: Function) -> None:
    """The request id, in the lines of log and metrics and in the reply, is the one of Lambda's own log lines."""
    identifier = served.request(function_url(path="/health", headers={"x-request-id": "theirs"})).headers[
        "x-request-id"
    ]
    line, metrics = map(json.loads, served.logs().splitlines()[-2:])
    assert (line["request_id"], line["path"], line["status"]) == (identifier, "/health", 200)
    assert metrics["request_id"] == identifier
    assert identifier.startswith("00000000-0000-4000-8000-")


def test_cache_survives_refusals(served: Function, data: Path) -> None:
    """Once read, a jockey is answered from memory, also after a reply was too large: the file is not needed."""
    first = served.request(function_url(path="/api/jockey/05555"))
    (data / "05555.pickle").unlink()
    refused = served.request(function_url(path="/api/jockey/09999", headers={"origin": "https://example.com"}))
    assert (refused.status, list(refused.json())) == (413, ["detail"])
    assert "access-control-allow-origin" in refused.headers
    query = '{ jockey(id: "09999") { records { nodes { raceName } } } }'
    refused = served.request(_post(function_url, query, accept="application/graphql-response+json"))
    assert (refused.status, refused.json()["errors"][0]["extensions"]["code"]) == (413, "RESPONSE_TOO_LARGE")
    assert refused.headers["content-type"].startswith("application/graphql-response+json")
    second = served.request(function_url(path="/api/jockey/05555"))
    assert (first.status, second.status, second.body) == (200, 200, first.body)


def test_s3_is_found_through_ssm(moto_url: str, tmp_path: Path) -> None:
    """With no data source set, the bucket that SSM names is served; the execution role's keys come from Lambda."""
    _write_jockeys(tmp_path)
    session = Session("example", "example", region_name="us-east-1")
    with closing(session.client("s3", endpoint_url=moto_url)) as s3:
        s3.create_bucket(Bucket="handler-jockeys")
        s3.upload_file(str(tmp_path / "01234.pickle"), "handler-jockeys", "01234.pickle")
    with closing(session.client("ssm", endpoint_url=moto_url)) as ssm:
        for name, value in (("BUCKET_NAME", "handler-jockeys"), ("REGION_NAME", "us-east-1")):
            ssm.put_parameter(Name=f"/handler/{name}", Value=value, Type="SecureString")
    role = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "us-east-1"}
    environ = {**role, "AWS_ENDPOINT_URL": moto_url, "JOCKEY_SSM_PATH": "/handler/"}
    with function("handler.handler", tmp_path, environ) as running:
        assert running.request(_post(function_url, QUERY)).json() == ANSWER
        assert running.request(function_url(path="/api/jockey/98765")).status == 404
