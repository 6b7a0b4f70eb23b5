"""Where jockey files lie: a folder here, S3 in ``s3.py``; both give bytes, ETag and last-modified."""

import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from graphql_api.errors import BadUserInput, Conflict, DataCorrupt, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.jockeys import ids
from graphql_api.storage.locks import locked

STEMS = (".pickle", ".pkl", "")
COMPRESSIONS = ("", ".gz", ".xz", ".zst", ".bz2", ".zip")
SUFFIXES = tuple(stem + compression for stem in STEMS for compression in COMPRESSIONS if stem + compression)
"""What may follow the id in a file's name. Of several files of one jockey, the one that comes first here counts."""

MAX_STORED_BYTES = 8 * 2**20
MAX_OBJECT_BYTES = 64 * 2**20
"""The most that is read of an object beside the jockeys' files."""

UNAVAILABLE = "The storage is unavailable; try again later."
REFUSED = "The storage refused the request."


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One file: its bytes as stored (perhaps compressed), its strong ETag without quotes, and when it changed (UTC).

    ``last_modified`` is None where the storage does not say.
    """

    key: str
    data: bytes
    etag: str
    last_modified: datetime | None


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object as a listing tells of it: its name, its size in bytes, and when it was written (UTC)."""

    name: str
    size: int
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of jockey ids in ascending order; ``cursor`` continues after it, None at the end."""

    ids: tuple[str, ...]
    cursor: str | None


class Storage(Protocol):
    """Blocking access to jockey files; safe to call from several threads at once.

    Every method may raise ``UpstreamUnavailable`` or ``StorageFault``.
    """

    def read(self, jockey_id: str, etag: str | None = None) -> StoredObject | None:
        """Read one jockey's file; None if its ETag still is ``etag``.

        Raises ``NotFound`` where there is no file, ``DataCorrupt`` where it is larger than any genuine one (8 MiB) and
        ``BadUserInput`` for what is no id.
        """

    def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List the ids that have a file, page by page, each id once.

        ``limit`` is at least 1. Raises ``BadUserInput`` for a cursor that no page gave.
        """

    def read_object(self, name: str, etag: str | None = None) -> StoredObject | None:
        """Read an object that lies beside the jockeys' files, such as their index; None if its ETag still is ``etag``.

        ``name`` begins with an underscore, or with the name of a folder and a slash, which no jockey's file does.
        Raises ``NotFound`` where there is none, and ``DataCorrupt`` where it is larger than 64 MiB.
        """

    def write_object(self, name: str, data: bytes) -> None:
        """Put an object of this name in the place of the one there was, at once: no reader ever sees half of it."""

    def swap_object(self, name: str, data: bytes, etag: str | None) -> None:
        """Write as ``write_object``, but only if the object there still has ``etag``; None: if there is none.

        Raises ``Conflict`` where another writer came first.
        """

    def list_objects(self, folder: str) -> Sequence[ListedObject]:
        """List the objects whose names begin with the name of a folder and a slash; empty where there is none."""

    def delete_object(self, name: str) -> None:
        """Delete an object; one that is not there is deleted already."""

    def check(self) -> Mapping[str, str]:
        """Prove that the storage answers (readiness): what was checked → ``"ok"``. Raises where it does not."""


def file_names(jockey_id: str) -> tuple[str, ...]:
    """Name the files that may hold a jockey, the first that exists being the one. Raises ``BadUserInput``."""
    checked = ids.jockey_id(jockey_id)
    return tuple(checked + suffix for suffix in SUFFIXES)


def id_of(name: str) -> str | None:
    """Give the id of the jockey that a file of this name holds; None for a foreign file."""
    stem, dot, suffix = name.partition(".")
    if dot + suffix not in SUFFIXES:
        return None
    try:
        return ids.jockey_id(stem)
    except BadUserInput:
        return None


def object_name(name: str) -> str:
    """Check the name of an object beside the jockeys' files before it becomes a key or a path."""
    if not _OBJECT_NAME.fullmatch(name):
        raise ValueError(f"No name of an object: {name!r}")
    return name


_OBJECT_NAME = re.compile(r"(?:_|[a-z]+/)[a-z0-9-]+(?:\.[a-z0-9]+)*")


def first_page(found: Iterable[str], limit: int) -> Page:
    """Cut the first page off ascending distinct ids; its last id is the cursor, so it survives changes of the list."""
    taken = tuple(islice(found, limit + 1))
    return Page(taken[:limit], taken[limit - 1] if len(taken) > limit else None)


def no_such_jockey(jockey_id: str) -> NotFound:
    """Make the error for a jockey without a file, in the design's words."""
    return NotFound(f"Jockey with ID '{jockey_id}' not found")


def no_such_object(name: str) -> NotFound:
    """Make the error for an object that is not there."""
    return NotFound("There is no such file.", key=name)


def changed_meanwhile(name: str) -> Conflict:
    """Make the error for an object that another writer replaced."""
    return Conflict("Another process wrote the same file meanwhile.", key=name)


