"""The archive's files on the server's disk: fetched by name when they are asked for, as many as fit.

A name is a digest of the content. So what is there is never checked again, several versions share what did not change,
and a file that is not what its name says is refused.
"""

import errno
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Self

from graphql_api.archive.manifest import FOLDER, DataFile
from graphql_api.archive.scratch import ScratchFolder
from graphql_api.archive.settings import ArchiveSettings
from graphql_api.errors import DataCorrupt, NoSpace, NotFound, UpstreamUnavailable
from graphql_api.services import Services
from graphql_api.storage.folder import content_hash
from graphql_api.storage.protocol import Storage

FETCHED_AT_ONCE = 16
BYTES_AT_ONCE = 64 * 2**20
"""Files that are fetched at once may have so many bytes: they are in memory, and share the time of a request to S3."""

FULL = "The server does not have enough disk space for this query. Try again later."


class LocalFiles:
    """A bounded folder of files of the archive."""

    def __init__(self, storage: Storage, folder: str, max_bytes: int) -> None:
        """Fetch from ``storage`` into ``folder``, or into a new one, once the first file is asked for."""
        self._storage = storage
        self._given = folder
        self._max_bytes = max_bytes
        self._folder: Path | None = None
        self._scratch: ScratchFolder | None = None
        self._lock = Lock()

    @classmethod
    def open(cls, services: Services) -> Self:
        """Fetch from the storage that the settings name."""
        settings = services.settings.of(ArchiveSettings)
        return cls(services.storage, settings.archive_folder, settings.archive_disk_bytes)

    @property
    def folder(self) -> Path:
        """Return the folder, which is made when it is first asked for."""
        if self._folder is None:
            self._folder = self._made()
        return self._folder

    def fetch(self, files: Iterable[DataFile], keep: Iterable[DataFile]) -> list[Path]:
        """Return where the files lie, in their order, having fetched those that are not there.

        To make room, others are deleted but those of ``keep``, the least recently used first. Raises ``NoSpace``,
        ``UpstreamUnavailable`` where a file is gone from the storage, ``DataCorrupt``, and as ``Storage`` does.
        """
        wanted = list(files)
        with self._lock:
            paths = [self.folder / file.name.removeprefix(f"{FOLDER}/") for file in wanted]
            missing = {path: file for path, file in zip(paths, wanted, strict=True) if not path.exists()}
            if missing:
                self._make_room(missing, {Path(file.name).name for file in (*wanted, *keep)})
                largest = max(file.size for file in missing.values())
                threads = min(FETCHED_AT_ONCE, max(1, BYTES_AT_ONCE // max(1, largest)))
                with ThreadPoolExecutor(threads, "archive-fetch") as pool:
                    list(pool.map(self._fetch_one, missing.values(), missing))
        return paths

    def close(self) -> None:
        """Delete a folder that was made for this process alone."""
        if self._scratch is not None:
            self._scratch.close()

    def _made(self) -> Path:
        """Make the folder that is given, or a new one; nobody else may read it or put files there."""
        if not self._given:
            self._scratch = ScratchFolder("graphql-api-archive-")
            return self._scratch.path
        folder = Path(self._given).resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _make_room(self, missing: Mapping[Path, DataFile], kept: set[str]) -> None:
        there = [(path, path.stat()) for path in self.folder.glob("*.parquet")]
        excess = sum(status.st_size for _, status in there) + sum(file.size for file in missing.values())
        excess -= self._max_bytes
        for path, status in sorted(there, key=lambda each: each[1].st_atime):
            if excess > 0 and path.name not in kept:
                path.unlink(missing_ok=True)
                excess -= status.st_size
        if excess > 0:
            raise NoSpace(FULL, excess_bytes=excess, max_bytes=self._max_bytes)

    def _fetch_one(self, file: DataFile, path: Path) -> None:
        try:
            stored = self._storage.read(file.name, max_bytes=file.size)
        except NotFound as error:
            raise UpstreamUnavailable("The index is being replaced. Try again later.", key=file.name) from error
        assert stored is not None  # noqa: S101 - without a known version the storage gives an object
        if content_hash(stored.data)[:16] not in file.name:
            raise DataCorrupt("The index cannot be read.", key=file.name, reason="not the content that its name says")
        aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            aside.write_bytes(stored.data)
            aside.replace(path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise NoSpace(FULL, path=str(path)) from error
            raise
