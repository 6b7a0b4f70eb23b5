"""What tests in a real browser do with pages: wait, type, run, and judge by axe; ``browser_fixtures`` opens them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
AXE = Path(__file__).parents[2] / "explorer" / "node_modules" / "axe-core" / "axe.min.js"
JUDGE = """async (exclude) => {
    const { violations } = await axe.run({ exclude }, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`);
}"""


def ready(page: Page) -> Page:
    """Wait until the explorer knows the schema and its field tree is shown."""
    page.wait_for_selector(".graphiql-explorer-root [data-field-name=jockey]")
    return page


def until(page: Page, expression: str, expected: object = True) -> None:
    """Wait until an expression has a value; Playwright's own way needs ``eval``, which the policy forbids."""
    for _ in range(1000):
        if page.evaluate(expression) == expected:
            return
        page.wait_for_timeout(20)
    pytest.fail(f"{expression} is {page.evaluate(expression)!r}, not {expected!r}")


def put_query(page: Page, text: str) -> None:
    """Put a query into a new tab."""
    page.get_by_label("New tab").click()
    until(page, QUERY, "")
    page.locator(".graphiql-query-editor .CodeMirror").click()
    page.keyboard.insert_text(text)


def run(page: Page) -> Any:
    """Run the operation of the open tab; give the answer that is shown."""
    until(page, SETTLED)
    page.evaluate(f"{EDITOR.format('result-window')}.setValue('')")
    page.locator(".graphiql-execute-button").click()
    until(page, f"{ANSWER} !== ''")
    return json.loads(page.evaluate(ANSWER))


def sent(page: Page, route: Any) -> str:
    """Send the form of a route; give what is shown of the outcome."""
    route.locator("output").evaluate("(output) => (output.textContent = '')")
    route.get_by_role("button", name="Send").click()
    for _ in range(500):
        if outcome := route.locator("output").inner_text():
            return str(outcome)
        page.wait_for_timeout(20)
    pytest.fail("nothing came back")


def violations(page: Page, *exclude: str) -> list[str]:
    """Return what axe finds on a page whose context was opened with ``bypass_csp``, but within ``exclude``.

    Skips where axe is not installed.
    """
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in explorer/")
    page.evaluate(AXE.read_text())
    return list(page.evaluate(JUDGE, list(exclude)))
