"""The race day in docs/races.md is that of the sample data that `make run` writes."""

import subprocess
import sys
from pathlib import Path

from graphql_client import data
from races.files import index, served
from races.race_day import QUERY, table

PAGE = Path(__file__).parents[2] / "docs" / "races.md"


def test_the_page_shows_a_race_day_of_the_sample(tmp_path: Path) -> None:
    """Row by row, as ``raceDays`` tells it."""
    subprocess.run([sys.executable, "-m", "graphql_api", "sample", "--out", str(tmp_path)], check=True)
    index(tmp_path)
    with served(tmp_path) as client:
        shown = table(data(client, QUERY))
    assert shown.count("\n") == 2 + 12
    assert shown in PAGE.read_text(encoding="utf-8")
