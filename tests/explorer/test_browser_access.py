"""The explorer for everybody: by keyboard alone, on a phone, enlarged, read aloud, in both languages."""

import json
from typing import Any

import pytest

from browser_pages import QUERY, SETTLED, Open, Page, put_query, ready, run, until, violations

pytest_plugins = ["browser_fixtures"]

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ENLARGED = {"width": 640, "height": 360}
"""A window of 1280 by 720 at 200 %."""

FOCUSED = "document.activeElement.closest('{}') !== null"


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop", "phone"])
def test_axe_finds_no_violation(open_page: Open, size: Any, scheme: str) -> None:
    """With an answer, a table, and each panel open, axe has nothing to object to."""
    page = open_page("/graphql", viewport=size, color_scheme=scheme, bypass_csp=True)
    page.get_by_label("New tab").wait_for()
    if size is PHONE:
        page.get_by_label("Show Fields").click()
    run(ready(page))
    assert violations(page) == []
    page.get_by_role("button", name="Table", exact=True).click()
    for panel in ("Examples", "Collections", "History", "Documentation Explorer"):
        page.get_by_label(f"Show {panel}").click()
        page.get_by_label(f"Hide {panel}").wait_for()
        assert violations(page) == [], panel


@pytest.mark.parametrize("size", [PHONE, ENLARGED], ids=["phone", "enlarged"])
def test_everything_fits_a_small_window(open_page: Open, size: Any) -> None:
    """Nothing is cut off at the side: editor, answer, buttons and panels stand below each other and can be used."""
    page = open_page("/graphql", viewport=size)
    page.get_by_label("Show Fields").click()
    ready(page)
    page.get_by_label("Show Examples").click()
    page.get_by_role("button", name="Compare jockeys").click()
    until(page, f"{QUERY}.includes('compareJockeys')")
    assert "errors" not in run(page)
    page.get_by_role("button", name="Table", exact=True).click()
    page.locator(".table-view th").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for selector in (".graphiql-execute-button", ".result-window", ".footer .actions", ".examples", ".home"):
        box = page.locator(selector).first.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= size["width"] + 1), selector


def test_nothing_takes_the_focus(open_page: Open) -> None:
    """Neither loading the page nor the field tree beside it moves the focus."""
    page = ready(open_page("/graphql"))
    page.locator("[data-arg-name=id] input").wait_for()
    assert page.evaluate("document.activeElement === document.body")
    put_query(page, 'query Typed { jockey(id: "00001") { name } }')
    until(page, SETTLED)
    page.locator("[data-arg-name=id] input").wait_for()
    assert page.evaluate(FOCUSED.format(".graphiql-query-editor"))


def test_a_query_is_written_and_run_by_keyboard_alone(open_page: Open) -> None:
    """Tab leaves the editor in both directions; fields are ticked by the space bar, and the focus stays on them."""
    page = ready(open_page("/graphql"))
    put_query(page, 'query Keys { jockey(id: "00001") { id } }')
    until(page, SETTLED)
    page.keyboard.press("Tab")
    assert not page.evaluate(FOCUSED.format(".graphiql-query-editor .CodeMirror textarea"))
    for _ in range(4):  # back over what scrolls, into the editor, and out of it
        page.keyboard.press("Shift+Tab")
    assert not page.evaluate(FOCUSED.format(".graphiql-query-editor"))
    assert page.evaluate(QUERY) == 'query Keys { jockey(id: "00001") { id } }'
    name = page.locator(".graphiql-explorer-root [data-field-name=name]").first
    assert name.get_attribute("aria-checked") == "false"
    name.focus()
    page.keyboard.press("Space")
    until(page, f"{QUERY}.includes('name') && {SETTLED}")
    until(page, "document.activeElement.dataset.fieldName", "name")
    until(page, "document.activeElement.getAttribute('aria-checked')", "true")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.fieldName") == "records"
    assert set(run(page)["data"]["jockey"]) == {"id", "name"}


@pytest.mark.parametrize(("locale", "expected", "button"), [("ja-JP", "ja", "English"), ("en-GB", "en", "日本語")])
def test_texts_are_in_the_language_of_the_browser(open_page: Open, locale: str, expected: str, button: str) -> None:
    """The explorer's own texts and examples come in the browser's language, and in the other by a switch."""
    words = {
        "ja": ("騎手成績", "最新のレース", "# ようこそ"),
        "en": ("Jockey results", "The latest races", "# Welcome"),
    }
    page = ready(open_page("/graphql", locale=locale))
    put_query(page, "query Own { __typename } # 自分")
    until(page, "localStorage.getItem('graphiql:tabState')?.includes('Own')")
    _expect_language(page, expected, words[expected])
    page.get_by_role("button", name=button, exact=True).click()
    other = "en" if expected == "ja" else "ja"
    page.wait_for_selector(f"html[lang={other}] .graphiql-tab")
    ready(page)
    _expect_language(page, other, words[other])
    page.locator(".graphiql-tab-button", has_text="Own").click()
    until(page, f"{QUERY} === {json.dumps('query Own { __typename } # 自分')}")


def _expect_language(page: Page, language: str, words: tuple[str, str, str]) -> None:
    """Expect the title, an example's title, and the comment in the first tab in a language."""
    title, example, welcome = words
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator(".graphiql-logo a").inner_text() == title
    page.get_by_label({"en": "Show Examples", "ja": "Show サンプル"}[language]).click()
    page.locator(".examples button").get_by_text(example, exact=True).wait_for()
    page.get_by_label({"en": "Show Fields", "ja": "Show フィールド"}[language]).click()
    page.locator(".graphiql-tab-button").first.click()
    until(page, f"{QUERY}.startsWith({json.dumps(welcome)})")
