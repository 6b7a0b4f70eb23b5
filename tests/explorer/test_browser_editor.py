"""The explorer in a real browser: editors, panels, examples, keys."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser_pages import ANSWER, LUMINANCE, QUERY, SETTLED, Open, Page, put_query, ready, run, until
from conftest import serving

pytest_plugins = ["browser_fixtures"]


@pytest.fixture(scope="module")
def with_archive(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample data with an archive, and a store of its own; give the base URL."""
    folder = tmp_path_factory.mktemp("archive")
    data = shutil.copytree(sample_data, folder / "data")
    subprocess.run([sys.executable, "-m", "graphql_api", "index", "--data", str(data)], check=True)
    with serving(data, JOCKEY_STORE=str(folder / "store.sqlite3")) as base:
        yield base


@pytest.mark.parametrize(("locale", "panel"), [("en-US", "Examples"), ("ja-JP", "サンプル")])
def test_examples_open_as_tabs_and_all_run(open_page: Open, with_archive: str, locale: str, panel: str) -> None:
    """A new visitor finds several example tabs; every example of the panel opens in a tab and is answered."""
    page = ready(open_page("/graphql", with_archive, locale=locale))
    assert page.locator(".graphiql-tab").count() >= 3
    page.get_by_label(f"Show {panel}").click()
    examples = page.locator(".examples button")
    names = set()
    for number in range(examples.count()):
        examples.nth(number).click()
        lesson = json.dumps("".join(examples.nth(number).locator("span").inner_text().split()))
        until(page, f"{QUERY}.replace(/\\n#|\\s/g, '').startsWith('#' + {lesson})")
        answer = run(page)
        assert "errors" not in answer, examples.nth(number).inner_text()
        assert None not in answer["data"].values()
        names.add(page.locator(".graphiql-tab-active").inner_text())
    assert len(names) == examples.count() == page.locator(".graphiql-tab").count()


def test_editor_completes_field_names(explorer: Page) -> None:
    """Ctrl+Space proposes the fields of the type that the cursor is in."""
    put_query(explorer, '{ jockey(id: "00001") { ')
    explorer.keyboard.press("Control+Space")
    explorer.wait_for_selector(".CodeMirror-hints")
    assert {"name", "records", "source"} <= set(
        explorer.locator(".CodeMirror-hint-name, .CodeMirror-hint").all_inner_texts()
    )


def test_query_is_clicked_together(explorer: Page) -> None:
    """Ticking fields and filling in an argument in the explorer panel writes a query that runs."""
    put_query(explorer, "query Clicked { __typename }")
    panel = explorer.locator(".graphiql-explorer-root")
    panel.locator("[data-field-name=jockey] > span").first.click()
    until(explorer, f"{QUERY}.includes('jockey') && {SETTLED}")
    panel.locator("[data-arg-name=id] input").fill("00001")
    until(explorer, f"{QUERY}.includes('00001') && {SETTLED}")
    panel.locator("[data-field-name=name] > span").first.click()
    until(explorer, f"{QUERY}.includes('name')")
    assert set(run(explorer)["data"]["jockey"]) == {"name"}


def test_documentation_is_found_by_japanese_terms(explorer: Page) -> None:
    """The search of the schema's documentation reads descriptions too where the term is Japanese."""
    explorer.get_by_label("Show Documentation Explorer").click()
    explorer.locator(".graphiql-doc-explorer-search-input").click()
    explorer.keyboard.insert_text("勝率")
    explorer.locator(".graphiql-doc-explorer-search [role=option]", has_text="winRate").first.wait_for()


def test_comments_survive_ticking_fields(explorer: Page) -> None:
    """The field tree changes the query and leaves its comments where they were."""
    put_query(explorer, '# Above\nquery Commented { # beside\n  # inside\n  jockey(id: "00001") { id }\n}\n# below')
    until(explorer, SETTLED)
    explorer.locator(".graphiql-explorer-root [data-field-name=name]").first.click()
    until(explorer, f"{QUERY}.includes('name') && {SETTLED}")
    lines = [line.strip() for line in explorer.evaluate(QUERY).splitlines() if line.strip()]
    expected = ["# Above", "query Commented { # beside", "# inside", 'jockey(id: "00001") {', "id", "name"]
    assert lines == [*expected, "}", "}", "# below"]


def test_faulty_query_is_underlined_and_answered_with_its_error(explorer: Page, problems: list[str]) -> None:
    """A field that does not exist is marked in the editor, and running it shows the service's error."""
    put_query(explorer, "{ nothingOfTheKind }")
    explorer.wait_for_selector(".graphiql-query-editor .CodeMirror-lint-mark-error")
    answer = run(explorer)
    assert "nothingOfTheKind" in answer["errors"][0]["message"]
    assert "HTTP 400" in explorer.locator(".measured").inner_text()
    assert [each for each in problems if "400" not in each] == []
    problems.clear()  # the browser logs each 400 itself


def test_answer_is_measured(explorer: Page) -> None:
    """Below an answer stand its status, round trip, size, and the server's own timing."""
    run(explorer)
    line = explorer.locator(".measured").inner_text()
    assert re.fullmatch(r"HTTP 200 +· +\d+ ms +· +[\d.]+ k?B +· +server: .*total [\d.]+ ms", line)


def test_tabs_history_and_panel_survive_a_reload(explorer: Page) -> None:
    """Tabs, history and the open panel are kept in the browser."""
    put_query(explorer, "query Remembered { __typename }")
    run(explorer)
    explorer.get_by_label("Show History").click()
    until(explorer, "localStorage.getItem('graphiql:tabState')?.includes('Remembered')")
    explorer.reload()
    explorer.wait_for_selector(".graphiql-history-item")
    assert "Remembered" in explorer.locator(".graphiql-history").inner_text()
    assert explorer.locator(".graphiql-tab-active").inner_text().startswith("Remembered")


def test_explorer_theme_can_be_chosen(open_page: Open) -> None:
    """The explorer's settings override the theme of the system, also after a reload."""
    page = ready(open_page("/graphql", color_scheme="light"))
    page.get_by_label("Open settings dialog").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    ready(page)
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
    put_query(explorer, "query First { __typename } query Second { __typename }")
    until(explorer, SETTLED)
    explorer.locator(".graphiql-execute-button").click()
    explorer.get_by_role("menuitem", name="Second").click()
    until(explorer, f"{ANSWER}.includes('Query')")


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
    ready(page)
    put_query(page, '{ jockey(id: "00001") { name } }')
    assert run(page) == {"data": {"jockey": {"name": "見本太郎"}}}
    assert page.evaluate("[localStorage.length >= 0, JSON.stringify(localStorage).includes('jk_')]") == [True, False]
    problems[:] = [each for each in problems if "401" not in each]
