"""Building the index, and refreshing it: only files that changed are read, several at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from threading import BoundedSemaphore
from typing import Literal

import structlog

from graphql_api.errors import DataCorrupt, NotFound, ServiceError, StorageFault
from graphql_api.index.entries import Entry, entry
from graphql_api.index.file import NAME, dump, load
from graphql_api.jockeys.decoding import decode
from graphql_api.jockeys.files import JockeyFiles
from graphql_api.snapshots.loading import MAX_DECODES
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage

SAVE_EVERY = 500
"""Changes between two saves: the most that an interrupted run loses."""

Outcome = Literal["read", "unchanged", "unreadable", "gone"]
"""What became of a jockey: file read; as it was; no readable file; gone since it was listed."""


class Refresh:
    """One run that brings the index up to date with the storage.

    Jockeys whose file is as it was keep their entry; the first run reads all. The index is saved now and then, and
    when the run is interrupted or the storage fails, so that the next run goes on from there; until its file has been
    read, a jockey's entry says no more than the id. ``outcomes`` counts the jockeys listed, ``unreadable`` names those
    whose file cannot be read, ``removed`` counts those that were indexed and are not there any more.
    """

    def __init__(self, storage: Storage, *, save_every: int = SAVE_EVERY) -> None:
        """Read the index that there is, and list the jockeys. Raises as ``Storage`` does."""
        known = _known(storage)
        self.storage = storage
        self.save_every = save_every
        self.files = JockeyFiles(storage)
        self.entries = {each: known.get(each) or Entry(each) for each in _ids(self.files)}
        self.outcomes = Counter[Outcome]()
        self.unreadable: list[str] = []
        self.removed = len(known.keys() - self.entries.keys())
        self.written = False
        self._unsaved = int(known.keys() != self.entries.keys())

    def run(self, threads: int, advance: Callable[[], object] = lambda: None) -> None:
        """Read what changed with so many threads; ``advance`` is called for each jockey. Raises as ``Storage`` does."""
        decodes = BoundedSemaphore(MAX_DECODES)
        with ThreadPoolExecutor(threads, "index") as pool:
            futures = [pool.submit(_current, self.files, each, decodes) for each in self.entries.values()]
            try:
                for future in as_completed(futures):
                    self._take(*future.result())
                    advance()
                    if self._unsaved >= self.save_every:
                        self._save()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                with suppress(ServiceError):  # what ended the run is what is to be told
                    self._save()
                raise
        self._save()

    def _take(self, found: Entry, outcome: Outcome) -> None:
        """Take one jockey's entry."""
        self.outcomes[outcome] += 1
        self._unsaved += outcome == "gone" or found.etag != self.entries[found.id].etag
        self.entries[found.id] = found
        if outcome == "gone":
            del self.entries[found.id]
        elif outcome == "unreadable":
            self.unreadable.append(found.id)

    def _save(self) -> None:
        if self._unsaved:
            self.storage.write(NAME, dump(list(self.entries.values())))
            self.written, self._unsaved = True, 0


def _known(storage: Storage) -> dict[str, Entry]:
    """Give the entries of the index as it is; none where there is no index, or none that can be read."""
    try:
        stored = storage.read(NAME)
        return {each.id: each for each in load(stored.data).entries()} if stored else {}
    except NotFound:
        return {}
    except DataCorrupt as error:
        structlog.get_logger().warning("index_made_anew", **error.log_fields)
        return {}


def _ids(files: JockeyFiles) -> Iterator[str]:
    """List all ids, page by page."""
    page = files.list_ids()
    yield from page.ids
    while page.cursor:
        page = files.list_ids(page.cursor)
        yield from page.ids


def _current(files: JockeyFiles, known: Entry, decodes: BoundedSemaphore) -> tuple[Entry, Outcome]:
    """Give a jockey's entry for the file as it is now."""
    try:
        stored = files.read(known.id, known.etag)
        if stored is None:
            return known, "unchanged"
        with decodes:
            return entry(known.id, stored.etag, decode(stored.data, known.id, Trace())), "read"
    except NotFound:
        return known, "gone"
    except (DataCorrupt, StorageFault) as error:  # one file that may not be read does not keep the others out
        structlog.get_logger().warning("file_not_indexed", jockey_id=known.id, **error.log_fields)
        return Entry(known.id), "unreadable"