def too_large(key: str, limit: int) -> DataCorrupt:
    """Make the error for a file of more than ``limit`` bytes, which no genuine file has."""
    return DataCorrupt("The jockey's file is too large.", key=key, limit=limit)


class FolderStorage:
    """Files of one folder. Only regular files count: links, folders, pipes and devices are foreign, however named."""

    def __init__(self, root: Path, *, max_bytes: int = MAX_STORED_BYTES) -> None:
        """Serve ``root``, which may itself be a link and need not exist yet."""
        self._root = root
        self._max_bytes = max_bytes

    def read(self, jockey_id: str, etag: str | None = None) -> StoredObject | None:
        """Read one jockey's file; see ``Storage.read``."""
        for name in file_names(jockey_id):
            if stored := self._stored(name, self._max_bytes):
                return None if stored.etag == etag else stored
        self.check()  # in a folder that is away, no jockey is known to be missing
        raise no_such_jockey(jockey_id)

    def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List the ids that have a file; see ``Storage.list_ids``."""
        after = ids.jockey_id(cursor) if cursor is not None else ""
        with _translated(self._root), os.scandir(self._root) as entries:
            found = {id_of(entry.name) for entry in entries if entry.is_file(follow_symlinks=False)}
        return first_page(sorted(each for each in found if each and each > after), limit)

    def read_object(self, name: str, etag: str | None = None) -> StoredObject | None:
        """Read an object beside the jockeys' files; see ``Storage.read_object``."""
        stored = self._stored(object_name(name), MAX_OBJECT_BYTES)
        if stored is None:
            self.check()
            raise no_such_object(name)
        return None if stored.etag == etag else stored

    def write_object(self, name: str, data: bytes) -> None:
        """Write a file beside it and rename that; see ``Storage.write_object``."""
        path = self._root / object_name(name)
        with _translated(path):
            if "/" in name:
                path.parent.mkdir(exist_ok=True)
            _replace(path, data)

    def swap_object(self, name: str, data: bytes, etag: str | None) -> None:
        """Look and write while holding a lock that all writers of the name take; see ``Storage.swap_object``."""
        path = self._root / object_name(name)
        with _translated(path), locked(path.with_name(f"{path.name}.lock")):
            stored = self._stored(name, MAX_OBJECT_BYTES)
            if (stored.etag if stored else None) != etag:
                raise changed_meanwhile(name)
            _replace(path, data)

    def list_objects(self, folder: str) -> Sequence[ListedObject]:
        """List the regular files of a folder within; see ``Storage.list_objects``."""
        root = self._root / folder
        with _translated(root):
            if not root.is_dir():
                return []
            with os.scandir(root) as entries:
                found = [(entry.name, entry.stat()) for entry in entries if entry.is_file(follow_symlinks=False)]
        return [
            ListedObject(f"{folder}/{name}", status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
            for name, status in sorted(found, key=lambda each: each[0])
        ]

    def delete_object(self, name: str) -> None:
        """Delete a file; see ``Storage.delete_object``."""
        path = self._root / object_name(name)
        with _translated(path):
            path.unlink(missing_ok=True)

    def check(self) -> Mapping[str, str]:
        """Prove that the folder can be listed; see ``Storage.check``."""
        with _translated(self._root), os.scandir(self._root) as entries:
            next(entries, None)
        return {"storage": "ok"}

    def _stored(self, name: str, limit: int) -> StoredObject | None:
        """Read a regular file of at most ``limit`` bytes; None where there is none."""
        with _translated(self._root / name):
            found = _read_regular(self._root / name, limit + 1)
        if found is None:
            return None
        data, modified = found
        if len(data) > limit:
            raise too_large(name, limit)
        return StoredObject(name, data, content_hash(data), modified)


# What opening says of a name without a file, a link, a folder or a socket.
_NO_REGULAR_FILE = {errno.ENOENT, errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO, errno.EOPNOTSUPP}
# Without O_NONBLOCK, opening a pipe waits for its writer. Windows has neither flag.
_SAFE_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _read_regular(path: Path, size: int) -> tuple[bytes, datetime] | None:
    """Read up to ``size`` bytes and the time of change of a regular file; None where there is none."""
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
    """Write a file aside, to the disk, and give it its name, which is atomic; whoever writes last wins."""
    handle, aside = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)  # as readable as the jockeys' files: the server may be another user
        Path(aside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(aside).unlink()
        raise


def content_hash(data: bytes) -> str:
    """Make an ETag of the content alone.

    Time, size and inode would spare the read, but two writes within one clock tick share them; and with a hash all
    copies of a folder behind one load balancer agree.
    """
    return hashlib.blake2b(data, digest_size=16).hexdigest()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the system's errors into ours. Permissions take an operator; a folder that is away may be mounted again."""
    try:
        yield
    except PermissionError as error:
        raise StorageFault(REFUSED, path=str(path), reason=error.strerror) from error
    except OSError as error:
        raise UpstreamUnavailable(UNAVAILABLE, path=str(path), reason=error.strerror) from error
