"""What describes the service: guides, the schema's text, the list of operations, ``llms.txt``."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphql_api.access.management import Keys
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.installed import read_settings
from graphql_api.store.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations"


@pytest.fixture
def trusted(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of an application with the operations of ``docs/operations``."""
    with TestClient(create_app(Settings(data=str(sample_data), documents=str(OPERATIONS), jobs_workers=0))) as client:
        yield client


def test_the_schema_is_a_text_that_caches_keep(client: TestClient) -> None:
    """The SDL is that of the repository; with its ETag a client asks whether it is still the same."""
    response = client.get("/schema.graphql")
    assert response.text == (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=300"
    again = client.get("/schema.graphql", headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("hidden", [{"introspection": False}, {"trusted_only": True, "documents": str(OPERATIONS)}])
def test_the_schema_is_hidden_with_introspection(sample_data: Path, hidden: dict[str, object]) -> None:
    """An operator who turns introspection off, or allows trusted documents only, publishes no SDL either."""
    settings = read_settings({}, data=str(sample_data), jobs_workers=0, **hidden)
    with TestClient(create_app(settings)) as client:
        assert client.get("/schema.graphql").status_code == 404
        assert "schema.graphql" not in client.get("/llms.txt").text


def test_trusted_operations_are_listed(trusted: TestClient, client: TestClient) -> None:
    """Each has what it returns, its variables, its id, and where to send it; a server without any has an empty list."""
    listed = {each["name"]: each for each in trusted.get("/q").json()["operations"]}
    assert sorted(listed) == sorted(path.stem for path in OPERATIONS.glob("*.graphql"))
    rides = listed["Rides"]
    assert rides["description"] == "A jockey's newest races, on some kinds of going or on all."
    assert rides["variables"] == {"id": "ID!", "going": "[Going!]", "first": "Int = 20"}
    assert re.fullmatch("sha256:[0-9a-f]{64}", rides["documentId"])
    assert trusted.get(f"/{rides['href']}", params={"id": "00001"}).json()["data"]["jockey"]
    assert trusted.get(f"/{rides['csv']}", params={"id": "00001"}).text.startswith("date,racecourse")
    assert client.get("/q").json() == {"operations": []}


def test_llms_txt_names_guides_and_routes(client: TestClient) -> None:
    """It is made of what the service knows of itself: each guide and each route, by links that work."""
    text = client.get("/llms.txt").text
    assert text.startswith("# ")
    for path in client.get("/openapi.json").json()["paths"]:
        assert f" {path}`: " in text
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert "docs/questions" in links
    for link in links:
        assert client.get(f"/{link}").status_code == 200, link


def test_guides_are_pages_that_link_to_each_other(client: TestClient) -> None:
    """Every guide is served as HTML under the policy of pages, and its links lead to what is served."""
    names = [each["name"] for each in client.get("/docs/guides.json").json()]
    assert {"readme", "questions", "notebooks", "input", "errors"} <= set(names)
    for name in names:
        page = client.get(f"/docs/{name}")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'self'" in page.headers["content-security-policy"]
        anchors = set(re.findall(r' id="([^"]+)"', page.text))
        for link in set(re.findall(r'href="([^"]+)"', page.text)):
            if link.startswith("#"):
                assert link[1:] in anchors, f"{name}: {link}"
            elif not link.startswith("http"):
                target = client.get(f"/docs/{link}")
                assert target.status_code == 200, f"{name}: {link}"
    assert client.get("/docs/nothing").status_code == 404
    assert (
        client.get(
            "/docs/questions", headers={"if-none-match": client.get("/docs/questions").headers["etag"]}
        ).status_code
        == 304
    )


def test_descriptions_need_no_key(sample_data: Path, tmp_path: Path) -> None:
    """Where keys are required, what describes the service stays open; the list of operations needs one."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    text = Keys(store).create("reader")[1]
    environ = {"JOCKEY_ACCESS": "required", "JOCKEY_STORE": str(tmp_path / "store.sqlite3")}
    with TestClient(create_app(read_settings(environ, data=str(sample_data), jobs_workers=0))) as client:
        for path in ("/docs", "/docs/questions", "/docs/guides.json", "/schema.graphql", "/llms.txt"):
            assert client.get(path).status_code == 200, path
        assert client.get("/q").status_code == 401
        assert client.get("/q", headers={"X-API-Key": text}).json() == {"operations": []}
    store.close()
