"""Building the archive, and refreshing it: only files that changed are read, only years that changed are written.

A version is complete before the manifest names it, and the manifest is replaced at once, only if nobody else replaced
it meanwhile. So whoever reads sees one whole version, whenever a run ends and however many there are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import BoundedSemaphore
from typing import Literal

from graphql_api.archive.building import Workshop
from graphql_api.archive.manifest import FOLDER, HORSES, JOCKEYS, NAME, DataFile, Manifest, dump, load
from graphql_api.archive.published import published_files
from graphql_api.archive.scratch import ScratchFolder
from graphql_api.errors import DataCorrupt, IndexOutdated, NotFound, StorageFault
from graphql_api.jockeys.decoding import decode
from graphql_api.jockeys.files import JockeyFiles
from graphql_api.jockeys.records import RaceRecords
from graphql_api.logs import EventLogger
from graphql_api.snapshots.loading import MAX_DECODES
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.folder import content_hash
from graphql_api.storage.protocol import Storage, list_all

log = EventLogger(__name__)

ORPHAN_AGE = timedelta(hours=1)
"""How long a file that no manifest names is left alone: another run may be about to name it."""

HASH_LENGTH = 16

Outcome = Literal["read", "unchanged", "unreadable", "gone"]
"""What became of a jockey: file read; as it was; no readable file; gone since it was listed."""

Read = tuple[str, str | None, RaceRecords | None, Outcome]
"""A jockey, the ETag and the records of the file where it was read, and what became of it."""


class Refresh:
    """One run that brings the archive up to date with the storage.

    Jockeys whose file is as it was keep their rides; the first run reads all. A run that is interrupted, or that the
    storage fails, writes what it has read, so that the next goes on from there; until its file has been read, a jockey
    is known by the id only. ``outcomes`` counts the jockeys listed, ``unreadable`` names those whose file cannot be
    read, ``removed`` counts those that were known and are not there any more.
    """

    def __init__(self, storage: Storage) -> None:
        """Read the manifest that there is, and list the jockeys. Raises as ``Storage`` does."""
        self.storage = storage
        self._files = JockeyFiles(storage)
        self._base, self._etag = _known(storage)
        before: Mapping[str, str | None] = self._base.sources if self._base else {}
        self._listed = dict(self._files.list_etags())
        self.sources = {each: before.get(each) for each in self._listed}
        self.outcomes = Counter[Outcome]()
        self.unreadable: list[str] = []
        gone = before.keys() - self.sources.keys()
        self.removed = len(gone)
        self.written = False
        self._gone = set(gone)
        self._unread = self.sources.keys() - before.keys()

    def run(
        self, threads: int, advance: Callable[[], object] = lambda: None, writing: Callable[[], object] = lambda: None
    ) -> None:
        """Read what changed with so many threads; ``advance`` is called for each jockey, ``writing`` before the rest.

        Raises as ``Storage`` does, ``EngineMissing``, and ``Conflict`` where another run came first.
        """
        with closing(ScratchFolder("graphql-api-index-")) as scratch:
            shop = Workshop(scratch.path)
            try:
                try:
                    self._read_all(shop, threads, advance)
                except BaseException:
                    with suppress(Exception):  # what ended the run is what is to be told
                        self._publish(shop, writing)
                    raise
                self._publish(shop, writing)
            finally:
                shop.close()

    def _read_all(self, shop: Workshop, threads: int, advance: Callable[[], object]) -> None:
        """Read the jockeys, no more at once than twice the threads: what has been read waits in memory.

        Of those that a listing shows to be as they were, nothing is asked.
        """
        decodes = BoundedSemaphore(MAX_DECODES)
        waiting = [each for each in self.sources.items() if each[1] is None or self._listed[each[0]] != each[1]]
        for _ in range(len(self.sources) - len(waiting)):
            self.outcomes["unchanged"] += 1
            advance()
        known = iter(waiting)
        with ThreadPoolExecutor(threads, "index") as pool:
            reads: set[Future[Read]] = set()
            try:
                while True:
                    for jockey_id, etag in islice(known, 2 * threads - len(reads)):
                        reads.add(pool.submit(_current, self._files, jockey_id, etag, decodes))
                    if not reads:
                        return
                    for future in wait(reads, return_when=FIRST_COMPLETED).done:
                        reads.remove(future)
                        self._take(shop, *future.result())
                        advance()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                with suppress(Exception):  # what ended the run is what is to be told
                    self._take_read(shop, reads)
                raise

    def _take_read(self, shop: Workshop, reads: Iterable[Future[Read]]) -> None:
        """Take what was read by the time that a run ended, whichever of the threads came first."""
        for future in reads:
            if not future.cancelled() and future.exception() is None:
                self._take(shop, *future.result())

    def _take(
        self, shop: Workshop, jockey_id: str, etag: str | None, records: RaceRecords | None, outcome: Outcome
    ) -> None:
        """Take what became of one jockey."""
        self.outcomes[outcome] += 1
        if outcome == "unreadable":
            self.unreadable.append(jockey_id)
        if outcome == "gone":
            del self.sources[jockey_id]
            self._gone.add(jockey_id)
            self._unread -= {jockey_id}
        elif records is not None:
            shop.add(jockey_id, records)
            self.sources[jockey_id] = etag
            self._unread -= {jockey_id}
        elif outcome == "unreadable" and self.sources[jockey_id] is not None:
            self._gone.add(jockey_id)
            self._unread |= {jockey_id}
            self.sources[jockey_id] = None

    def _publish(self, shop: Workshop, writing: Callable[[], object]) -> None:
        """Write a version, unless all is as it was."""
        if self._base is not None and self._base.sources == self.sources:
            return
        writing()
        shop.add_unread(sorted(self._unread))
        shop.touch(self._gone)
        folder = shop.folder / "before"
        folder.mkdir()
        paths = self._fetch(folder)
        manifest = self._written(shop, paths)
        self.storage.swap(NAME, dump(manifest), self._etag)
        self.written = True
        self._delete_orphans(manifest)

    def _fetch(self, folder: Path) -> Mapping[str, Path]:
        """Read the files of the version before, by name."""
        paths: dict[str, Path] = {}
        for file in self._base.files if self._base else ():
            stored = self.storage.read(file.name, max_bytes=file.size)
            assert stored is not None  # noqa: S101 - without a known version the storage gives an object
            paths[file.name] = folder / file.name.removeprefix(f"{FOLDER}/")
            paths[file.name].write_bytes(stored.data)
        return paths

    def _written(self, shop: Workshop, paths: Mapping[str, Path]) -> Manifest:
        """Write the files that changed, and give the manifest that names all."""
        before = dict(self._base.rides) if self._base else {}
        if self._base:
            shop.attach(
                [paths[file.name] for file in before.values()],
                paths[self._base.jockeys.name],
                paths[self._base.horses.name],
            )
        rides, own = dict(before), {year: paths[file.name] for year, file in before.items()}
        for year in shop.changed_years():
            path, rows = shop.write_year(year)
            rides.pop(year, None)
            own.pop(year, None)
            if rows:
                rides[year], own[year] = self._stored(str(year), path, rows), path
        files = [own[year] for year in sorted(own, reverse=True)]
        return Manifest(
            rides=rides,
            jockeys=self._stored(JOCKEYS, *shop.write_jockeys()),
            horses=self._stored(HORSES, *shop.write_horses(files)),
            sources=self.sources,
            previous=tuple(file.name for file in self._base.files) if self._base else (),
            plain=shop.plain_texts(files),
        )

    def _stored(self, name: str, path: Path, rows: int) -> DataFile:
        """Put a file into the storage under the name of its content."""
        data = path.read_bytes()
        file = DataFile(f"{FOLDER}/{name}-{content_hash(data)[:HASH_LENGTH]}.parquet", rows, len(data))
        if self._base is None or file not in self._base.files:
            self.storage.write(file.name, data)
        return file

    def _delete_orphans(self, manifest: Manifest) -> None:
        """Delete the files that neither this version, nor the one before, nor what was published names, if old."""
        named = {*(file.name for file in manifest.files), *manifest.previous, *published_files(self.storage)}
        now = datetime.now(UTC)
        for listed in list_all(self.storage, f"{FOLDER}/"):
            if listed.key not in named and now - listed.last_modified > ORPHAN_AGE:
                self.storage.delete(listed.key)


def _known(storage: Storage) -> tuple[Manifest | None, str | None]:
    """Return the manifest as it is, and its ETag; none where there is none, or none that this release reads."""
    try:
        stored = storage.read(NAME)
    except NotFound:
        return None, None
    assert stored is not None  # noqa: S101 - without a known version the storage gives an object
    try:
        manifest = load(stored.data)
    except (DataCorrupt, IndexOutdated) as error:
        log.warning("index_made_anew", **error.log_fields)
        return None, stored.etag
    there = {listed.key for listed in list_all(storage, f"{FOLDER}/")}
    if missing := sorted(file.name for file in manifest.files if file.name not in there):
        log.warning("index_made_anew", key=missing[0], missing=len(missing), reason="files are gone")
        return None, stored.etag
    return manifest, stored.etag


def _current(files: JockeyFiles, jockey_id: str, etag: str | None, decodes: BoundedSemaphore) -> Read:
    """Read a jockey's file as it is now, unless it still has ``etag``."""
    try:
        stored = files.read(jockey_id, etag)
        if stored is None:
            return jockey_id, etag, None, "unchanged"
        with decodes:
            return jockey_id, stored.etag, decode(stored.data, jockey_id, Trace()), "read"
    except NotFound:
        return jockey_id, None, None, "gone"
    except (DataCorrupt, StorageFault) as error:  # one file that may not be read does not keep the others out
        log.warning("file_not_indexed", jockey_id=jockey_id, **error.log_fields)
        return jockey_id, None, None, "unreadable"
