"""The README's race day is that of the sample data that it tells to write."""

import subprocess
import sys
from pathlib import Path

from graphql_client import data
from races.files import index, served
from races.race_day import QUERY, table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_a_race_day_of_the_sample(tmp_path: Path) -> None:
    """Row by row, as ``raceDays`` tells it."""
    subprocess.run([sys.executable, "-m", "graphql_api", "sample", "--out", str(tmp_path)], check=True)
    index(tmp_path)
    with served(tmp_path) as client:
        shown = table(data(client, QUERY))
    assert shown.count("\n") == 2 + 12
    assert shown in README.read_text(encoding="utf-8")
