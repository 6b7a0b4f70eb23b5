"""What clients see of copies past their time, of files refused, and of what the storage leaves out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes import FakeStorage
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import UpstreamUnavailable

REST = "/api/jockey/00001"
QUERY = '/graphql?query={jockey(id:"00001"){name source{stale lastModified}}}'


@pytest.fixture
def storage(sample_data: Path) -> FakeStorage:
    """Hold one sample jockey and a page that is none."""
    return FakeStorage({"00001": (sample_data / "00001.pickle").read_bytes(), "00002": b"<html>not found</html>"})


@pytest.fixture
def client(storage: FakeStorage) -> Iterator[TestClient]:
    """Serve them, each copy being due for its check at the next request."""
    app = create_app(Settings(cache_ttl=0.0), storage)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def source(client: TestClient) -> tuple[dict[str, Any], str]:
    """Ask by GraphQL for what is told of the file, and how long it may be kept."""
    response = client.get(QUERY)
    return response.json()["data"]["jockey"]["source"], response.headers["cache-control"]


def test_a_copy_whose_check_takes_long_says_so(client: TestClient, storage: FakeStorage) -> None:
    """While the storage hangs the copy in hand answers on every route, marked stale, and nobody is to keep it."""
    fresh = client.get(REST)
    with storage.gate("00001"):
        stale = client.get(REST)
        assert (stale.status_code, stale.content) == (200, fresh.content)
        assert (stale.headers["cache-control"], stale.headers["etag"]) == ("public, max-age=0", fresh.headers["etag"])
        assert stale.headers["warning"].startswith("110 ")
        assert "age" not in stale.headers
        told, caching = source(client)
        assert (told["stale"], caching) == (True, "no-store")
        held = client.get(REST, headers={"if-none-match": fresh.headers["etag"]})
        assert (held.status_code, held.headers["cache-control"]) == (304, "public, max-age=0")
    assert storage.reads["00001"] == 2


def test_a_copy_whose_check_fails_says_so(client: TestClient, storage: FakeStorage) -> None:
    """Where the storage fails the copy answers, marked stale; once it works again the mark is gone."""
    assert "warning" not in client.get(REST).headers
    storage.fail(UpstreamUnavailable)
    assert client.get(REST).headers["warning"].startswith("110 ")
    assert source(client)[0]["stale"]
    storage.mend()
    assert not source(client)[0]["stale"]
    assert "warning" not in client.get(REST).headers


def test_a_time_that_the_storage_does_not_tell_is_left_out(client: TestClient, storage: FakeStorage) -> None:
    """Without a time of change there is no Last-Modified, and null in GraphQL; the answer is cached as ever."""
    storage.change("00001", lambda stored: replace(stored, last_modified=None))
    response = client.get(REST)
    assert response.status_code == 200
    assert "last-modified" not in response.headers
    assert client.get(REST, headers={"if-none-match": response.headers["etag"]}).status_code == 304
    assert source(client)[0]["lastModified"] is None


def test_a_refused_file_is_read_once(client: TestClient, storage: FakeStorage) -> None:
    """However often and by whichever route it is asked for, a refused file is the same error, and read once."""
    for path in (REST, "/graphql?query={jockey(id:%22{id}%22){name}}") * 3:
        response = client.get(path.replace("00001", "00002").replace("{id}", "00002"))
        assert response.status_code in (200, 500)
        assert "The jockey's data file cannot be read." in response.text
        assert "html" not in response.text
    assert storage.reads["00002"] == 1
