"""What hostile clients try, on every route: nothing falls over, nothing leaks, every answer is guarded."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError
from starlette.testclient import TestClient

from fakes import SECRET, FakeStorage
from graphql_api.app import create_app, create_core, serve_core
from graphql_api.config import Settings
from graphql_api.execution.engine import Answer
from graphql_api.jockeys.repository import Jockeys
from graphql_api.web.graphql_response import response_map
from graphql_api.workers import MAX_WAITING
from graphql_client import codes, run

GUARDS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "frame-ancestors 'none'",
    "x-request-id": "",
    "server-timing": "total;dur=",
}
PREFLIGHT = {"origin": "https://example.org", "access-control-request-method": "POST"}
IDS = [
    "../00001",
    "..%2F00001",
    "%2e%2e%2f00001",
    "00001.pickle",
    "00001%00",
    "00001%0A",
    "00001%20",
    "%EF%BC%90%EF%BC%90%EF%BC%90%EF%BC%90%EF%BC%91",  # full-width digits
    "%D9%A0%D9%A0%D9%A0%D9%A0%D9%A1",  # Arabic digits
    "a000G",
    "A0001",
    "%FF",
    "%ED%A0%80",
    "0" * 10_000,
    "s3:%2F%2Fother%2F00001",
    "00001%3Fx",
    "~root",
]


@pytest.fixture
def failing() -> Iterator[TestClient]:
    """Give a client of an application whose storage fails unexpectedly."""
    storage = FakeStorage()
    storage.fail(RuntimeError)
    with TestClient(create_app(Settings(data="unused"), storage), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "headers"),
    [
        ("GET", "/", 200, {}),
        ("GET", "/docs", 200, {}),
        ("GET", "/graphql", 200, {"accept": "text/html"}),
        ("GET", "/graphql?query={__typename}", 200, {}),
        ("GET", "/graphql", 400, {"accept": "application/json"}),
        ("GET", "/graphql", 406, {"accept": "image/png"}),
        ("PUT", "/graphql", 405, {}),
        ("GET", "/graphql/", 400, {}),
        ("GET", "/nowhere", 404, {}),
        ("GET", "/static/nothing.js", 404, {}),
        ("GET", "/static/..%2Fapp.py", 404, {}),
        ("DELETE", "/health", 405, {}),
        ("GET", "/health", 200, {}),
        ("GET", "/openapi.json", 200, {}),
        ("GET", "/api/jockey/00001", 200, {}),
        ("GET", "/api/jockey/99999", 404, {}),
        ("GET", "/api/jockey/x", 400, {}),
        ("OPTIONS", "/graphql", 200, PREFLIGHT),
        ("OPTIONS", "/graphql", 400, {**PREFLIGHT, "access-control-request-method": "TRACE"}),
    ],
)
def test_every_kind_of_answer_is_guarded(
    client: TestClient, method: str, path: str, status: int, headers: dict[str, str]
) -> None:
    """Pages, data, preflights and refusals alike forbid sniffing, framing and referrers, and are logged by an id."""
    response = client.request(method, path, headers=headers, follow_redirects=False)
    assert response.status_code == status, response.text
    for name, part in GUARDS.items():
        assert part in response.headers[name], name
    assert "'unsafe" not in response.headers["content-security-policy"]
    assert "server" not in response.headers
    assert "strict-transport-security" not in response.headers


def test_over_https_browsers_are_told_to_stay_there(sample_data: Path) -> None:
    """HSTS is sent where it counts."""
    app = create_app(Settings(data=str(sample_data)))
    with TestClient(app, base_url="https://testserver") as client:
        assert "max-age=" in client.get("/health").headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/graphql?query={jockey(id:%2200001%22){id}}", "/api/jockey/00001"])
def test_an_unexpected_fault_shows_its_request_id_and_nothing_else(failing: TestClient, path: str) -> None:
    """Neither the message, nor the type, nor a path of the exception reaches the client; browsers may read the rest."""
    response = failing.get(path, headers={"origin": "https://example.org", "accept": "application/json"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-request-id"] in response.text
    for secret in (SECRET, "RuntimeError", "Traceback", ".py", "unexpected"):
        assert secret not in response.text.replace("unexpected error", "")


@pytest.mark.parametrize("name", IDS)
def test_an_id_never_becomes_a_path(client: TestClient, name: str) -> None:
    """Only what has the form of an id is looked up; all else is refused, over REST and GraphQL, as JSON."""
    response = client.get(f"/api/jockey/{name}")
    assert response.status_code in {400, 404}
    assert list(response.json()) == ["detail"]
    assert "Jockey with ID" not in response.text
    query = "query ($id: ID!) { jockey(id: $id) { id } }"
    assert codes(run(client, query, id=name)) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("name", ["00001\x00", "00001\n", "\u202e00001", "０００１", "00001\u0301", "00001/../00002"])
def test_an_id_in_a_variable_is_no_other(client: TestClient, name: str) -> None:
    """NUL, line ends, marks that turn text around, and digits of other scripts make no id."""
    answer = run(client, "query ($id: ID!, $ids: [ID!]!) { jockey(id: $id) { id } }", id=name, ids=[name])
    assert set(codes(answer)) <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert codes(run(client, "query ($i: [ID!]!) { jockeysByIds(ids: $i) { id } }", i=[name])) == ["BAD_USER_INPUT"]


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path, sample_data: Path) -> None:
    """A link out of the folder, and one that stays inside, are no jockeys."""
    served = tmp_path / "served"
    served.mkdir()
    genuine = next(sample_data.glob("00001.pickle*"))
    suffix = genuine.name.removeprefix("00001")
    (served / genuine.name).write_bytes(genuine.read_bytes())
    (served / f"00002{suffix}").symlink_to(genuine)
    (served / f"00003{suffix}").symlink_to(served / genuine.name)
    os.mkfifo(served / f"00004{suffix}")
    with TestClient(create_app(Settings(data=str(served)))) as client:
        found = {name: client.get(f"/api/jockey/{name}").status_code for name in ("00001", "00002", "00003", "00004")}
        assert found == {"00001": 200, "00002": 404, "00003": 404, "00004": 404}
        assert run(client, '{ jockey(id: "00002") { id } }') == {"data": {"jockey": None}}


@pytest.mark.parametrize(
    "value",
    ["9" * 400, "-" + "9" * 400, "1e400", "-0.0", "1e-400", "NaN", "Infinity", "2147483648", '"\\ud800"', '"\\u0000"',
     "null", "[[[1]]]", "{}", "true"],
)  # fmt: skip
def test_no_value_of_a_variable_is_a_fault_of_the_server(client: TestClient, value: str) -> None:
    """Numbers without bounds, no numbers, surrogates and other types are the client's errors, and never 5xx."""
    query = 'query ($v: Int) { jockey(id: "00001") { records(first: $v) { totalCount } } }'
    body = f'{{"query": {json.dumps(query)}, "variables": {{"v": {value}}}}}'
    response = client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {200, 400}
    answer = response.json()
    assert "errors" not in answer or set(codes(answer)) <= {"BAD_USER_INPUT", "BAD_REQUEST", "QUERY_TOO_COMPLEX"}


