"""The pages in a real browser: headless Chromium, under the policy that the service sends."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from conftest import serving
from graphql_api import samples
from graphql_api.access.management import Keys
from graphql_api.store.sqlite import SqliteStore

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH")

OPERATIONS = Path(__file__).parents[1] / "docs" / "operations"
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (violation) =>
    console.error(`policy violated: ${violation.violatedDirective} ${violation.blockedURI}`))"""
LUMINANCE = """() => {
    const layers = [...document.elementsFromPoint(5, 5), document.documentElement];
    const colours = layers.map((each) => getComputedStyle(each).backgroundColor.match(/[\\d.]+/g).map(Number));
    const [red, green, blue] = colours.find(([, , , alpha = 1]) => alpha > 0);
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}"""
EDITOR = "document.querySelector('.{} .CodeMirror').CodeMirror"
QUERY = f"{EDITOR.format('graphiql-query-editor')}.getValue()"
# GraphiQL reads the operation's name out of the text a moment after it was typed.
SETTLED = f"{EDITOR.format('graphiql-query-editor')}.documentAST?.loc.source.body === {QUERY}"
ANSWER = f"{EDITOR.format('result-window')}.getValue()"

Page = Any
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium."""
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """Gather what goes wrong in any page of a test; a test takes out what it has provoked."""
    return []


@pytest.fixture
def open_page(browser: Any, live_server: str, problems: list[str]) -> Iterator[Open]:
    """Open pages in a fresh profile; nothing may be logged as an error, and no other host may be asked."""
    contexts = []

    def open_page(path: str, server: str = live_server, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: problems.extend(_foreign(request.url, server)))
        page.goto(server + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def _foreign(url: str, base: str) -> list[str]:
    return [] if url.startswith((f"{base}/", "data:")) else [f"request to {url}"]


@pytest.fixture
def explorer(open_page: Open) -> Page:
    """Open the explorer and wait until it knows the schema."""
    return _ready(open_page("/graphql"))


def _ready(page: Page) -> Page:
    page.wait_for_selector(".graphiql-explorer-root [data-field-name=jockey]")
    return page


def _until(page: Page, expression: str, expected: object = True) -> None:
    """Wait until an expression has a value; Playwright's own way needs ``eval``, which the policy forbids."""
    for _ in range(1000):
        if page.evaluate(expression) == expected:
            return
        page.wait_for_timeout(20)
    pytest.fail(f"{expression} is {page.evaluate(expression)!r}, not {expected!r}")


def _query(page: Page, text: str) -> None:
    """Put a query into a new tab."""
    page.get_by_label("New tab").click()
    _until(page, QUERY, "")
    page.locator(".graphiql-query-editor .CodeMirror").click()
    page.keyboard.insert_text(text)


def _run(page: Page) -> Any:
    """Run the operation of the open tab; give the answer that is shown."""
    _until(page, SETTLED)
    page.evaluate(f"{EDITOR.format('result-window')}.setValue('')")
    page.locator(".graphiql-execute-button").click()
    _until(page, f"{ANSWER} !== ''")
    return json.loads(page.evaluate(ANSWER))


def test_examples_open_as_tabs_and_all_run(explorer: Page) -> None:
    """A new visitor finds several example tabs; every example of the panel opens in a tab and is answered."""
    assert explorer.locator(".graphiql-tab").count() >= 3
    explorer.get_by_label("Show Examples").click()
    examples = explorer.locator(".examples button")
    names = set()
    for number in range(examples.count()):
        examples.nth(number).click()
        lesson = json.dumps(f"# {examples.nth(number).locator('span').inner_text()}")
        _until(explorer, f"{QUERY}.replaceAll('\\n#', '').startsWith({lesson})")
        answer = _run(explorer)
        assert "errors" not in answer, examples.nth(number).inner_text()
        assert None not in answer["data"].values()
        names.add(explorer.locator(".graphiql-tab-active").inner_text())
    assert len(names) == examples.count() == explorer.locator(".graphiql-tab").count()


def test_editor_completes_field_names(explorer: Page) -> None:
    """Ctrl+Space proposes the fields of the type that the cursor is in."""
    _query(explorer, '{ jockey(id: "00001") { ')
    explorer.keyboard.press("Control+Space")
    explorer.wait_for_selector(".CodeMirror-hints")
    assert {"name", "records", "source"} <= set(
        explorer.locator(".CodeMirror-hint-name, .CodeMirror-hint").all_inner_texts()
    )


