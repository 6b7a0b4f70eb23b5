"""Pages of names that no horse has: markup, slashes, spaces, great length, and characters of all kinds."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.installed import read_settings
from people import JAPANESE, Found

NAMES = ("<script>alert('a')</script>", '半/分 & "馬"', "名" * 60, "a#b?c=d%20e", "𠮷野家🐎", "..x")

LONG = "長" * 300
"""Longer than a name can be: text without a page."""


def test_odd_names_have_pages_that_links_lead_to(tmp_path: Path) -> None:
    """From the jockey's page a link leads to each horse's page, which shows its name as it is, escaped."""
    frame = samples.frame("00001", 30, 1)
    for row, name in enumerate((*NAMES, LONG)):
        frame.loc[frame.index[row], "馬名"] = name
    frame.to_pickle(tmp_path / "00001.pickle")
    command = [sys.executable, "-m", "graphql_api", "index", "--data", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    with TestClient(create_app(read_settings({}, data=str(tmp_path), jobs_workers=0))) as client:
        page = client.get("/jockey/00001", headers=JAPANESE)
        assert "<script>" not in page.text
        assert f"../horse/{quote(LONG)}" not in Found(page.text).links
        assert LONG in Found(page.text).words
        for name in NAMES:
            link = f"../horse/{quote(name, safe='')}"
            assert link in Found(page.text).links
            found = client.get(link.removeprefix(".."), headers=JAPANESE)
            assert found.status_code == 200, name
            assert "<script>" not in found.text
            assert name in Found(found.text).words