@pytest.mark.parametrize("value", ["9" * 400, "1e400", "2147483648", '"\\\\u{110000}"', '"\\\\uD800"', '"\\\\u0000"'])
def test_no_literal_is_a_fault_of_the_server(client: TestClient, value: str) -> None:
    """The same in the document itself."""
    for place in (
        f"jockey(id: {value}) {{ id }}",
        f'jockey(id: "00001") {{ records(first: {value}) {{ totalCount }} }}',
    ):
        answer = run(client, f"{{ {place} }}")
        accepted = {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "QUERY_TOO_COMPLEX"}
        assert set(codes(answer)) <= accepted


# What graphql-cop looks for.


@pytest.mark.parametrize(
    "attempt",
    [
        {"method": "POST", "content": b"query={__typename}", "content_type": "application/x-www-form-urlencoded"},
        {"method": "POST", "content": b'{"query": "{__typename}"}', "content_type": "text/plain"},
        {"method": "POST", "content": b"{__typename}", "content_type": "application/graphql"},
        {"method": "POST", "content": b'[{"query":"{__typename}"},{"query":"{__typename}"}]'},
        {"method": "GET", "params": {"query": "mutation { x }"}},
        {"method": "POST", "params": {"query": "{__typename}"}, "content": b"{}"},
    ],
)
def test_forms_batches_and_mutations_by_get_do_not_run(client: TestClient, attempt: dict[str, Any]) -> None:
    """No other site can make a browser run an operation, and no request runs many."""
    headers = {"content-type": attempt.pop("content_type", "application/json"), "accept": "application/json"}
    response = client.request(url="/graphql", headers=headers, **attempt)
    assert "data" not in response.json()
    assert response.json()["errors"]


