"""The pages for people in a real browser: read aloud, on a phone, enlarged, without scripts, and a person's path."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from browser_pages import EDITOR, LUMINANCE, QUERY, Open, ready, run, until, violations
from conftest import serving

pytest_plugins = ["browser_fixtures"]

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ENLARGED = {"width": 640, "height": 400}
"""A window of 1280 by 800 at 200 %."""

CHANGED = "query Changed($id: ID!) { race(id: $id) { id } }"
KEEP_COPIES = (
    """document.addEventListener("copy", () => { window.copied = document.getSelection().toString(); }, true)"""
)
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
SURPLUS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def server(indexed_data: Path) -> Iterator[str]:
    """Serve samples with an archive by the real command; give its base URL."""
    with serving(indexed_data) as base:
        yield base


@pytest.fixture(scope="module")
def paths(server: str) -> list[str]:
    """Give a path of each page, and of errors."""
    query = "{ rides(first: 100) { nodes { date raceId horseName jockeyId } } }"
    with urlopen(f"{server}/graphql?query={quote(query)}") as answer:
        rides = json.loads(answer.read())["data"]["rides"]["nodes"]
    ride = next(each for each in rides if each["raceId"])
    return [
        *("/", "/jockeys", f"/jockeys?q={quote('ぐざ')}", f"/jockey/{ride['jockeyId']}", f"/race/{ride['raceId']}"),
        *("/days", f"/day/{ride['date']}", f"/horse/{quote(ride['horseName'])}"),
    ]


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [(DESKTOP, "light", "ja"), (PHONE, "dark", "en")],
    ids=["desktop-light-ja", "phone-dark-en"],
)
def test_axe_finds_no_violation(
    open_page: Open, server: str, paths: list[str], size: Any, scheme: str, language: str
) -> None:
    """On every page, with tables and the query opened, axe has nothing to object to."""
    page = open_page("/", server=server, viewport=size, color_scheme=scheme, locale=language, bypass_csp=True)
    for path in paths:
        page.goto(server + path)
        page.evaluate(OPEN_ALL)
        assert page.locator("html").get_attribute("lang") == language
        assert violations(page) == [], path


def test_errors_are_read_aloud_as_well(open_page: Open, server: str, problems: list[str]) -> None:
    """Neither in a page of an error."""
    page = open_page("/", server=server, color_scheme="dark", locale="ja", bypass_csp=True)
    for path in ("/jockey/99999", "/race/1"):
        page.goto(server + path)
        assert violations(page) == []
    assert all("Failed to load resource" in each for each in problems)
    problems.clear()


@pytest.mark.parametrize("size", [PHONE, ENLARGED], ids=["phone", "enlarged"])
def test_no_page_is_wider_than_the_window(open_page: Open, server: str, paths: list[str], size: Any) -> None:
    """Wide tables scroll by themselves; the page does not, in either language."""
    page = open_page("/", server=server, viewport=size)
    for path in paths:
        for language in ("ja", "en"):
            page.goto(f"{server}{path}{'&' if '?' in path else '?'}lang={language}")
            page.evaluate(OPEN_ALL)
            assert page.evaluate(SURPLUS) <= 0, (path, language)


def test_pages_are_light_or_dark_as_the_system_is(open_page: Open, server: str, paths: list[str]) -> None:
    """Pages follow the colour scheme that the system prefers, and print on white."""
    page = open_page(paths[3], server=server, color_scheme="light")
    assert page.evaluate(LUMINANCE) > 0.9
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(LUMINANCE) < 0.2
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(LUMINANCE) > 0.9
    assert not page.locator("header nav").is_visible()


def test_a_person_goes_from_a_name_in_kana_to_a_shared_query(open_page: Open, server: str) -> None:
    """From the start page by search to a jockey, a race, and its query, which is changed and opened elsewhere."""
    page = open_page("/?lang=ja", server=server, locale="en")
    page.get_by_label("騎手・馬を探す").fill("ぐざ")
    page.get_by_role("button", name="検索").click()
    page.get_by_role("link", name="Ｅ．グザ").click()
    assert "グザ" in page.locator("h1").inner_text()
    page.get_by_role("link", name="騎手", exact=True).click()
    page.get_by_role("link", name="見本太郎").first.click()
    page.locator("a[href*='/race/']").first.click()
    race = page.url.rpartition("/")[2].partition("?")[0]
    assert re.fullmatch("[0-9]{12}", race)
    page.get_by_text("このページのクエリ").click()
    page.get_by_role("link", name="エクスプローラーで開く").click()
    until(ready(page), f"{QUERY}.includes('query RacePage')")
    assert run(page)["data"]["race"]["id"] == race
    page.evaluate(f"{EDITOR.format('graphiql-query-editor')}.setValue({json.dumps(CHANGED)})")
    until(page, "document.querySelector('.graphiql-tab-active').innerText.includes('Changed')")
    page.evaluate(KEEP_COPIES)
    page.get_by_label("このクエリへのリンクをコピー").click()
    until(page, "typeof window.copied", "string")
    other = ready(open_page("/graphql" + page.evaluate("window.copied").partition("/graphql")[2], server=server))
    until(other, QUERY, CHANGED)
    assert run(other)["data"] == {"race": {"id": race}}


def test_a_keyboard_reaches_the_content_at_once(open_page: Open, server: str, paths: list[str]) -> None:
    """The first stop of the keyboard skips the menu, and wide tables can be scrolled from the keyboard."""
    page = open_page(paths[4], server=server, viewport=PHONE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id", "content")
    assert page.locator(".scroll[tabindex='0']").count() >= 1


def test_pages_work_below_a_path_prefix(open_page: Open, server: str, paths: list[str]) -> None:
    """Behind a gateway that adds a stage to every path, links and styles stay below the stage."""
    page = open_page("/health", server=server)
    asked: list[str] = []

    def gateway(route: Any) -> None:
        url = route.request.url.removeprefix(server)
        asked.append(url)
        route.fulfill(response=route.fetch(url=f"{server}{url.removeprefix('/prod')}"))

    page.context.route("**/*", gateway)
    page.goto(f"{server}/prod/jockeys")
    page.locator("th[scope=row] a").first.click()
    page.locator("a[href*='/race/']").first.click()
    page.locator("a[href*='/horse/']").first.click()
    page.get_by_role("link", name="Race days").click()
    assert page.locator("h1").inner_text() == "Race days"
    assert [each for each in asked if not each.startswith("/prod/")] == []
