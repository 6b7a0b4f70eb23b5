"""GraphQL over HTTP: negotiation, methods, bodies and query strings, and every fault with its own status and error.

All of it over ASGI, and through the Lambda handler in its real runtime client, whole and streamed: a few milliseconds
a request.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import lambda_client
from fakes import without_body
from graphql_api.app import create_app
from graphql_api.config import Settings
from lambda_runtime import STREAMING, function

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
QUERY = '{ jockey(id: "00001") { id } }'
DATA = {"data": {"jockey": {"id": "00001"}}}


@pytest.fixture(scope="module")
def over_asgi(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of the ASGI application."""
    with TestClient(create_app(Settings(data=str(sample_data))), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def over_lambda(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a client of the Lambda function, run by AWS's own runtime client in a process of its own."""
    folder, environ = tmp_path_factory.mktemp("function"), {"JOCKEY_DATA": str(sample_data)}
    with function("handler.handler", folder, environ) as running, lambda_client.client(running.request) as client:
        yield client


@pytest.fixture(scope="module")
def over_stream(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a client of the Lambda function whose answers are streamed, each read as the Runtime API reads it."""
    folder, environ = tmp_path_factory.mktemp("streaming"), {"JOCKEY_DATA": str(sample_data)}
    with (
        function("stream_handler.handler", folder, environ, runtime=STREAMING) as running,
        lambda_client.client(running.stream) as client,
    ):
        yield client


@pytest.fixture(params=["over_asgi", "over_lambda", "over_stream"])
def client(request: pytest.FixtureRequest) -> Any:
    """Give a client of each transport."""
    return request.getfixturevalue(request.param)


def post(client: TestClient, body: Any, **headers: str) -> Any:
    """Send a body, JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/graphql", content=content, headers={"content-type": JSON, **headers})


def get(client: TestClient, accept: str = JSON, **parameters: str) -> Any:
    """Send a query string."""
    return client.get(f"/graphql?{urlencode(parameters)}", headers={"accept": accept})


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", GRAPHQL),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON};q=0.2", JSON),
        (f"{GRAPHQL}; charset=utf-8, {JSON}", GRAPHQL),
        (f"{GRAPHQL};q=0, */*", JSON),
        ("APPLICATION/JSON", JSON),
        ("text/plain, */*;q=0.1", JSON),
    ],
)
def test_the_accept_header_decides_the_media_type(client: TestClient, accept: str | None, media_type: str) -> None:
    """Weights are honoured, the client's order breaks ties, and anything goes means JSON."""
    sent = client.build_request("POST", "/graphql", json={"query": QUERY}, headers={"accept": accept or ""})
    if accept is None:
        del sent.headers["accept"]
    response = client.send(sent)
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in response.headers["vary"]
    assert response.json() == DATA


@pytest.mark.parametrize("accept", ["text/plain", "image/png, text/*", f"{JSON};q=0"])
def test_what_cannot_be_accepted_is_406(client: TestClient, accept: str) -> None:
    """A client that takes neither JSON type is told which there are."""
    response = post(client, {"query": QUERY}, accept=accept)
    assert response.status_code == 406
    assert GRAPHQL in response.json()["errors"][0]["message"]


def test_get_answers_as_post_does(client: TestClient) -> None:
    """Query, variables and operation name go into the query string; empty ones count as absent."""
    query = "query A($i: ID!) { jockey(id: $i) { id } } query B { __typename }"
    response = get(client, query=query, operationName="A", variables='{"i": "00001"}', extensions="")
    assert response.json() == DATA
    assert get(client, query=QUERY, operationName="", variables="").json() == DATA


def test_head_has_the_head_of_get_and_no_body(client: TestClient) -> None:
    """HEAD tells the length that GET would have."""
    url = f"/graphql?{urlencode({'query': QUERY})}"
    head, full = client.head(url, headers={"accept": JSON}), client.get(url, headers={"accept": JSON})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(full.content))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POS", "ET"])