def test_query_is_clicked_together(explorer: Page) -> None:
    """Ticking fields and filling in an argument in the explorer panel writes a query that runs."""
    _query(explorer, "query Clicked { __typename }")
    panel = explorer.locator(".graphiql-explorer-root")
    panel.locator("[data-field-name=jockey] > span").first.click()
    _until(explorer, f"{QUERY}.includes('jockey') && {SETTLED}")
    panel.locator("[data-arg-name=id] input").fill("00001")
    _until(explorer, f"{QUERY}.includes('00001') && {SETTLED}")
    panel.locator("[data-field-name=name] > span").first.click()
    _until(explorer, f"{QUERY}.includes('name')")
    assert set(_run(explorer)["data"]["jockey"]) == {"name"}


def test_faulty_query_is_underlined_and_answered_with_its_error(explorer: Page, problems: list[str]) -> None:
    """A field that does not exist is marked in the editor, and running it shows the service's error."""
    _query(explorer, "{ nothingOfTheKind }")
    explorer.wait_for_selector(".graphiql-query-editor .CodeMirror-lint-mark-error")
    answer = _run(explorer)
    assert "nothingOfTheKind" in answer["errors"][0]["message"]
    assert "HTTP 400" in explorer.locator(".measured").inner_text()
    assert [each for each in problems if "400" not in each] == []
    problems.clear()  # the browser logs each 400 itself


def test_answer_is_measured(explorer: Page) -> None:
    """Below an answer stand its status, round trip, size, and the server's own timing."""
    _run(explorer)
    line = explorer.locator(".measured").inner_text()
    assert re.fullmatch(r"HTTP 200 +· +\d+ ms +· +[\d.]+ k?B +· +server: .*total [\d.]+ ms", line)


def test_tabs_history_and_panel_survive_a_reload(explorer: Page) -> None:
    """Tabs, history and the open panel are kept in the browser."""
    _query(explorer, "query Remembered { __typename }")
    _run(explorer)
    explorer.get_by_label("Show History").click()
    _until(explorer, "localStorage.getItem('graphiql:tabState')?.includes('Remembered')")
    explorer.reload()
    explorer.wait_for_selector(".graphiql-history-item")
    assert "Remembered" in explorer.locator(".graphiql-history").inner_text()
    assert explorer.locator(".graphiql-tab-active").inner_text().startswith("Remembered")


def test_explorer_theme_can_be_chosen(open_page: Open) -> None:
    """The explorer's settings override the theme of the system, also after a reload."""
    page = _ready(open_page("/graphql", color_scheme="light"))
    page.get_by_label("Open settings dialog").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    _ready(page)
    assert page.evaluate(LUMINANCE) < 0.2


def test_dialogs_menus_and_panels_open_within_the_policy(explorer: Page) -> None:
    """What appears only on demand needs no inline style either (``open_page`` reports any violation)."""
    for name in ("Open settings dialog", "Open short keys dialog"):
        explorer.get_by_label(name).click()
        explorer.wait_for_selector("[role=dialog]")
        explorer.keyboard.press("Escape")
        explorer.wait_for_selector("[role=dialog]", state="detached")
    explorer.get_by_label("Show Documentation Explorer").click()
    explorer.locator(".graphiql-doc-explorer-search-input").click()
    explorer.keyboard.type("racecourse")
    explorer.wait_for_selector(".graphiql-doc-explorer-search [role=option]")
    explorer.keyboard.press("Escape")
    _query(explorer, "query First { __typename } query Second { __typename }")
    _until(explorer, SETTLED)
    explorer.locator(".graphiql-execute-button").click()
    explorer.get_by_role("menuitem", name="Second").click()
    _until(explorer, f"{ANSWER}.includes('Query')")


@pytest.mark.parametrize("path", ["/", "/docs", "/graphql"])
def test_page_is_light_or_dark_as_the_system_is(open_page: Open, path: str) -> None:
    """Every page follows the colour scheme that the system prefers."""
    page = open_page(path, color_scheme="light")
    assert page.evaluate(LUMINANCE) > 0.9
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(LUMINANCE) < 0.2


def test_landing_page_runs_its_query_and_names_this_host(open_page: Open, live_server: str) -> None:
    """The sample query can be run where it stands, and the commands can be pasted as they are."""
    page = open_page("/")
    page.get_by_role("button", name="Run it here").click()
    _until(page, "document.querySelector('#outcome').textContent.startsWith('HTTP 200')")
    assert json.loads(page.locator("#answer").inner_text())["data"]["jockey"]["name"]
    assert f"{live_server}/api/jockey/00001" in page.locator("#terminal").inner_text()


def test_pages_stand_without_scripts(open_page: Open) -> None:
    """Without JavaScript the landing page is whole, and the documentation links to the document itself."""
    page = open_page("/", java_script_enabled=False)
    assert page.locator("#query").is_visible()
    assert not page.locator("#run").is_visible()
    assert open_page("/docs", java_script_enabled=False).locator("main a[href='openapi.json']").is_visible()


METHODS = ("get", "post", "delete")
"""Methods of routes."""


