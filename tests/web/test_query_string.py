"""Query strings: one reader with one set of limits on every route, each fault in the route's own form."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.web.query_string import read_query

ROUTES = (
    "/graphql",
    "/q/Name",
    "/q/Name.csv",
    "/api/jockey/00001",
    "/api/jockey/00001.csv",
    "/api/jockey/00001.ndjson",
    "/health",
    "/ready",
    "/openapi.json",
    "/docs",
    "/",
    "/nowhere",
)
FAULTS = {
    "no UTF-8": ("a=%FF", 400),
    "surrogate": ("a=%ED%A0%80", 400),
    "overlong": ("a=%C0%AF", 400),
    "no UTF-8 in a name": ("%FF=a", 400),
    "NUL": ("a=%00", 400),
    "NUL in a name": ("%00=a", 400),
    "many": ("&".join(["a=1"] * 101), 400),
    "long": ("a=" + "x" * 16_384, 414),
}


@pytest.fixture(scope="module")
def client(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Serve the sample data with one trusted document."""
    documents = tmp_path_factory.mktemp("documents")
    document = "query Name($id: ID!) { jockey(id: $id) { records { nodes { raceName } } } }"
    (documents / "Name.graphql").write_text(document)
    return TestClient(create_app(Settings(data=str(sample_data), documents=str(documents))))


def told(response: Any) -> str:
    """Give the one message of a refusal, which is in the form of its route."""
    answer = response.json()
    if response.request.url.path == "/graphql":
        (error,) = answer["errors"]
        assert error["extensions"] == {"code": "BAD_REQUEST"}
        return str(error["message"])
    assert list(answer) == ["detail"]
    return str(answer["detail"])


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_route_refuses_the_same_query_strings(client: TestClient, path: str, fault: str) -> None:
    """What cannot be read is 400, what is too long 414, with the same message wherever it was sent."""
    query_string, status = FAULTS[fault]
    response = client.get(f"{path}?{query_string}")
    assert response.status_code == status
    assert told(response) == told(client.get(f"/health?{query_string}"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_post_is_judged_too(client: TestClient, fault: str) -> None:
    """The query string of a POST is not used, and may still not be anything at all."""
    query_string, status = FAULTS[fault]
    response = client.post(f"/graphql?{query_string}", json={"query": "{ __typename }"})
    assert response.status_code == status
    assert client.post("/graphql?a=1&a=1", json={"query": "{ __typename }"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/jockey/", "/q/", "/"])
def test_a_path_past_the_limit_is_414(client: TestClient, path: str) -> None:
    """The path has the limit of the query string."""
    assert client.get(path + "0" * 16_384).status_code == 414


@pytest.mark.parametrize(
    "url",
    [
        "/graphql?query=%7B__typename%7D&query=%7B__typename%7D",
        "/q/Name?id=00001&id=00001",
        "/q/Name.csv?id=00001&spreadsheet=1&spreadsheet=1",
        "/api/jockey/00001.csv?columns=typed&columns=source",
        "/api/jockey/00001.csv?spreadsheet=0&spreadsheet=1",
        "/api/jockey/00001.ndjson?surface=TURF&surface=DIRT",
        "/health?deep=0&deep=1",
    ],
)
def test_a_parameter_given_twice_is_refused(client: TestClient, url: str) -> None:
    """Of two values of what takes one, neither is chosen."""
    response = client.get(url)
    assert response.status_code == 400
    assert "more than once" in told(response) or "twice" in told(response)


def test_a_hundred_parameters_are_read(client: TestClient) -> None:
    """The limit itself passes; what a route does not know is its own to judge."""
    assert client.get("/health?" + "&".join(["a=1"] * 100)).status_code == 200
    assert client.get("/health?a=" + "x" * 16_382).status_code == 200


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=100))
def test_what_is_encoded_is_read_as_it_was(pairs: list[tuple[str, str]]) -> None:
    """Names and texts come in their order, repeated ones too, whatever letters they have."""
    scope = {"query_string": urlencode(pairs).encode(), "path": "/", "state": {}}
    assert read_query(scope, 2**20) == tuple(pairs)