def test_other_methods_are_405(client: TestClient, method: str) -> None:
    """Only GET, HEAD and POST are served, and the answer says so."""
    response = client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"1",
        b"null",
        b"true",
        b'"x"',
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{}",
        b'{"query": ""}',
        b'{"query": " "}',
        b'{"query": 1}',
        b'{"query": null}',
        b'{"query": "{ __typename }", "variables": [1]}',
        b'\xef\xbb\xbf\xef\xbb\xbf{"query": "{ __typename }"}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "variables": 0}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "operationName": "\\ud800"}',
        b'{"query": "{ __typename }", "extensions": 1}',
        b'{"query": "{ __typename }", "query": "{ a }"}',
        b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}',
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
        b'{"query": "{ __typename \\u0000}"}',
        b'\xff{"query": "{ __typename }"}',
        b'{"query": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        '{"query": "{ __typename }"}'.encode("utf-16"),
        b'{"variables": {"n": ' + b"9" * 5_000 + b"}}",
    ],
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
def test_a_body_that_is_no_request_is_400(client: TestClient, body: bytes, accept: str) -> None:
    """Whatever is wrong with a body is told as a GraphQL error in the media type that the client takes."""
    response = post(client, body, accept=accept)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"].partition(";")[0] == accept
    assert list(response.json()) == ["errors"]
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonx",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/json; charset=shift_jis",
    ],
)
def test_other_content_types_are_415(client: TestClient, content_type: str) -> None:
    """Only JSON in UTF-8 is read, so that no form of another site can run an operation."""
    response = client.post("/graphql", content=json.dumps({"query": QUERY}), headers={"content-type": content_type})
    assert response.status_code == 415
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        "APPLICATION/JSON",
        "application/json;charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json; v=1",
    ],
)
def test_json_content_types_are_read(client: TestClient, content_type: str) -> None:
    """The content type is compared exactly, whatever its case, and its parameters are split off."""
    response = client.post("/graphql", content=json.dumps({"query": QUERY}), headers={"content-type": content_type})
    assert response.json() == DATA


def test_a_compressed_body_is_415(client: TestClient) -> None:
    """A body under a content coding is refused, rather than read as broken JSON."""
    response = post(client, b"\x1f\x8b", **{"content-encoding": "gzip"})
    assert response.status_code == 415


def test_a_body_past_the_limit_is_413(client: TestClient) -> None:
    """A body larger than the setting is refused, told or not by its Content-Length."""
    body = json.dumps({"query": QUERY, "variables": {"a": "x" * 1_000_000}}).encode()
    assert post(client, body).status_code == 413
    chunked = client.post("/graphql", content=iter([body]), headers={"content-type": JSON})
    assert chunked.status_code == 413
    assert chunked.json()["errors"]


@pytest.mark.parametrize(
    "parameters",
    [
        [("query", "")],
        [],
        [("query", QUERY), ("query", QUERY)],
        [("query", QUERY), ("variables", "x")],
        [("query", QUERY), ("variables", "[1]")],
        [("query", QUERY), ("variables", "[" * 5_000)],
        [("query", QUERY), ("variables", '{"a": 1, "a": 2}')],
        [("query", QUERY), ("extensions", "1")],
    ],
)
def test_a_query_string_that_is_no_request_is_400(client: TestClient, parameters: list[tuple[str, str]]) -> None:
    """Parameters missing, doubled or of a wrong form are told as GraphQL errors."""
    response = client.get(f"/graphql?{urlencode(parameters)}", headers={"accept": JSON})
    assert response.status_code == 400
    assert response.json()["errors"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { x }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { x }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "BAD_USER_INPUT"),
        ("query ($i: ID!) { jockey(id: $i) { id } }", "BAD_USER_INPUT"),
        ("{ jockey(id: 1e999) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ jockey(id: "00001") { records(first: ' + "9" * 5_000 + ") { totalCount } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a" * 20_000, "QUERY_TOO_COMPLEX"),
        ("[" * 10_000, "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_a_request_error_is_400_in_the_new_media_type_and_200_in_the_old(
    client: TestClient, query: str, code: str
) -> None:
    """What was never executed has no data; its status is the one that the media type's clients expect."""
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        response = post(client, {"query": query}, accept=accept)
        assert response.status_code == status
        assert list(response.json()) == ["errors"]
        assert response.json()["errors"][0]["extensions"]["code"] == code