def test_documentation_shows_every_route_and_tries_one(open_page: Open, live_server: str) -> None:
    """The page shows each operation of the OpenAPI document, and sends a request filled in by its form."""
    page = open_page("/docs")
    page.wait_for_selector(".operation")
    paths = page.request.get(f"{live_server}/openapi.json").json()["paths"]
    shown = page.locator(".operation h2 code").all_inner_texts()
    assert shown == [path for path, item in paths.items() for method in item if method in METHODS]
    assert "[object" not in page.locator("main").evaluate("(main) => main.textContent")
    route = page.locator("#getJockey")
    route.get_by_label("jockey_id").fill("00002")
    assert f"'{live_server}/api/jockey/00002'" in route.locator(".curl").inner_text()
    assert _sent(page, route).startswith("HTTP 200")
    _until(page, "[...document.querySelectorAll('#getJockey form > pre')].at(-1).textContent.startsWith('{')")
    assert route.locator("form > pre").last.inner_text().startswith('{\n  "data": [')


def _sent(page: Page, route: Any) -> str:
    """Send the form of a route; give what is shown of the outcome."""
    route.locator("output").evaluate("(output) => (output.textContent = '')")
    route.get_by_role("button", name="Send").click()
    for _ in range(500):
        if outcome := route.locator("output").inner_text():
            return str(outcome)
        page.wait_for_timeout(20)
    pytest.fail("nothing came back")


def _answer(route: Any) -> Any:
    return json.loads(route.locator("form > pre").last.inner_text())


MADE_BY_REQUESTS = ("/cart", "/consultations", "/comments", "/generate", "/races")
"""Where the paths of routes begin whose ids no example can name: requests make them, or the calendar does."""


def test_every_route_can_be_tried(open_page: Open, sample_data: Path, tmp_path: Path) -> None:
    """With what a form has filled in, each route is answered, and each operation when it is chosen."""
    data = shutil.copytree(sample_data, tmp_path / "data")
    subprocess.run([sys.executable, "-m", "graphql_api", "index", "--data", str(data)], check=True)
    with serving(data, JOCKEY_DOCUMENTS=str(OPERATIONS)) as server:
        page = open_page("/docs", server=server)
        page.wait_for_selector(".operation")
        routes = page.locator(".operation")
        for place in range(routes.count()):
            route = routes.nth(place)
            if route.locator("h2 code").first.inner_text().startswith(MADE_BY_REQUESTS):
                continue
            assert _sent(page, route).startswith("HTTP 200"), route.inner_text()
            for operation in route.locator("select[name=name] option").all_inner_texts():
                route.locator("[name=name]").select_option(operation)
                assert _sent(page, route).startswith("HTTP 200"), route.inner_text()
        rides = page.locator("#query")
        rides.locator("[name=name]").select_option("Rides")
        rides.locator("[name=going]").fill('["OMO", "FURYO"]')
        rides.locator("[name=first]").fill("3")
        assert _sent(page, rides).startswith("HTTP 200")
        nodes = _answer(rides)["data"]["jockey"]["records"]["nodes"]
        assert 0 < len(nodes) <= 3
        assert {node["going"] for node in nodes} <= {"OMO", "FURYO"}


@pytest.mark.parametrize("identifier", ["getJockey", "exportNdjson"])
def test_filters_are_filled_in_one_by_one(open_page: Open, live_server: str, identifier: str) -> None:
    """Each filter is a field of its own, with its values to choose from; what is sent is what the route takes."""
    page = open_page("/docs")
    page.wait_for_selector(".operation")
    route = page.locator(f"#{identifier}")
    route.locator("[name=surface]").select_option("TURF")
    route.locator("[name=finish_position_lte]").fill("3")
    route.locator("[name=grade_is_null]").select_option("true")
    route.locator("[name=racecourse_in]").fill("東京,阪神")
    route.locator("[name=order]").fill("date")
    route.locator("[name=limit]").fill("2")
    route.locator("[name=columns]").fill("date,surface,finish_position,grade,racecourse")
    assert _sent(page, route).startswith("HTTP 200")
    query = {
        "columns": "date,surface,finish_position,grade,racecourse",
        "order": "date",
        "limit": "2",
        "surface": "TURF",
        "finish_position_lte": "3",
        "grade_is_null": "true",
        "racecourse_in": "東京,阪神",
    }
    address = route.locator(".curl").inner_text().split("'")[1]
    assert dict(parse_qsl(urlsplit(address).query)) == query
    assert route.locator("form > pre").last.inner_text().count('"surface"') == 2


