"""CORS: a page of any allowed origin can send what client libraries send, by the methods that a route has."""

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.web.fast_path import FastPathRouter

ORIGIN = "https://example.org"
SENT_BY_CLIENTS = (
    "authorization",
    "apollographql-client-name,apollographql-client-version",
    "apollo-require-preflight,content-type",
    "graphql-require-preflight",
    "x-apollo-operation-name",
    "traceparent,tracestate",
    "baggage,sentry-trace",
    "x-requested-with",
    "x-api-key",
    "cache-control,pragma",
    "if-modified-since",
    "some-header-of-tomorrow",
)


def preflight(client: TestClient, path: str, method: str, headers: str | None = None, **more: str) -> Any:
    """Send what a browser sends before a request of another origin."""
    asked = {"origin": ORIGIN, "access-control-request-method": method, **more}
    if headers is not None:
        asked["access-control-request-headers"] = headers
    return client.options(path, headers=asked)


def names(text: str) -> set[str]:
    """Split a list of names in a header."""
    return {each.strip().lower() for each in text.split(",")}


@pytest.fixture
def strict(sample_data: Path) -> TestClient:
    """Give a client of an application that names its origins and headers."""
    settings = Settings(data=str(sample_data), cors_origins=(ORIGIN,), cors_headers=("Authorization", "X-Tenant"))
    return TestClient(create_app(settings))


@pytest.mark.parametrize("path", ["/graphql", "/api/jockey/00001", "/api/jockey/00001.csv", "/q/Rides", "/health"])
@pytest.mark.parametrize("headers", SENT_BY_CLIENTS)
def test_whatever_header_a_client_sends_is_allowed(client: TestClient, path: str, headers: str) -> None:
    """By default a preflight allows every header that it asks for, on every route, and no credentials."""
    answer = preflight(client, path, "GET", headers)
    assert answer.status_code == 200
    assert names(headers) <= names(answer.headers["access-control-allow-headers"])
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["access-control-max-age"]) >= 600
    assert "access-control-allow-credentials" not in answer.headers
    assert names("origin, access-control-request-headers, access-control-request-method") <= names(
        answer.headers["vary"]
    )


def test_headers_can_be_named(strict: TestClient) -> None:
    """With headers named, those and the ones that the API reads are allowed, others are refused."""
    for allowed in ("authorization", "x-tenant", "content-type,if-none-match,range,x-request-id"):
        assert preflight(strict, "/graphql", "POST", allowed).status_code == 200
    refused = preflight(strict, "/graphql", "POST", "x-other")
    assert refused.status_code == 400
    assert "headers" in refused.text
    assert {"authorization", "x-tenant", "content-type"} <= names(refused.headers["access-control-allow-headers"])


def test_other_origins_are_refused_where_some_are_named(strict: TestClient) -> None:
    """A preflight of an origin that is not named carries no permission."""
    answer = preflight(strict, "/graphql", "POST", origin="https://evil.example")
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/graphql", {"get", "head", "post"}),
        ("/api/jockey/00001", {"get", "head"}),
        ("/api/jockey/00001.csv", {"get", "head"}),
        ("/openapi.json", {"get", "head"}),
    ],
)
@pytest.mark.parametrize("asked", ["GET", "HEAD", "POST", "PUT", "DELETE", "TRACE"])
def test_methods_are_those_of_the_route(client: TestClient, path: str, methods: set[str], asked: str) -> None:
    """A preflight allows the methods that the route is served to, and lists them where it refuses another."""
    answer = preflight(client, path, asked)
    assert answer.status_code == (200 if asked.lower() in methods else 400)
    assert names(answer.headers["access-control-allow-methods"]) == methods


async def _answer(_request: Request) -> Response:
    return Response()


def test_put_and_delete_are_allowed_where_a_route_has_them() -> None:
    """Routes of one path are taken together, and a route of another path adds nothing."""
    routes = [
        Route("/slips/{slip}", _answer),
        Route("/slips/{slip}", _answer, methods=["PUT", "DELETE"]),
        Route("/slips", _answer, methods=["POST"]),
    ]
    others = Starlette(routes=routes)
    client = TestClient(FastPathRouter("/graphql", others, others, Settings()))
    for method in ("GET", "PUT", "DELETE"):
        answer = preflight(client, "/slips/1", method, "content-type,authorization")
        assert answer.status_code == 200
        assert names(answer.headers["access-control-allow-methods"]) == {"get", "head", "put", "delete"}
    assert preflight(client, "/slips", "PUT").status_code == 400
    assert preflight(client, "/slips/1", "PATCH").status_code == 400


@pytest.mark.parametrize("path", ["/nowhere", "/api/nothing", "/graphql/x"])
def test_a_page_learns_that_a_path_is_not_there(client: TestClient, path: str) -> None:
    """The preflight of a path without a route passes, so that the page can read the 404."""
    assert preflight(client, path, "POST", "content-type").status_code == 200
    answer = client.post(path, json={}, headers={"origin": ORIGIN})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "*")


def test_a_page_may_call_a_server_in_its_own_network(client: TestClient) -> None:
    """Where a browser asks for leave to call a private address, the origin decides."""
    asked = {"access-control-request-private-network": "true"}
    assert preflight(client, "/graphql", "POST", **asked).headers["access-control-allow-private-network"] == "true"


def test_pages_read_the_headers_that_the_api_documents(client: TestClient) -> None:
    """What an answer says in its headers beside the body is readable to pages of other origins."""
    answer = client.get("/api/jockey/00001", headers={"origin": ORIGIN})
    exposed = names(answer.headers["access-control-expose-headers"])
    assert {"age", "allow", "etag", "retry-after", "server-timing", "warning", "x-request-id"} <= exposed
