"""The pages that browsers are shown, and the files these use."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.web import static_pages

STATIC = Path(static_pages.__file__).with_name("static")
ASSETS = sorted(path.name for path in STATIC.iterdir() if path.suffix not in {".html", ".json", ".br", ".gz"})
PAGES = ["/docs", "/graphql"]
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class _Page(HTMLParser):
    """Gathers what a page refers to, what it holds inline, and the text of each element that has an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.inline: list[str] = []
        self.texts: dict[str, str] = {}
        self._ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.urls += [own[name] or "" for name in ("href", "src") if name in own]
        self.inline += [name for name in own if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in own) else []
        if tag == "code":
            self._ids.append(own.get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code":
            self._ids.pop()

    def handle_data(self, data: str) -> None:
        for each in self._ids:
            self.texts[each] = self.texts.get(each, "") + data


@pytest.fixture
def plain(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of an application that serves no explorer."""
    with TestClient(create_app(Settings(data=str(sample_data), graphiql=False))) as client:
        yield client


@pytest.mark.parametrize("url", PAGES)
def test_page_is_html_under_a_strict_policy(client: TestClient, url: str) -> None:
    """A page comes as HTML with the security headers, to be revalidated by its ETag."""
    response = client.get(url, headers=BROWSER)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == static_pages.CONTENT_SECURITY_POLICY
    assert "unsafe" not in static_pages.CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["etag"]


@pytest.mark.parametrize("url", PAGES)
def test_page_has_nothing_inline_and_only_links_that_work(client: TestClient, url: str) -> None:
    """A page holds no inline script or style, and refers, relative to itself, to nothing but what this service has."""
    page = _Page(client.get(url, headers=BROWSER).text)
    assert page.inline == []
    assert not [each for each in page.urls if re.match(r"[a-z]+:|/", each)]
    assert {each: client.get(f"/{each}", headers=BROWSER).status_code for each in page.urls} == dict.fromkeys(
        page.urls, 200
    )


@pytest.mark.parametrize("url", [*PAGES, f"/static/{ASSETS[0]}"])
def test_unchanged_page_is_not_sent_again(client: TestClient, url: str) -> None:
    """A request that names the ETag it holds gets 304 with the caching headers and no body."""
    first = client.get(url, headers=BROWSER)
    again = client.get(url, headers={**BROWSER, "if-none-match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    kept = ("etag", "cache-control", "vary")
    assert [again.headers[each] for each in kept] == [first.headers[each] for each in kept]


@pytest.mark.parametrize("url", [*PAGES, "/favicon.ico", f"/static/{ASSETS[0]}"])
def test_head_gives_the_headers_of_get_without_the_body(client: TestClient, url: str) -> None:
    """HEAD answers with the same status and headers as GET, and no body."""
    get = client.get(url, headers=BROWSER)
    head = client.head(url, headers=BROWSER)
    assert (head.status_code, head.content) == (200, b"")
    for each in ("content-type", "content-length", "etag", "cache-control", "vary"):
        assert head.headers[each] == get.headers[each]


def test_explorer_varies_by_what_the_client_accepts(client: TestClient) -> None:
    """At its URL API clients get JSON, so shared caches must tell the two apart."""
    vary = client.get("/graphql", headers=BROWSER).headers["vary"].lower()
    assert {"accept", "accept-encoding"} <= {each.strip() for each in vary.split(",")}


def test_no_page_links_to_an_explorer_that_is_off(plain: TestClient) -> None:
    """With the explorer off the pages stand without it, and its URL answers browsers as it does other clients."""
    for url in ("/", "/docs"):
        response = plain.get(url)
        assert response.status_code == 200
        assert not [each for each in _Page(response.text).urls if each.startswith(("graphql", "./graphql"))]
    assert "html" not in plain.get("/graphql?query={__typename}", headers=BROWSER).headers["content-type"]


@pytest.mark.parametrize("name", ASSETS)
def test_asset_is_kept_for_ever_under_the_hash_of_its_content(client: TestClient, name: str) -> None:
    """An asset is immutable, and its name changes with its content: the hash in it is that of the file."""
    response = client.get(f"/static/{name}", headers={"accept-encoding": "identity"})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in response.headers
    assert Path(name).stem.rpartition("-")[2] == hashlib.sha256(response.content).hexdigest()[:12]


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [
        (".js", "text/javascript; charset=utf-8"),
        (".css", "text/css; charset=utf-8"),
        (".svg", "image/svg+xml"),
        (".txt", "text/plain; charset=utf-8"),
    ],
)
def test_asset_has_its_content_type(client: TestClient, suffix: str, content_type: str) -> None:
    """Under nosniff a browser runs a script or style only where its type is right."""
    name = next(each for each in ASSETS if each.endswith(suffix))
    assert client.get(f"/static/{name}").headers["content-type"] == content_type


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("deflate", None),
        ("", None),
    ],
)
def test_asset_comes_in_the_best_coding_that_the_client_takes(
    client: TestClient, accepted: str, coding: str | None
) -> None:
    """Brotli, gzip or the plain file are chosen by Accept-Encoding, and caches are told so."""
    name = next(each for each in ASSETS if each.startswith("explorer-") and each.endswith(".js"))
    response = client.head(f"/static/{name}", headers={"accept-encoding": accepted})
    assert response.headers.get("content-encoding") == coding
    assert "accept-encoding" in response.headers["vary"].lower()
    stored = {None: name, "br": f"{name}.br", "gzip": f"{name}.gz"}[coding]
    assert int(response.headers["content-length"]) == (STATIC / stored).stat().st_size


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.gz")))
def test_compressed_copy_holds_the_file(name: str) -> None:
    """A gzip copy unpacks to the very file beside it, and a Brotli copy, which is smaller yet, stands there too."""
    original = (STATIC / name.removesuffix(".gz")).read_bytes()
    assert gzip.decompress((STATIC / name).read_bytes()) == original
    assert 0 < (STATIC / name).with_suffix(".br").stat().st_size < len(original)


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "explorer.html",
        f"{ASSETS[0]}.br",
        "..%2fpages.py",
        "%2e%2e/static_pages.py",
        "..%5cpages.py",
        "%00",
        "",
    ],
)
def test_only_the_known_assets_can_be_named(client: TestClient, name: str) -> None:
    """Anything but the name of an asset is a 404 in JSON, whatever it tries to point at."""
    response = client.get(f"/static/{name}")
    assert response.status_code == 404
    assert response.json()["detail"]


@pytest.mark.parametrize("url", ["/docs", f"/static/{ASSETS[0]}"])
def test_pages_are_only_read(client: TestClient, url: str) -> None:
    """Another method than GET and HEAD is refused with the methods that are allowed."""
    response = client.post(url)
    assert response.status_code == 405
    assert set(response.headers["allow"].replace(" ", "").split(",")) == {"GET", "HEAD"}


def test_icon_is_found_where_browsers_look_for_it(client: TestClient) -> None:
    """The icon answers at /favicon.ico too, so that JSON opened in a browser causes no 404."""
    response = client.get("/favicon.ico")
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.text.startswith("<svg")


def test_licences_of_the_bundled_software_are_served(client: TestClient) -> None:
    """The licence texts that the bundled packages ask to be kept come with them."""
    name = next(each for each in ASSETS if each.startswith("licences-"))
    text = client.get(f"/static/{name}").text
    for package in ("graphiql", "@graphiql/plugin-explorer", "react", "react-dom", "codemirror", "graphql"):
        assert re.search(rf"^{package} \d", text, re.MULTILINE)
