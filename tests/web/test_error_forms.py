"""The form of an error follows the path of its request, also where no route was found yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.installed import read_settings
from graphql_api.storage.folder import FolderStorage

CODED = ("/races", "/races/20240101_NAKAYAMA_11", "/cart/items", "/cart/a/items/b", "/comments", "/consultations")
PLAIN = ("/api/jockey/00001", "/health", "/nowhere", "/racesx", "/openapi.json")
FAULTS = {
    "?a=1&a=1&%00=1": 400,
    "?%FF=1": 400,
    "?" + "&".join(f"p{number}" for number in range(101)) + "=1": 400,
    f"?a={'a' * 40_000}": 414,
}


@pytest.fixture(scope="module")
def client(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of a service as it is by default."""
    with TestClient(create_app(read_settings({}), FolderStorage(sample_data))) as made:
        yield made


@pytest.mark.parametrize("path", CODED)
@pytest.mark.parametrize("fault", FAULTS, ids=["nul", "not-utf-8", "too-many", "too-long"])
def test_what_no_route_can_read_is_refused_in_the_form_of_its_path(client: TestClient, path: str, fault: str) -> None:
    """A code and a message; all of 400 have one code."""
    response = client.get(path + fault)
    error = response.json()["error"]
    assert response.json().keys() == {"error"}
    assert (response.status_code, bool(error["message"])) == (FAULTS[fault], True)
    assert error["code"] == "BAD_REQUEST"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PLAIN)
@pytest.mark.parametrize("fault", FAULTS, ids=["nul", "not-utf-8", "too-many", "too-long"])
def test_other_paths_keep_their_form(client: TestClient, path: str, fault: str) -> None:
    """As ``{"detail": …}``."""
    response = client.get(path + fault)
    assert (response.status_code, response.json().keys()) == (FAULTS[fault], {"detail"})


def test_a_method_or_a_path_that_is_not_there_has_a_code(client: TestClient) -> None:
    """405 and 404, also below a path that there is."""
    wrong = client.delete("/races")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    missing = client.get("/races/20240101_NAKAYAMA_11/horses")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_headers_past_the_limit_are_refused_in_the_same_form(client: TestClient) -> None:
    """By the outermost layer, before anything is read."""
    headers = [(f"x-{number}", "a") for number in range(101)]
    coded, plain = client.get("/races", headers=headers), client.get("/health", headers=headers)
    assert (coded.status_code, coded.json()["error"]["code"]) == (431, "BAD_REQUEST")
    assert (plain.status_code, plain.json().keys()) == (431, {"detail", "errors"})


def test_a_missing_key_is_told_in_the_same_form(sample_data: Path, tmp_path: Path) -> None:
    """401 before any route."""
    settings = read_settings({"JOCKEY_ACCESS": "required", "JOCKEY_STORE": str(tmp_path / "store.sqlite3")})
    with TestClient(create_app(settings, FolderStorage(sample_data))) as client:
        coded, plain = client.get("/races"), client.get("/api/jockey/00001")
    assert (coded.status_code, coded.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
    assert (plain.status_code, plain.json().keys()) == (401, {"detail", "errors"})