def test_nothing_of_the_implementation_shows(client: TestClient) -> None:
    """No trace, no debug extension, no name of a library in any answer or header."""
    answers = [
        client.post("/graphql", json={"query": query})
        for query in (
            "{",
            "{ nothing }",
            '{ jockey(id: "x") { id } }',
            "{ __typename @nothing }",
            "query ($a: X) { a }",
        )
    ]
    answers += [client.get("/nowhere"), client.get("/api/jockey/x")]
    for answer in answers:
        shown = (answer.text + str(answer.headers)).lower()
        for name in (
            "strawberry",
            "starlette",
            "uvicorn",
            "python",
            "traceback",
            ".py",
            "graphql_api",
            "site-packages",
        ):
            assert name not in shown, (name, answer.text)


def test_answers_to_other_sites_carry_no_credentials(sample_data: Path) -> None:
    """Any site may read by default, without cookies; with a list of origins, only those may."""
    with TestClient(create_app(Settings(data=str(sample_data), cors_origins=("https://a.example",)))) as client:
        ours = client.get("/health", headers={"origin": "https://a.example"})
        theirs = client.get("/health", headers={"origin": "https://b.example"})
    assert ours.headers["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-origin" not in theirs.headers
    for answer in (ours, theirs):
        assert "access-control-allow-credentials" not in answer.headers


def test_a_body_that_never_ends_is_not_waited_for(sample_data: Path) -> None:
    """The wall time of a request counts from its first byte: who dribbles a body is answered 504."""
    app = create_app(Settings(data=str(sample_data), request_timeout=0.05))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "query_string": b"",
    }
    scope["headers"] = headers
    sent: list[Any] = []
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> Any:
        return next(parts, None) or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 504
    assert codes(json.loads(sent[1]["body"])) == ["TIMEOUT"]


def test_more_loads_than_may_wait_are_refused_at_once() -> None:
    """While the storage hangs and the queue is full, further jockeys are 503 on REST, an error in GraphQL."""
    storage, settings = FakeStorage(), Settings(load_threads=1)
    core = create_core(settings, storage)
    client = TestClient(serve_core(core, settings, graphql_now=True))  # what it imports takes longer than a gate holds
    query = '{ jockey(id: "a0001") { id } }'

    async def main() -> tuple[Any, Any]:
        with storage.gate("00000"):
            ids = (f"{number:05}" for number in range(MAX_WAITING + 1))
            waiting = [asyncio.create_task(core.services.get(Jockeys).get(each)) for each in ids]
            await asyncio.sleep(0)
            answers = await asyncio.to_thread(lambda: (client.get("/api/jockey/a0001"), run(client, query)))
        await asyncio.gather(*waiting, return_exceptions=True)
        return answers

    rest, graphql = asyncio.run(main())
    core.services.close()
    assert (rest.status_code, rest.headers["retry-after"]) == (503, "5")
    assert (codes(graphql), graphql["data"]) == (["UPSTREAM_UNAVAILABLE"], {"jockey": None})
    assert storage.reads["a0001"] == 0


def test_errors_without_end_are_cut_short() -> None:
    """Of an error in every row the first hundred are told, and how many more there are."""
    errors = tuple(GraphQLError(f"error {number}", extensions={"code": "DATA_CORRUPT"}) for number in range(5_000))
    told = json.loads(b"".join(response_map(Answer([b"{}"], errors), "r")))["errors"]
    assert len(told) == 101
    assert told[-1] == {"message": "There are 4900 errors more.", "extensions": {"code": "DATA_CORRUPT"}}
