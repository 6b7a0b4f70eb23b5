"""A folder as a storage. Only regular files count. Links, folders, pipes and devices are ignored."""

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from graphql_api.errors import StorageFault, UpstreamUnavailable
from graphql_api.storage.locks import locked
from graphql_api.storage.protocol import (
    MAX_OBJECT_BYTES,
    REFUSED,
    UNAVAILABLE,
    ListedObject,
    Listing,
    StoredObject,
    changed_meanwhile,
    checked_key,
    checked_prefix,
    no_such_object,
    too_large,
    writable_key,
)


class FolderStorage:
    """Files of one folder. A key is a path in it."""

    def __init__(self, root: Path) -> None:
        """Serve ``root``, which may itself be a link and need not exist yet."""
        self._root = root

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Read a file; see ``Storage.read``."""
        stored = self._stored(checked_key(key), max_bytes)
        if stored is None:
            self.check()  # in a folder that is away, nothing is known to be missing
            raise no_such_object(key)
        return None if stored.etag == etag else stored

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List regular files; see ``Storage.list_objects``."""
        folder, slash, start = checked_prefix(prefix).rpartition("/")
        root = self._root / folder
        with _translated(root):
            if slash and not root.is_dir():
                return Listing((), None)
            keys = sorted(f"{folder}{slash}{name}" for name in _names(root, start))
            keys = keys if cursor is None else [key for key in keys if key > cursor]
            found = tuple(filter(None, (_listed(self._root, key) for key in keys[:limit])))
        return Listing(found, keys[limit - 1] if len(keys) > limit else None)

    def write(self, key: str, data: bytes) -> None:
        """Write a temporary file and rename it; see ``Storage.write``."""
        path = self._root / writable_key(key)
        with _translated(path):
            if "/" in key:
                path.parent.mkdir(exist_ok=True)
            _replace(path, data)

    def swap(self, key: str, data: bytes, etag: str | None) -> None:
        """Compare and write under a lock that all writers of the key use; see ``Storage.swap``."""
        path = self._root / writable_key(key)
        with _translated(path), locked(path.with_name(f"{path.name}.lock")):
            stored = self._stored(key, MAX_OBJECT_BYTES)
            if (stored.etag if stored else None) != etag:
                raise changed_meanwhile(key)
            _replace(path, data)

    def delete(self, key: str) -> None:
        """Delete a file; see ``Storage.delete``."""
        path = self._root / writable_key(key)
        with _translated(path):
            path.unlink(missing_ok=True)

    def check(self) -> Mapping[str, str]:
        """Check that the folder can be listed; see ``Storage.check``."""
        with _translated(self._root), os.scandir(self._root) as entries:
            next(entries, None)
        return {"storage": "ok"}

    def _stored(self, key: str, limit: int) -> StoredObject | None:
        """Read a regular file of at most ``limit`` bytes. None if there is none."""
        with _translated(self._root / key):
            found = _read_regular(self._root / key, limit + 1)
        if found is None:
            return None
        data, modified = found
        if len(data) > limit:
            raise too_large(key, limit)
        return StoredObject(key, data, content_hash(data), modified)


def _names(folder: Path, start: str) -> list[str]:
    """Return the names of a folder's regular files that start with ``prefix``."""
    with os.scandir(folder) as entries:
        return [each.name for each in entries if each.name.startswith(start) and each.is_file(follow_symlinks=False)]


def _listed(root: Path, key: str) -> ListedObject | None:
    """Return a file's entry. None if it was deleted after it was listed."""
    try:
        status = (root / key).stat()
    except FileNotFoundError:
        return None
    return ListedObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


# What opening says of a name without a file, a link, a folder or a socket.
_NO_REGULAR_FILE = {errno.ENOENT, errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO, errno.EOPNOTSUPP}
# Without O_NONBLOCK, opening a pipe waits for its writer. Windows has neither flag.
_SAFE_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _read_regular(path: Path, size: int) -> tuple[bytes, datetime] | None:
    """Read up to ``size`` bytes and the time of change of a regular file. None if there is none."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _SAFE_FLAGS)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            return file.read(size), datetime.fromtimestamp(status.st_mtime, UTC)
    except OSError as error:
        if error.errno in _NO_REGULAR_FILE:
            return None
        raise


def _replace(path: Path, data: bytes) -> None:
    """Write a temporary file, sync it, and rename it, which is atomic. The last writer wins."""
    handle, aside = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)  # as readable as all else: the server may be another user
        Path(aside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(aside).unlink()
        raise


def content_hash(data: bytes) -> str:
    """Return an ETag of the content alone.

    Time, size and inode would not need a read, but two writes in one clock tick share them. With a hash, all
    copies of a folder behind one load balancer have the same ETag.
    """
    return hashlib.blake2b(data, digest_size=16).hexdigest()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Translate the system's errors to ours. Wrong permissions need an operator, a missing folder is temporary."""
    try:
        yield
    except PermissionError as error:
        raise StorageFault(REFUSED, path=str(path), reason=error.strerror) from error
    except OSError as error:
        raise UpstreamUnavailable(UNAVAILABLE, path=str(path), reason=error.strerror) from error
