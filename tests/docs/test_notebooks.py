"""The documentation for notebooks: its pandas examples run against a server, its URLs are answered."""

import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "notebooks.md").read_text(encoding="utf-8")
BASE = "http://127.0.0.1:8000"
PANDAS = [block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "import pandas" in block]


@pytest.mark.parametrize("block", PANDAS)
def test_pandas_examples_run(live_server: str, block: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each pandas example reads its URL and prints a result."""
    names: dict[str, Any] = {}
    exec(compile(block.replace(BASE, live_server), "notebooks.md", "exec"), names)
    assert capsys.readouterr().out.strip()
    frame = names.get("rides", names.get("placed"))
    assert len(frame) > 0
    assert set(frame["jockey_id"]) == {"00001"}


def test_every_url_is_answered(live_server: str) -> None:
    """Each URL that stands in the page whole gives a file."""
    urls = re.findall(rf"{BASE}(/api/[^\s'\"`{{]+)(?=['\"])", TEXT)
    assert len(urls) >= 5
    for url in urls:
        with urllib.request.urlopen(live_server + url.replace("?racecourse=", ""), timeout=60) as answer:
            assert answer.status == 200
            assert answer.read()
