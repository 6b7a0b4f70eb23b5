"""The Makefile, in a folder of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(folder: Path, target: str) -> subprocess.CompletedProcess[str]:
    """Run one target in a folder that holds nothing of the project but the Makefile."""
    command = ["make", "--file", str(MAKEFILE), target]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Give sample data as ``make run`` leaves them: files, their checksums, and an index."""
    folder = tmp_path / "sample-data"
    folder.mkdir()
    for name in ("00001.pickle", "00002.pickle"):
        (folder / name).write_text(f"sample {name}")
    checksums = subprocess.run("cksum *", shell=True, cwd=folder, capture_output=True, text=True, check=True).stdout
    (folder / ".made").write_text(checksums)
    (folder / "rides").mkdir()
    for name in ("_rides.v1.json", "_rides.v1.json.lock", "rides/2024-0123456789abcdef.parquet"):
        (folder / name).touch()
    return folder


def test_clean_removes_the_sample_data(sample: Path) -> None:
    """Where nothing was added or changed, the folder is gone."""
    assert make(sample.parent, "clean").returncode == 0
    assert not sample.exists()


def test_clean_keeps_files_that_make_did_not_write(sample: Path) -> None:
    """Files that were added stay, and files that were replaced, even under the name of a sample."""
    (sample / "00002.pickle").write_text("a real career")
    (sample / "01213.pickle").write_text("another")
    assert make(sample.parent, "clean").returncode == 0
    assert {path.name: path.read_text() for path in sample.iterdir()} == {
        "00002.pickle": "a real career",
        "01213.pickle": "another",
    }


def test_clean_removes_the_season(sample: Path) -> None:
    """With what forecasts were made of it; a file that was added stays."""
    season = sample.rename(sample.parent / "sample-season")
    for name in ("forecasts/2025-06-29.json", "forecasting/model-0123456789abcdef.json"):
        (season / name).parent.mkdir()
        (season / name).touch()
    (season / "01213.pickle").write_text("a real career")
    assert make(season.parent, "clean").returncode == 0
    assert [path.name for path in season.iterdir()] == ["01213.pickle"]


def test_clean_leaves_a_folder_of_the_users_own(sample: Path) -> None:
    """A folder without make's list is not touched."""
    (sample / ".made").unlink()
    before = sorted(path.name for path in sample.iterdir())
    assert make(sample.parent, "clean").returncode == 0
    assert sorted(path.name for path in sample.iterdir()) == before


def test_help_lists_every_target(tmp_path: Path) -> None:
    """Each target that has a description is listed."""
    told = make(tmp_path, "help").stdout
    for target in ("run", "run-season", "test", "test-fast", "check", "clean"):
        assert f"make {target} " in told
