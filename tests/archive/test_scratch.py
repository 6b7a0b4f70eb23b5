"""Folders for a moment leave nothing behind, however the process ends that made them."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from graphql_api.archive.scratch import ScratchFolder

PREFIX = "graphql-api-test-"
MAKE = f"""
import sys
from graphql_api.archive.scratch import ScratchFolder
folder = ScratchFolder({PREFIX!r})
(folder.path / "a.parquet").write_bytes(b"a")
print(folder.path, flush=True)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make temporary folders here."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_gone_when_it_is_closed_or_forgotten(temporary: Path) -> None:
    """Nobody else may read it; closing it twice is nothing."""
    folder = ScratchFolder(PREFIX)
    assert folder.path.parent == temporary
    assert folder.path.stat().st_mode & 0o077 == 0
    folder.close()
    folder.close()
    forgotten = ScratchFolder(PREFIX)
    del forgotten
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_a_process_that_ends_leaves_none(temporary: Path) -> None:
    """Whether or not it has closed it."""
    subprocess.run([sys.executable, "-c", MAKE], check=True, stdout=subprocess.DEVNULL)
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_deleted_by_the_next(temporary: Path) -> None:
    """Folders in use stay, and so does what is not one of them."""
    (temporary / f"{PREFIX}of-another-kind").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", f"{MAKE}sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        left = Path(process.stdout.readline().strip())
        first = ScratchFolder(PREFIX)
        assert (left / "a.parquet").exists()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    second = ScratchFolder(PREFIX)
    assert not left.exists()
    assert first.path.exists()
    assert {each.name for each in temporary.iterdir()} == {
        f"{PREFIX}of-another-kind",
        first.path.name,
        second.path.name,
    }
