"""Folders for one process alone: gone when it ends, and of one that was killed, when the next folder is made."""

import os
import shutil
import sys
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

LOCK = "lock"
"""A file that the process holds locked; the system lets go of it, however the process ends.

Windows has no such lock in Python's library: what killed processes have left stays there.
"""


class ScratchFolder:
    """A new folder that nobody else may read; ``close`` deletes it, and so does the end of the process."""

    def __init__(self, prefix: str) -> None:
        """Make a folder whose name begins with ``prefix``, and delete those that killed processes have left."""
        _delete_abandoned(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        unseen = self.path / f"{LOCK}.new"
        lock = os.open(unseen, os.O_CREAT | os.O_RDWR, 0o600)
        with suppress(OSError):
            _take(lock)
            unseen.rename(self.path / LOCK)  # nobody sees it before it is locked
        self._end = weakref.finalize(self, _delete, self.path, lock)

    def close(self) -> None:
        """Delete the folder."""
        self._end()


def _take(lock: int) -> None:
    """Lock a file, or raise ``OSError`` if another process has."""
    if sys.platform == "win32":
        raise OSError
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _delete(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _delete_abandoned(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):  # it is in use, or another user's, or gone by now
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                _take(lock)
                shutil.rmtree(folder)
            finally:
                os.close(lock)
