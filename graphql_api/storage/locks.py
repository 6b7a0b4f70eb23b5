"""A lock that processes of one machine take on a name; it ends with the process that holds it, however that ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock on ``path``, an empty file that remains; wait until no other process holds it.

    Windows has no such lock in Python's library: there, two writers at once are not kept apart.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