def test_an_operation_name_chooses_among_operations(client: TestClient) -> None:
    """Of several operations the named one runs; a name that none has is an error."""
    query = f"query A {QUERY} query B {{ __typename }}"
    assert post(client, {"query": query, "operationName": "A"}).json() == DATA
    assert post(client, {"query": query, "operationName": "C"}).json()["errors"]


def test_an_error_in_a_field_leaves_the_status_at_200(client: TestClient) -> None:
    """Partial data is a success of the transport in both media types."""
    response = post(client, {"query": '{ __typename jockey(id: "x") { id } }'}, accept=GRAPHQL)
    assert response.status_code == 200
    assert response.json()["data"] == {"__typename": "Query", "jockey": None}


def test_a_browser_gets_the_explorer(client: TestClient) -> None:
    """A GET that prefers HTML is shown GraphiQL, with a query too: a link never runs what its reader has not read."""
    html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = client.get("/graphql", headers={"accept": html})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    linked = get(client, accept=html, query=QUERY)
    assert linked.headers["content-type"].startswith("text/html")
    assert get(client, accept="application/json", query=QUERY).json() == DATA


def test_every_answer_carries_a_request_id_and_timings(client: TestClient) -> None:
    """Every answer can be found in the log, and tells where its time went."""
    response = post(client, {"query": QUERY})
    assert len(response.headers["x-request-id"]) in {32, 36}
    assert "total;dur=" in response.headers["server-timing"]


def test_a_harmless_request_id_is_kept(over_asgi: TestClient) -> None:
    """A client may name its request, in letters that can break neither a header nor a log line."""
    kept = post(over_asgi, {"query": QUERY}, **{"x-request-id": "abc-123"})
    assert kept.headers["x-request-id"] == "abc-123"
    replaced = post(over_asgi, {"query": QUERY}, **{"x-request-id": 'a"\tb'})
    assert len(replaced.headers["x-request-id"]) == 32


def test_a_preflight_allows_posts_from_any_origin(client: TestClient) -> None:
    """Browsers of other sites may call the API, without credentials."""
    asked = {"origin": "https://example.org", "access-control-request-method": "POST"}
    response = client.options("/graphql", headers={**asked, "access-control-request-headers": "content-type"})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    answered = post(client, {"query": QUERY}, origin="https://example.org")
    assert answered.headers["access-control-allow-origin"] == "*"


