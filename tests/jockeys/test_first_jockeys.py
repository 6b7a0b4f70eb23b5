"""Pages and examples work on whatever data there is: they name the first jockeys that the storage holds."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from threading import Event

import pytest
from starlette.testclient import TestClient

from fakes import PATIENCE, SECRET, FakeClock, FakeStorage
from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import StorageFault, UpstreamUnavailable
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.routes.first_jockeys import KEPT_SECONDS, RETRY_SECONDS, FirstJockeys
from graphql_api.storage.protocol import Listing

BROWSER = {"accept": "text/html"}


@contextmanager
def client_of(storage: FakeStorage) -> Iterator[TestClient]:
    """Give a client of an application over a storage."""
    with TestClient(create_app(Settings(data="unused"), storage), raise_server_exceptions=False) as client:
        yield client


def shown(client: TestClient) -> tuple[str, str, str]:
    """Give the landing page, the explorer and the id that the OpenAPI document shows."""
    pages = [client.get(path, headers=BROWSER) for path in ("/", "/graphql")]
    assert [page.status_code for page in pages] == [200, 200]
    parameter = client.get("/openapi.json").json()["components"]["parameters"]["Id"]
    return pages[0].text, pages[1].text, f"{parameter['example']} {parameter['description']}"


def test_examples_name_the_first_jockey_held(tmp_path: Path) -> None:
    """With other ids than the sample's the query of the landing page is answered, and no page names 00001."""
    samples.frame("05339", 30, 1).to_pickle(tmp_path / "05339.pickle")
    samples.frame("a02dc", 30, 1).to_pickle(tmp_path / "a02dc.pickle")
    with TestClient(create_app(Settings(data=str(tmp_path)))) as client:
        landing, explorer, documented = shown(client)
        query = re.search(r'<code id="query"[^>]*>(.*?)</code>', landing, re.DOTALL)
        assert query
        answer = client.post("/graphql", json={"query": unescape(re.sub(r"<[^>]+>", "", query[1]))}).json()
    assert answer["data"]["jockey"]["records"]["totalCount"] == 30
    assert "api/jockey/05339" in landing
    assert 'data-jockeys="05339 a02dc"' in explorer
    assert documented.startswith("05339 ")
    for text in (landing, explorer, documented):
        assert "00001" not in text
        assert "$" not in text.replace("$BASE", "")  # which the shell of the reader puts in
    assert 'data-notice=""' in explorer


def test_an_empty_storage_is_told() -> None:
    """Without any jockey the pages stand, use the sample's id, and say that there is none."""
    with client_of(FakeStorage()) as client:
        for text in shown(client):
            assert "00001" in text
            assert "holds no jockeys yet" in text


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault, RuntimeError])
def test_a_storage_that_is_down_is_told(error: type[Exception]) -> None:
    """Pages are served all the same and say why their examples may fail, without a word of the cause."""
    storage = FakeStorage({"05339": b""})
    storage.fail(error)
    with client_of(storage) as client:
        for text in shown(client):
            assert "00001" in text
            assert "cannot be reached" in text
            assert SECRET not in text


def test_pages_share_one_listing() -> None:
    """The storage is listed once for all pages, which may be kept by their ETags as before."""
    storage = FakeStorage({"05339": b""})
    with client_of(storage) as client:
        for path in ("/", "/graphql", "/openapi.json") * 2:
            answer = client.get(path, headers=BROWSER)
            held = client.get(path, headers={**BROWSER, "if-none-match": answer.headers["etag"]})
            assert (held.status_code, held.content) == (304, b"")
            assert answer.headers["cache-control"] == "no-cache"
    assert storage.calls["list_ids"] == 1


def test_what_was_listed_is_kept_for_a_while() -> None:
    """A failure is asked about again soon, and a listing later; the first jockey of that time is shown."""
    storage, clock = FakeStorage({"05339": b""}), FakeClock()
    repository = Jockeys(storage, Settings(data="unused"))
    jockeys = FirstJockeys(repository, clock)
    storage.fail(UpstreamUnavailable)

    async def ids_after(seconds: float) -> tuple[str, ...]:
        clock.turn(seconds)
        return (await jockeys.get()).ids

    assert asyncio.run(ids_after(0)) == ("00001", "00002")
    storage.mend()
    assert asyncio.run(ids_after(RETRY_SECONDS / 2)) == ("00001", "00002")
    assert asyncio.run(ids_after(RETRY_SECONDS)) == ("05339",)
    storage.put("01213", b"")
    assert asyncio.run(ids_after(KEPT_SECONDS / 2)) == ("05339",)
    assert asyncio.run(ids_after(KEPT_SECONDS)) == ("01213", "05339")
    repository.close()


class _HangingStorage(FakeStorage):
    """A storage whose listing does not end before ``released``."""

    def __init__(self) -> None:
        super().__init__({"05339": b""})
        self.released = Event()

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List once released."""
        assert self.released.wait(PATIENCE)
        return super().list_objects(prefix, cursor, limit)


def test_a_listing_that_hangs_holds_up_no_page() -> None:
    """A page waits for its examples only so long, and then says that the storage cannot be reached."""
    storage = _HangingStorage()
    repository = Jockeys(storage, Settings(data="unused"))
    jockeys = asyncio.run(FirstJockeys(repository, FakeClock(), wait=0.01).get())
    storage.released.set()
    assert jockeys.ids == ("00001", "00002")
    assert "cannot be reached" in jockeys.notice
    repository.close()
