"""The documentation page in a real browser: each route is shown and can be tried."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from browser_pages import Open, sent, until, violations
from conftest import serving

pytest_plugins = ["browser_fixtures"]

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"


METHODS = ("get", "post", "delete")
"""Methods of routes."""


def test_documentation_shows_every_route_and_tries_one(open_page: Open, live_server: str) -> None:
    """The page shows each operation of the OpenAPI document, and sends a request filled in by its form."""
    page = open_page("/docs")
    page.wait_for_selector(".operation")
    paths = page.request.get(f"{live_server}/openapi.json").json()["paths"]
    shown = page.locator(".operation h3 code").all_inner_texts()
    assert shown == [path for path, item in paths.items() for method in item if method in METHODS]
    assert "[object" not in page.locator("main").evaluate("(main) => main.textContent")
    route = page.locator("#getJockey")
    route.get_by_label("jockey_id").fill("00002")
    assert f"'{live_server}/api/jockey/00002'" in route.locator(".curl").inner_text()
    assert sent(page, route).startswith("HTTP 200")
    until(page, "[...document.querySelectorAll('#getJockey form > pre')].at(-1).textContent.startsWith('{')")
    assert route.locator("form > pre").last.inner_text().startswith('{\n  "data": [')


FOUND = [("勝率", "winRate: Float"), ("ｗｉｎｒａｔｅ", "winRate: Float"), ("not anywhere in it", None)]


@pytest.mark.parametrize(("typed", "expected"), FOUND)
def test_search_finds_terms(open_page: Open, typed: str, expected: str | None) -> None:
    """A Japanese term finds the field that it names; what is not there is said to be not there."""
    page = open_page("/docs")
    page.locator("#search").fill(typed)
    page.locator("[role=search] output").get_by_text(re.compile(r"results|Nothing")).wait_for()
    shown = page.locator(".results a").all_inner_texts()
    assert (expected is None and not shown) or any(str(expected) in each for each in shown[:3])


def test_guides_are_read_and_searched(open_page: Open) -> None:
    """From the list a guide opens; its search leads to a section of another one."""
    page = open_page("/docs", bypass_csp=True)
    page.wait_for_selector(".operation")
    assert violations(page, ".operation:not(#getJockey)") == []  # they are alike, and axe takes long for all of them
    page.locator(".guides a", has_text="Errors and limits").click()
    page.get_by_role("heading", name="Errors and limits").wait_for()
    assert violations(page) == []
    page.locator("#search").fill("テン乗り")
    page.locator(".results a").first.wait_for()
    titles = page.locator(".results a").all_inner_texts()
    assert any("テン乗り" in title or "firstHorseRide" in title for title in titles)
    page.locator("#search").fill("worse on a horse that is new")
    page.locator(".results a", has_text="Example queries").click()
    page.wait_for_url("**/docs/questions#does-the-jockey-do-worse*")


def test_guides_fit_a_phone_and_come_in_japanese(open_page: Open) -> None:
    """On a phone nothing is wider than the window; the search speaks the browser's language."""
    page = open_page("/docs/errors", viewport={"width": 390, "height": 844}, locale="ja-JP")
    page.locator("label[for=search]", has_text="ドキュメントを検索").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(page.url.replace("/docs/errors", "/docs"))
    page.wait_for_selector(".operation")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def _answer(route: Any) -> Any:
    return json.loads(route.locator("form > pre").last.inner_text())


MADE_BY_REQUESTS = ("/cart", "/consultations", "/comments", "/generate", "/prices", "/races")
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
            if route.locator("h3 code").first.inner_text().startswith(MADE_BY_REQUESTS):
                continue
            assert sent(page, route).startswith("HTTP 200"), route.inner_text()
            for operation in route.locator("select[name=name] option").all_inner_texts():
                route.locator("[name=name]").select_option(operation)
                assert sent(page, route).startswith("HTTP 200"), route.inner_text()
        listed = page.locator("#operations tbody th").all_inner_texts()
        assert listed == sorted(path.stem for path in OPERATIONS.glob("*.graphql"))
        rides = page.locator("#query")
        rides.locator("[name=name]").select_option("Rides")
        rides.locator("[name=going]").fill('["OMO", "FURYO"]')
        rides.locator("[name=first]").fill("3")
        assert sent(page, rides).startswith("HTTP 200")
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
    assert sent(page, route).startswith("HTTP 200")
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
    assert sent(page, route).startswith("HTTP 404")  # this server has no operations
    for wrong in ("[1]", "id=1", "null"):
        variables.fill(wrong)
        assert variables.evaluate("(area) => area.validationMessage") == "A JSON object is wanted."
    assert [each for each in problems if "404" not in each] == []
    problems.clear()  # the browser logs each 404 itself


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