def test_variables_of_unknown_operations_are_an_object(open_page: Open, problems: list[str]) -> None:
    """Where the server knows no variables, a JSON object is spread over the query; what is none is marked."""
    page = open_page("/docs")
    page.wait_for_selector(".operation")
    route = page.locator("#query")
    variables = route.locator("[name=variables]")
    route.locator("[name=name]").fill("Rides")
    variables.fill('{"id": "00001", "going": ["OMO", "FURYO"], "first": 3}')
    assert "/q/Rides?id=00001&going=OMO&going=FURYO&first=3'" in route.locator(".curl").inner_text()
    assert _sent(page, route).startswith("HTTP 404")  # this server has no operations
    for wrong in ("[1]", "id=1", "null"):
        variables.fill(wrong)
        assert variables.evaluate("(area) => area.validationMessage") == "A JSON object is wanted."
    assert [each for each in problems if "404" not in each] == []
    problems.clear()  # the browser logs each 404 itself


def test_pages_use_the_jockeys_that_are_held(open_page: Open, tmp_path: Path) -> None:
    """On other data than the sample's the landing page, the documentation and every example are answered."""
    samples.frame("05339", 40, 1).to_pickle(tmp_path / "05339.pickle")
    with serving(tmp_path) as server:
        page = open_page("/", server=server)
        page.get_by_role("button", name="Run it here").click()
        _until(page, "document.querySelector('#outcome').textContent.startsWith('HTTP 200')")
        assert json.loads(page.locator("#answer").inner_text())["data"]["jockey"]["name"]
        assert not page.locator(".notice").is_visible()
        page.goto(f"{server}/docs")
        page.wait_for_selector(".operation")
        assert _sent(page, page.locator("#getJockey")).startswith("HTTP 200")
        page.goto(f"{server}/graphql")
        _ready(page)
        for place in range(page.locator(".graphiql-tab").count()):
            page.locator(".graphiql-tab-button").nth(place).click()
            _until(page, f"{QUERY}.includes('05339') || {QUERY}.includes('$id')")
            data = _run(page)["data"]
            assert data.get("jockey") or data["jockeysByIds"][0]


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
        _ready(page)
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
    page.get_by_role("link", name="Open the explorer").click()
    assert "errors" not in _run(_ready(page))
    page.goto(f"{live_server}/prod/docs")
    page.wait_for_selector(".operation")
    assert _sent(page, page.locator("#getJockey")).startswith("HTTP 200")
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


@pytest.fixture
def keyed(sample_data: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Serve with keys required; give the base URL and a key with a limit of its own."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    text = Keys(store).create("browser", requests=40)[1]
    with serving(sample_data, JOCKEY_ACCESS="required", JOCKEY_STORE=str(tmp_path / "store.sqlite3")) as base:
        yield base, text
    store.close()


def test_a_key_can_be_entered_in_the_explorer(open_page: Open, keyed: tuple[str, str], problems: list[str]) -> None:
    """It says in words that one is needed, sends the one that is entered, and keeps it for the tab alone."""
    base, text = keyed
    page = open_page("/graphql", base)
    told = page.locator("output.measured")
    told.get_by_text("This server asks for an API key.").wait_for()
    page.get_by_label("API key").fill(text[:-1] + "~")
    page.get_by_role("button", name="Use").click()
    told.get_by_text("The server does not accept this API key").wait_for()
    page.get_by_label("API key").fill(text)
    page.get_by_role("button", name="Use").click()
    _ready(page)
    _query(page, '{ jockey(id: "00001") { name } }')
    assert _run(page) == {"data": {"jockey": {"name": "見本太郎"}}}
    assert page.evaluate("[localStorage.length >= 0, JSON.stringify(localStorage).includes('jk_')]") == [True, False]
    problems[:] = [each for each in problems if "401" not in each]


def test_a_key_can_be_entered_in_the_documentation(
    open_page: Open, keyed: tuple[str, str], problems: list[str]
) -> None:
    """What is tried is refused in words, answered with a key, and refused in words again beyond its limit."""
    base, text = keyed
    page = open_page("/docs", base)
    section = page.locator("#getRecords, section.operation").first
    send = section.get_by_role("button", name="Send")
    send.click()
    told = section.locator("output")
    told.get_by_text("This server asks for an API key.").wait_for()
    page.get_by_text("API key", exact=True).click()
    page.get_by_label("Key", exact=True).fill(text)
    assert "$KEY" in section.locator(".curl").text_content()
    assert text not in page.locator("#docs").inner_text()
    send.click()
    told.get_by_text("HTTP 200").wait_for()
    page.evaluate(
        "async (key) => { for (let i = 0; i < 60; i++) await fetch('api/jockey/00001?limit=1', "
        "{headers: {'X-API-Key': key}, cache: 'no-store'}) }",
        text,
    )
    send.click()
    told.get_by_text("The limit of this minute is used up.").wait_for()
    problems[:] = [each for each in problems if "401" not in each and "429" not in each]
