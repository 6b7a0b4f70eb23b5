"""What leaves the explorer, and comes back: links, programs, tables, files, collections; tried in a real browser."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from browser_pages import QUERY, Open, Page, put_query, ready, run, until

pytest_plugins = ["browser_fixtures"]

ASKED = "query Shared($id: ID!) {\n  jockey(id: $id) {\n    name # as written\n  }\n}"
VARIABLES = {"id": "00001"}
VARIABLES_TEXT = "document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[0].CodeMirror.getValue()"
# What is copied ends in a text field, from which it can be read.
KEEP_COPIES = (
    """document.addEventListener("copy", () => { window.copied = document.getSelection().toString(); }, true)"""
)


def _linked(form: str) -> str:
    return f"/graphql{form}query={quote(ASKED)}&variables={quote(json.dumps(VARIABLES))}"


@pytest.mark.parametrize("form", ["#", "?"])
def test_a_link_opens_a_query_and_does_not_run_it(open_page: Open, form: str) -> None:
    """The editors show what the link holds; nothing but the schema is asked for until the person runs it."""
    page = open_page("/health")
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    page.goto(page.url.removesuffix("/health") + _linked(form))
    ready(page)
    until(page, f"{QUERY} === {json.dumps(ASKED)}")
    assert json.loads(page.evaluate(VARIABLES_TEXT)) == VARIABLES
    assert [each for each in sent if "IntrospectionQuery" not in each] == []
    assert "Read it before you run it" in page.locator(".measured").inner_text()
    assert page.url.endswith("/graphql")
    assert run(page)["data"]["jockey"]["name"] == "見本太郎"


def test_a_link_leaves_the_tabs_that_are_there(open_page: Open) -> None:
    """A link adds a tab; opened again it finds that tab."""
    page = ready(open_page("/graphql"))
    put_query(page, "query Mine { __typename }")
    until(page, "localStorage.getItem('graphiql:tabState')?.includes('Mine')")
    count = page.locator(".graphiql-tab").count()
    base = page.url.removesuffix("/graphql")
    for _ in range(2):
        page.goto(f"{base}/health")
        page.goto(base + _linked("#"))
        ready(page)
        until(page, f"{QUERY} === {json.dumps(ASKED)}")
        assert page.locator(".graphiql-tab").count() == count + 1
        until(page, "localStorage.getItem('graphiql:tabState')?.includes('Shared')")


def test_a_link_that_is_too_long_is_not_opened(open_page: Open) -> None:
    """What no link of the explorer can hold is refused in words, and the examples stay."""
    page = ready(open_page(f"/graphql#query={'x' * 20_000}"))
    assert "more than 16000 characters" in page.locator(".measured").inner_text()
    assert "LatestRaces" in page.evaluate(QUERY)


def _copied(page: Page, choose: Any) -> str:
    page.evaluate(KEEP_COPIES)
    page.evaluate("window.copied = ''")
    choose()
    until(page, "window.copied !== ''")
    return str(page.evaluate("window.copied"))


def _shared(page: Page) -> None:
    """Put the query and its variables into a new tab."""
    put_query(page, ASKED)
    page.get_by_role("button", name="Variables").click()
    page.evaluate(
        "(text) => document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[0].CodeMirror.setValue(text)",
        json.dumps(VARIABLES, indent=2),
    )


def test_a_query_is_shared_as_a_link(open_page: Open) -> None:
    """The copied link holds query and variables, and opens them in another window."""
    page = ready(open_page("/graphql"))
    _shared(page)
    link = _copied(page, lambda: page.get_by_label("Copy a link to this query").click())
    parts = parse_qs(urlsplit(link).fragment)
    assert (parts["query"], json.loads(parts["variables"][0])) == ([ASKED], VARIABLES)
    other = ready(open_page(link.partition("/graphql")[1] + link.partition("/graphql")[2]))
    until(other, f"{QUERY} === {json.dumps(ASKED)}")
    put_query(page, f'query Long {{ jockey(id: "{"1" * 20_000}") {{ name }} }}')
    page.get_by_label("Copy a link to this query").click()
    page.locator(".measured").get_by_text("too long for a link").wait_for()


RUNS = {
    "curl": ["sh", "-c"],
    "Python": [sys.executable, "-W", "error", "-c"],
    "fetch": ["node", "--input-type=module", "-e"],
}


@pytest.mark.parametrize("name", sorted(RUNS))
def test_a_query_is_copied_as_a_program_that_runs(open_page: Open, name: str) -> None:
    """As it is pasted, the command or program prints the answer."""
    if shutil.which({"curl": "curl", "Python": sys.executable, "fetch": "node"}[name]) is None:
        pytest.skip(f"there is no {name} on the PATH")
    page = ready(open_page("/graphql"))
    _shared(page)
    until(page, "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === 'Shared'")

    def choose() -> None:
        page.get_by_label("Copy as …").click()
        page.get_by_role("menuitem", name=name).click()

    program = _copied(page, choose)
    result = subprocess.run([*RUNS[name], program], capture_output=True, check=True, env=dict(os.environ))
    assert json.loads(result.stdout) == {"data": {"jockey": {"name": "見本太郎"}}}


def test_an_answer_is_shown_as_a_table_and_saved(open_page: Open, tmp_path: Path) -> None:
    """The list in an answer is a table; it is saved as CSV for spreadsheets, and the answer as JSON."""
    page = ready(open_page("/graphql"))
    put_query(page, 'query Rows { jockey(id: "00001") { records(first: 3) { nodes { date horseName margin } } } }')
    answer = run(page)
    page.get_by_role("button", name="Table", exact=True).click()
    page.locator(".table-view th").first.wait_for()
    heads = page.locator(".table-view th").all_inner_texts()
    assert heads == ["date", "horseName", "margin"]
    nodes = answer["data"]["jockey"]["records"]["nodes"]
    assert page.locator(".table-view tbody tr").count() == 3
    assert page.locator(".table-view td").first.inner_text() == nodes[0]["date"]
    for label, name in (("Download JSON", "Rows.json"), ("Download CSV", "Rows.csv")):
        with page.expect_download() as started:
            page.get_by_role("button", name=label).click()
        assert started.value.suggested_filename == name
        started.value.save_as(tmp_path / name)
    assert json.loads((tmp_path / "Rows.json").read_text()) == answer
    rows = list(csv.DictReader(io.StringIO((tmp_path / "Rows.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["horseName"] for row in rows] == [node["horseName"] for node in nodes]
    assert [row["margin"] for row in rows] == [
        "" if node["margin"] is None else f"{node['margin']:g}" for node in nodes
    ]


def test_tables_of_several_lists_and_formulas(open_page: Open, tmp_path: Path) -> None:
    """One list of several is chosen; what a spreadsheet would run as a formula is marked as text."""
    page = ready(open_page("/graphql"))
    page.evaluate(
        "(text) => document.querySelector('.result-window .CodeMirror').CodeMirror.setValue(text)",
        json.dumps({"data": {"a": [{"x": 1}], "b": {"nodes": [{"n": "=1+1", "o": {"p": None}}, {"n": "-3"}]}}}),
    )
    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_label("List").select_option("1")
    page.locator(".table-view th", has_text="o.p").wait_for()
    assert page.locator(".table-view th").all_inner_texts() == ["n", "o.p"]
    with page.expect_download() as started:
        page.get_by_role("button", name="Download CSV").click()
    started.value.save_as(tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes().decode("utf-8-sig") == "n,o.p\r\n'=1+1,\r\n-3,\r\n"


def test_collections_are_saved_exported_and_imported(open_page: Open, tmp_path: Path) -> None:
    """A saved operation survives a reload, moves to another browser as a file, and replaces nothing there."""
    page = ready(open_page("/graphql"))
    _shared(page)
    page.get_by_label("Show Collections").click()
    _save(page, "Work", "First")
    page.reload()
    page.get_by_role("button", name="First", exact=True).click()
    until(page, f"{QUERY} === {json.dumps(ASKED)}")
    with page.expect_download() as started:
        page.get_by_role("button", name="Export as JSON").click()
    started.value.save_as(tmp_path / "collections.json")

    other = ready(open_page("/graphql"))
    other.get_by_label("Show Collections").click()
    _save(other, "Work", "First")  # another query of that name
    other.get_by_label("Import JSON").set_input_files(tmp_path / "collections.json")
    other.locator(".collections output").get_by_text("Imported operations: 1").wait_for()
    assert other.locator(".collections li button:first-child").all_inner_texts() == ["First", "First (2)"]
    other.get_by_role("button", name="First (2)", exact=True).click()
    until(other, f"{QUERY} === {json.dumps(ASKED)}")
    other.get_by_role("button", name="Remove First", exact=True).click()
    assert other.locator(".collections li").count() == 1
    for wrong in ("no JSON", "{}", '{"format": "graphql-api-collections", "operations": [{"name": 1}]}'):
        (tmp_path / "wrong.json").write_text(wrong)
        other.get_by_label("Import JSON").set_input_files(tmp_path / "wrong.json")
        other.locator(".collections output").get_by_text(re.compile("^Not imported:")).wait_for()
    assert other.locator(".collections li").count() == 1


def _save(page: Page, collection: str, name: str) -> None:
    page.get_by_label("Collection", exact=True).fill(collection)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".collections output").get_by_text(f"Saved: {name}").wait_for()
