"""The pages in a real browser: on all data, in light and dark, below a prefix, beside other sites."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from browser_pages import LUMINANCE, QUERY, Open, Page, ready, run, sent, until
from conftest import serving
from graphql_api import samples

pytest_plugins = ["browser_fixtures"]


@pytest.mark.parametrize("path", ["/", "/docs", "/graphql"])
def test_page_is_light_or_dark_as_the_system_is(open_page: Open, path: str) -> None:
    """Every page follows the colour scheme that the system prefers."""
    page = open_page(path, color_scheme="light")
    assert page.evaluate(LUMINANCE) > 0.9
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(LUMINANCE) < 0.2


def test_pages_stand_without_scripts(open_page: Open) -> None:
    """Without JavaScript the landing page is whole, and the documentation links to the document itself."""
    page = open_page("/", java_script_enabled=False)
    assert page.locator("#query").is_visible()
    assert open_page("/docs", java_script_enabled=False).locator("#routes a[href='openapi.json']").is_visible()


def test_pages_use_the_jockeys_that_are_held(open_page: Open, tmp_path: Path) -> None:
    """On other data than the sample's the landing page, the documentation and every example are answered."""
    samples.frame("05339", 40, 1).to_pickle(tmp_path / "05339.pickle")
    with serving(tmp_path) as server:
        page = open_page("/", server=server)
        assert not page.locator(".notice").is_visible()
        page.get_by_role("link", name="05339").click()
        assert page.locator("h1").inner_text().endswith("05339")
        page.goto(f"{server}/docs")
        page.wait_for_selector(".operation")
        assert sent(page, page.locator("#getJockey")).startswith("HTTP 200")
        page.goto(f"{server}/graphql")
        ready(page)
        for place in range(page.locator(".graphiql-tab").count()):
            page.locator(".graphiql-tab-button").nth(place).click()
            until(page, f"{QUERY}.includes('05339') || {QUERY}.includes('$id')")
            data = run(page)["data"]
            assert data.get("jockey") or data["compareJockeys"][0]


def test_pages_say_that_there_are_no_jockeys(open_page: Open, tmp_path: Path) -> None:
    """On an empty storage the pages say why their examples find nothing."""
    (tmp_path / "data").mkdir()
    with serving(tmp_path / "data") as server:
        page = open_page("/", server=server)
        assert "holds no jockeys yet" in page.locator(".notice").inner_text()
        page.goto(f"{server}/docs")
        page.wait_for_selector(".operation")
        assert "holds no jockeys yet" in page.locator("#getJockey form").inner_text()
        page.goto(f"{server}/graphql")
        ready(page)
        assert "holds no jockeys yet" in page.evaluate(QUERY).replace("\n# ", " ")


def test_pages_work_below_a_path_prefix(open_page: Open, live_server: str) -> None:
    """Behind a gateway that adds a stage to every path, all that a page asks for stays below the stage."""
    page = open_page("/health")
    asked: list[str] = []

    def gateway(route: Any) -> None:
        path = urlsplit(route.request.url).path
        asked.append(path)
        route.fulfill(response=route.fetch(url=f"{live_server}{path.removeprefix('/prod')}"))

    page.context.route("**/*", gateway)
    page.goto(f"{live_server}/prod/")
    page.get_by_role("link", name="Open it in the explorer").click()
    assert "errors" not in run(ready(page))
    page.goto(f"{live_server}/prod/docs")
    page.wait_for_selector(".operation")
    assert sent(page, page.locator("#getJockey")).startswith("HTTP 200")
    assert {path for path in asked if not path.startswith("/prod/")} == set()
    assert "/prod/api/jockey/00001" in asked


SENT_BY_CLIENTS = {
    "nothing more": {},
    "Apollo Client": {"apollographql-client-name": "web", "apollographql-client-version": "1"},
    "Apollo's names": {"x-apollo-operation-name": "A", "apollo-require-preflight": "true"},
    "a signed-in user": {"authorization": "Bearer x"},
    "an API key": {"x-api-key": "x"},
    "OpenTelemetry": {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "a=b"},
    "Sentry": {"sentry-trace": "a", "baggage": "b"},
    "no cache": {"cache-control": "no-cache", "pragma": "no-cache"},
    "old libraries": {"x-requested-with": "XMLHttpRequest"},
    "a named request": {"x-request-id": "abc"},
}
ASK = """async ([url, options]) => {
    try {
        const answer = await fetch(url, options);
        return [answer.status, answer.headers.get("x-request-id") !== null];
    } catch (error) {
        return [0, error.message];
    }
}"""


class _BlankPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def other_site(browser: Any) -> Iterator[Page]:
    """Open a blank page of another origin; its requests are not routed, so the browser sends its own preflights."""
    server = HTTPServer(("127.0.0.1", 0), _BlankPage)
    Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    context.close()
    server.shutdown()
    server.server_close()


def test_pages_of_other_sites_send_what_their_libraries_add(other_site: Page, live_server: str) -> None:
    """Whatever headers a client library adds, a page of another origin is answered; credentials stay refused."""
    options: dict[str, Any] = {"method": "POST", "body": json.dumps({"query": "{ __typename }"})}
    json_type = {"content-type": "application/json"}
    for client, headers in SENT_BY_CLIENTS.items():
        asked = [f"{live_server}/graphql", {**options, "headers": {**json_type, **headers}}]
        assert other_site.evaluate(ASK, asked) == [200, True], client
        plain = [f"{live_server}/api/jockey/00001", {"headers": headers}]
        assert other_site.evaluate(ASK, plain) == [200, True], client
    with_cookies = {**options, "headers": json_type, "credentials": "include"}
    assert other_site.evaluate(ASK, [f"{live_server}/graphql", with_cookies])[0] == 0
    assert other_site.evaluate(ASK, [f"{live_server}/graphql", {"method": "PUT"}])[0] == 0
    assert other_site.evaluate(ASK, [f"{live_server}/nowhere", {"headers": json_type}]) == [404, True]