@given(
    body=st.one_of(st.binary(max_size=200), st.text(max_size=80).map(lambda text: json.dumps({"query": text}).encode()))
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_brings_the_server_down(client: TestClient, body: bytes) -> None:
    """Any bytes are answered with JSON and no 5xx."""
    response = post(client, body)
    assert response.status_code in {200, 400}
    assert "errors" in response.json() or "data" in response.json()


@pytest.mark.parametrize(
    "query_string",
    [
        "query=%FF",
        "query=%ED%A0%80",
        "query=%7B__typename%7D&variables=%FF",
        "query=%7B__typename%7D&variables=%22%5Cud800%22",
        "query=%7B__typename%7D&variables=NaN",
        "query=%7B__typename%7D&variables=%7B%22a%22%3A1e999%7D",
        "query=%7B__typename%00%7D",
        "query=%7B__typename%7D" + "&a=1" * 200,
        "query=%7B__typename%7D&variables=" + "%5B" * 2_000,
    ],
)
def test_a_hostile_query_string_is_400(client: TestClient, query_string: str) -> None:
    """Bytes that are no UTF-8, surrogates, NUL, what is no number, and parameters without end are not guessed at."""
    response = client.get(f"/graphql?{query_string}", headers={"accept": JSON})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_query_string_past_the_limit_is_414(client: TestClient) -> None:
    """A URL longer than the setting is refused, and the answer says what to do."""
    response = get(client, query="{__typename #" + "x" * 16_384 + "\n}")
    assert response.status_code == 414
    assert "POST" in response.json()["errors"][0]["message"]


def test_many_keys_are_checked_in_a_moment(over_asgi: TestClient) -> None:
    """An object of ten thousand keys, the last one double, costs no more than reading it."""
    names = ",".join(f'"k{number}": 0' for number in range(10_000))
    response = post(over_asgi, f'{{"query": "{{ __typename }}", "variables": {{{names}, "k9999": 1}}}}'.encode())
    assert response.status_code == 400
    assert "k9999" in response.json()["errors"][0]["message"]


def test_a_body_that_is_announced_as_too_long_is_not_waited_for(sample_data: Path) -> None:
    """A request whose head says that its body passes the limit is 413, though the body never comes."""
    app = create_app(Settings(data=str(sample_data)))
    sent = asyncio.run(asyncio.wait_for(without_body(app, (b"content-length", b"300000")), 10))
    assert sent[0]["status"] == 413


def test_a_content_length_of_many_digits_is_413(over_asgi: TestClient) -> None:
    """The length that a client claims is a number of any size."""
    assert post(over_asgi, b"{}", **{"content-length": "9" * 5_000}).status_code == 413


def test_variables_are_bounded(client: TestClient) -> None:
    """More values than the setting are refused before they are coerced, however they are nested."""
    body = {"query": QUERY, "variables": {"a": [[1] * 100] * 100}}
    response = post(client, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    deep = b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    assert post(client, deep).status_code in {200, 400}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
def test_the_cost_is_told_on_demand(client: TestClient, accept: str) -> None:
    """``extensions: {cost: true}`` asks for what the operation asks for, and how much it may."""
    answer = post(client, {"query": QUERY, "extensions": {"cost": True}}, accept=accept).json()
    assert answer == {**DATA, "extensions": {"cost": {"requested": 10_002, "limit": 3_000_000}}}
    assert get(client, query=QUERY, extensions='{"cost": true}').json() == answer
    assert "extensions" not in post(client, {"query": QUERY, "extensions": {"cost": False}}).json()


def test_a_get_answer_may_be_cached_and_is_judged_by_its_tag(sample_data: Path) -> None:
    """The ETag spares the body, also from a process that has read no file; another question has another tag."""
    first, second = (TestClient(create_app(Settings(data=str(sample_data)))) for _ in range(2))
    answered = get(first, query=QUERY)
    tag = answered.headers["etag"]
    assert answered.headers["cache-control"].startswith("public, max-age=")
    for client in (first, second):
        url = f"/graphql?{urlencode({'query': QUERY})}"
        again = client.get(url, headers={"accept": JSON, "if-none-match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert second.get("/ready").json()["cache"]["entries"] == 0
    other = get(first, query='{ jockey(id: "00001") { name } }')
    assert other.headers["etag"] != tag
    assert get(first, GRAPHQL, query=QUERY).headers["etag"] != tag


def test_a_get_answer_that_versions_do_not_tell_is_not_to_be_kept(client: TestClient) -> None:
    """Errors, and jockeys without a file, are answered anew each time."""
    for query in ('{ jockey(id: "99999") { id } }', '{ jockey(id: "x") { id } }', "{", "{ __typename }"):
        response = get(client, query=query)
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


@pytest.mark.parametrize(
    "rest",
    [
        b'"variables": {"a": 1, "a": 1}',
        b'"variables": {"a": ":", "a": ":"}',
        rb'"variables": {"a": "\u003a", "b": 1, "b": 1}',
        rb'"variables": {"a": 1, "\u0061": 2}',
        b'"variables": {"a": [{"b": {}, "b": {}}]}',
        b'"query": "{ nothing }"',
    ],
)
def test_a_key_given_twice_is_refused(client: TestClient, rest: bytes) -> None:
    """Parsers differ in which of the two they take, so none of them is; anywhere in the body, however written."""
    response = post(client, b'{"query": "{ __typename }", ' + rest + b"}")
    assert response.status_code == 400
    assert "twice" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("rest", [rb'"a:": "\u003a:", "b": {"a:": ":"}', b'"x" : [":", {"x":1}, {"x":1}]'])
def test_colons_in_texts_do_no_harm(client: TestClient, rest: bytes) -> None:
    """What the check counts may stand in keys and texts as well."""
    response = post(client, b'{"query": "{ __typename }", "extensions": {' + rest + b"}}")
    assert response.json() == {"data": {"__typename": "Query"}}


def test_answers_vary_by_origin_whether_or_not_there_is_one(client: TestClient) -> None:
    """A cache must not give a page of one origin what another client was given without CORS headers."""
    for headers in ({}, {"origin": "https://example.org"}):
        response = post(client, {"query": "{ __typename }"}, **headers)
        vary = [each.strip() for each in response.headers["vary"].lower().split(",")]
        assert sorted(vary) == ["accept", "accept-encoding", "origin"]


@pytest.mark.parametrize("levels", [201, 260, 990])
def test_json_that_is_nested_too_deeply_is_refused(client: TestClient, levels: int) -> None:
    """Whatever later reads or writes what was sent need not be as patient as the parser."""
    nested = "[" * levels + "]" * levels
    posted = post(client, f'{{"query": "{{ __typename }}", "extensions": {{"x": {nested}}}}}'.encode())
    got = get(client, query="{ __typename }", variables=f'{{"x": {nested}}}')
    for response in (posted, got):
        assert response.status_code == 400
        assert "levels deep" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        [("x-filler", "a" * 33_000)],
        [("accept", "text/html;q=0.1" + " " * 400)] * 80,
        [(f"x-{number}", "") for number in range(101)],
    ],
    ids=["long", "repeated", "many"],
)
@pytest.mark.parametrize("path", ["/graphql?query={__typename}", "/health"])
def test_large_heads_are_431(client: TestClient, headers: list[tuple[str, str]], path: str) -> None:
    """Of whatever they are made, on every route; the answer is readable to clients of GraphQL and of REST."""
    response = client.get(path, headers=headers)
    assert response.status_code == 431
    body = response.json()
    assert body["errors"] == [{"message": body["detail"], "extensions": {"code": "BAD_REQUEST"}}]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_repeated_header_is_a_list(client: TestClient) -> None:
    """Its values count in their order, as one header's would."""
    accepted = [("accept", "text/css"), ("x-other", "1"), ("accept", "application/graphql-response+json")]
    response = client.get("/graphql?query={__typename}", headers=accepted)
    assert response.headers["content-type"] == "application/graphql-response+json"


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "extensions": []}',
        b'\xef\xbb\xbf{"query": "{ __typename }"}',
    ],
)
def test_what_clients_write_in_the_place_of_nothing_is_read(client: TestClient, body: bytes) -> None:
    """PHP writes an empty array of variables as a list, and others begin with a byte order mark."""
    assert post(client, body).json() == {"data": {"__typename": "Query"}}
    got = get(client, query="{ __typename }", variables="[]")
    assert got.json() == {"data": {"__typename": "Query"}}


def test_a_slash_at_the_end_is_no_other_path(client: TestClient) -> None:
    """API routes answer as without it; a page, whose links are relative, is found by a redirect that names no host."""
    answered = client.post("/graphql/", json={"query": QUERY})
    assert answered.json() == DATA
    assert client.get(f"/graphql/?{urlencode({'query': QUERY})}", headers={"accept": JSON}).json() == DATA
    plain, slashed = client.get("/api/jockey/00001"), client.get("/api/jockey/00001/")
    assert (slashed.status_code, slashed.content) == (200, plain.content)
    assert client.get("/health/").status_code == 200
    for page in ("docs", "graphql"):
        found = client.get(f"/{page}/", headers={"accept": "text/html"}, follow_redirects=False)
        assert (found.status_code, found.headers["location"]) == (308, f"../{page}")
    for path in ("/graphql//", "/nowhere/"):
        assert client.get(path).status_code == 404
    preflight = {"origin": "https://example.org", "access-control-request-method": "POST"}
    assert client.options("/graphql/", headers=preflight).status_code == 200
