"""The Japanese documents say what the English ones say: same commands, examples, settings, codes, links and figures."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAIRS = [
    ("README.md", "README.ja.md"),
    *((f"docs/{name}.md", f"docs/{name}.ja.md") for name in ("api", "notebooks", "settings")),
]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"^\| `(JOCKEY_\w+)` \| ([^|]*)\|", re.MULTILINE)
ROUTE = re.compile(r"^\| (`(?:GET|POST)[^|]*)\|", re.MULTILINE)


def _blocks(text: str) -> list[tuple[str, str]]:
    """Return the examples, without the comments of commands and programs, which are translated."""
    found = []
    for language, block in FENCED.findall(text):
        lines = block.splitlines()
        if language in {"sh", "python"}:
            lines = [re.sub(r"\s*(?<!\S)# .*$", "", line) for line in lines]
        found.append((language, "\n".join(line.rstrip() for line in lines)))
    return found


def _prose(text: str) -> str:
    return re.sub(r"\s*\n\s+", " ", FENCED.sub("", text))


def _facts(text: str) -> dict[str, Counter[str]]:
    """Return what a translation keeps, by kind: names and texts of programs, links, figures, headings."""
    prose = _prose(text)
    without_code = re.sub(r"`[^`\n]+`|\]\([^)]*\)", "", prose)
    return {
        "headings": Counter(re.findall(r"^#+(?= )", prose, re.MULTILINE)),
        "code": Counter(set(re.findall(r"`([^`\n]+)`", prose))),
        "links": Counter({link.replace(".ja.md", ".md") for link in re.findall(r"\]\(([^)]+)\)", prose)}),
        "figures": Counter(set(re.findall(r"\d+[.,]\d+|\d{2,}", without_code))),
    }


@pytest.mark.parametrize(("english", "japanese"), PAIRS)
def test_examples_are_the_same(english: str, japanese: str) -> None:
    """Every command, query and response stands in both, in the same order."""
    one, two = (_blocks((ROOT / name).read_text(encoding="utf-8")) for name in (english, japanese))
    for ours, theirs in zip(one, two, strict=False):
        assert ours == theirs, f"Copy this example of {english} to {japanese}:\n{ours[1]}"
    assert len(one) == len(two), f"{english} has {len(one)} examples, {japanese} {len(two)}."


@pytest.mark.parametrize(("english", "japanese"), PAIRS)
def test_what_is_not_translated_is_the_same(english: str, japanese: str) -> None:
    """Names of fields, codes, settings, routes and files, links, figures and headings stand in both."""
    one, two = (_facts((ROOT / name).read_text(encoding="utf-8")) for name in (english, japanese))
    missing = {kind: sorted((one[kind] - two[kind]).elements()) for kind in one}
    surplus = {kind: sorted((two[kind] - one[kind]).elements()) for kind in ("code", "links", "headings")}
    assert not any(missing.values()), f"{english} has what {japanese} lacks; translate: {missing}"
    assert not any(surplus.values()), f"{japanese} has what {english} lacks; remove or correct: {surplus}"


@pytest.mark.parametrize(("page", "table"), [("settings", SETTING), ("api", ROUTE)])
def test_tables_have_the_same_rows(page: str, table: re.Pattern[str]) -> None:
    """Settings with their defaults, and routes, stand in the same order; each has a text in Japanese."""
    texts = [(ROOT / "docs" / f"{page}{suffix}").read_text(encoding="utf-8") for suffix in (".md", ".ja.md")]
    one, two = (table.findall(text) for text in texts)
    missing = [row for row in one if row not in two]
    assert missing == [], f"Translate these rows into docs/{page}.ja.md: {missing}"
    assert one == two != []
    for line in texts[1].splitlines():
        if table.match(line):
            assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", line.rpartition("` |")[2] or line), line
