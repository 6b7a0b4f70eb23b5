"""Errors for people: pages where a browser opens a URL, and JSON for every other client."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fakes import FakeStorage
from graphql_api.app import create_app
from graphql_api.errors import UpstreamUnavailable
from graphql_api.installed import read_settings
from people import BROWSER, ENGLISH, JAPANESE, Found, key_like

LANGUAGES = {"ja": JAPANESE, "en": ENGLISH}
PROGRAMS = ("*/*", "application/json", "application/json, text/html;q=0.5", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/a/b/c", 404), ("/api/jockey/99999", 404), ("/race/1", 400), ("/days?q=%FF", 400)],
)
def test_browsers_get_a_page(client: TestClient, language: str, path: str, status: int) -> None:
    """An error is a whole page in the language of the browser, whose links lead to this service from any depth."""
    response = client.get(path, headers=LANGUAGES[language])
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert "Accept-Language" in response.headers["vary"]
    found = Found(response.text)
    assert found.lang == language
    assert key_like(found.shown) == []
    assert found.inline == []
    for each in found.internal(path):
        if "/static/" in each:
            assert client.get(each).status_code == 200


@pytest.mark.parametrize("accept", PROGRAMS)
@pytest.mark.parametrize("path", ["/nowhere", "/race/1", "/days", "/jockey/99999"])
def test_programs_get_json(client: TestClient, accept: str, path: str) -> None:
    """A client that does not prefer HTML is answered as ever, by GET and by HEAD."""
    response = client.get(path, headers={"accept": accept})
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"detail"}
    head = client.head(path, headers={"accept": accept})
    assert head.headers["content-length"] == response.headers["content-length"]


def test_errors_of_operations_stay_json_for_browsers(client: TestClient) -> None:
    """Who opens an operation's URL wants to see what a program is answered."""
    assert client.get("/q/Nothing", headers=BROWSER).headers["content-type"] == "application/json"


def test_nothing_of_a_url_comes_back_unescaped(client: TestClient) -> None:
    """A path, a parameter and a message that quotes them are text, and no link leaves the service."""
    for path in ("/<script>alert(1)</script>", "//evil.example/x", "/jockeys?surface=<script>", "/x?lang=<script>"):
        response = client.get(path, headers=BROWSER)
        assert response.status_code in (400, 404)
        assert "<script>" not in response.text
        assert not [each for each in Found(response.text).links if each.startswith(("//", "http"))]


def test_a_long_path_is_answered(client: TestClient) -> None:
    """The links of an error deep below the root, or of one that is too long, still work."""
    response = client.get("/" + "a/" * 3_000, headers=BROWSER)
    assert response.status_code == 404
    assert len(response.content) < 10_000
    response = client.get("/" + "a" * 20_000, headers=BROWSER)
    assert response.status_code == 414
    assert Found(response.text).lang == "en"


@pytest.fixture
def guarded(sample_data: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Give a client of an application that requires keys."""
    environ = {
        "JOCKEY_ACCESS": "required",
        "JOCKEY_RATE_ANONYMOUS": "1",
        "JOCKEY_STORE": str(tmp_path / "store.sqlite3"),
    }
    settings = read_settings(environ, data=str(sample_data), jobs_workers=0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_a_missing_key_is_told_in_a_page(guarded: TestClient) -> None:
    """Where a key is required, a browser without one reads that in its language; a program gets JSON."""
    response = guarded.get("/jockeys", headers=JAPANESE)
    assert response.status_code == 401
    assert "APIキーが必要です" in response.text
    assert "UNAUTHENTICATED" in response.text
    assert response.headers["www-authenticate"]
    assert guarded.get("/jockeys").json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_used_up_limit_and_an_outage_say_when_to_come_again(sample_data: Path, tmp_path: Path) -> None:
    """429 and 503 are pages with the time to wait, which the header tells as well."""
    environ = {"JOCKEY_ACCESS": "optional", "JOCKEY_RATE_REQUESTS": "100", "JOCKEY_RATE_ANONYMOUS": "1"}
    environ["JOCKEY_STORE"] = str(tmp_path / "store.sqlite3")
    settings = read_settings(environ, data=str(sample_data), jobs_workers=0)
    with TestClient(create_app(settings)) as client:
        answers = [client.get("/jockey/00001", headers=JAPANESE) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "リクエストが多すぎます" in answers[-1].text
    assert f"{answers[-1].headers['retry-after']}秒" in answers[-1].text
    storage = FakeStorage()
    storage.fail(UpstreamUnavailable)
    with TestClient(create_app(read_settings({}, jobs_workers=0), storage)) as client:
        response = client.get("/jockey/00001", headers=ENGLISH)
    assert response.status_code == 503
    assert f"in {response.headers['retry-after']} seconds" in response.text
