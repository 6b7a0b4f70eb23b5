"""Fixtures for pages in headless Chromium, under the policy that the service sends: name it in ``pytest_plugins``."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser_pages import Open, Page, ready
from conftest import serving
from graphql_api.access.management import Keys
from graphql_api.store.sqlite import SqliteStore

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (violation) =>
    console.error(`policy violated: ${violation.violatedDirective} ${violation.blockedURI}`))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium, or skip where there is none."""
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
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
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
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
    return [] if url.startswith((f"{base}/", "data:", "blob:")) else [f"request to {url}"]


@pytest.fixture
def explorer(open_page: Open) -> Page:
    """Open the explorer and wait until it knows the schema."""
    return ready(open_page("/graphql"))


@pytest.fixture
def keyed(sample_data: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Serve with keys required; give the base URL and a key with a limit of its own."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    text = Keys(store).create("browser", requests=40)[1]
    with serving(sample_data, JOCKEY_ACCESS="required", JOCKEY_STORE=str(tmp_path / "store.sqlite3")) as base:
        yield base, text
    store.close()
