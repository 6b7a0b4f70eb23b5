"""The guides that the service shows are those of the repository, and what they list is true."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from graphql_api import errors
from graphql_api.access import errors as _access  # noqa: F401 - whose errors are listed too
from graphql_api.web import static_pages

ROOT = Path(__file__).parents[2]
BUILT = json.loads(Path(static_pages.__file__).with_name("static").joinpath("guides.json").read_text(encoding="utf-8"))


def _sources() -> dict[str, Path]:
    return {path.stem.lower(): path for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("README*.md")]}


def test_pages_of_guides_are_current() -> None:
    """Each document was rendered as it is now."""
    now = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in _sources().items()}
    built = {each["name"]: each["sha256"] for each in BUILT}
    changed = sorted(name for name in now.keys() | built.keys() if now.get(name) != built.get(name))
    assert changed == [], f"These documents have changed. Build their pages: make explorer ({', '.join(changed)})"


def _kinds(kind: type[errors.ServiceError]) -> Iterator[type[errors.ServiceError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def test_the_page_of_errors_lists_each_code_with_its_statuses() -> None:
    """A code in the page has the statuses of its errors; none is left out."""
    statuses: dict[str, set[int]] = {}
    for kind in _kinds(errors.ServiceError):
        if kind.__module__.startswith("graphql_api."):
            statuses.setdefault(kind.code, set()).add(kind.status)
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([\d, ]+) \|", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE)
    told = {code: set(map(int, numbers.split(","))) for code, numbers in rows}
    told["BAD_REQUEST"].discard(431)  # refused before there is a request to answer
    told["TIMEOUT"].discard(408)  # the same
    assert told == statuses
    assert [code for code, _ in rows] == sorted(told)
