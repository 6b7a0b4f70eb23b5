"""The files of jockeys: which names they may have, how they are read by id, and how the ids are listed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter

from graphql_api.errors import BadUserInput, DataCorrupt, NotFound
from graphql_api.jockeys import ids
from graphql_api.storage.protocol import ListedObject, Storage, StoredObject, list_all

STEMS = (".pickle", ".pkl", "")
COMPRESSIONS = ("", ".gz", ".xz", ".zst", ".bz2", ".zip")
SUFFIXES = tuple(stem + compression for stem in STEMS for compression in COMPRESSIONS if stem + compression)
"""What may follow the id in a file's name. Of several files of one jockey, the one that comes first here counts."""

MAX_STORED_BYTES = 8 * 2**20
"""The most that is read of a file: no genuine one is larger."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of jockey ids in ascending order; ``cursor`` continues after it, None at the end."""

    ids: tuple[str, ...]
    cursor: str | None


class JockeyFiles:
    """The files of a storage by jockey; as safe across threads as that is."""

    def __init__(self, storage: Storage, *, max_bytes: int = MAX_STORED_BYTES) -> None:
        """Read files of at most ``max_bytes`` from ``storage``."""
        self._storage = storage
        self._max_bytes = max_bytes
        self._lists_first = False

    def read(self, jockey_id: str, etag: str | None = None) -> StoredObject | None:
        """Read one jockey's file; None if its ETag still is ``etag``.

        The usual name takes one request. Where it is missing, one listing tells which of the names there is. A storage
        whose files have other names is listed at once from then on: so no read takes more than two requests, but the
        first. What is read never depends on earlier reads.

        Raises ``NotFound`` where there is no file, ``DataCorrupt`` where it is larger than any genuine one, and
        ``BadUserInput`` for what is no id.
        """
        names = file_names(jockey_id)
        try:
            if not self._lists_first:
                return self._read(names[0], etag)
        except NotFound:
            pass
        name = self._listed_name(jockey_id, names)
        if name is None:
            raise no_such_jockey(jockey_id)
        self._lists_first = name != names[0]
        try:
            return self._read(name, etag)
        except NotFound as error:  # gone since it was listed
            raise no_such_jockey(jockey_id) from error

    def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List the ids that have a file, page by page, each id once.

        ``limit`` is at least 1. Raises ``BadUserInput`` for a cursor that no page gave.
        """
        # Keys come in the order of their bytes, in which '.' precedes digits: so ids ascend, and a jockey's files are
        # neighbours, the last of which the cursor skips.
        start = None if cursor is None else ids.jockey_id(cursor) + max(SUFFIXES)
        listed = filter(None, (id_of(stored.key) for stored in list_all(self._storage, cursor=start)))
        return _first_page((jockey_id for jockey_id, _ in groupby(listed)), limit)

    def list_etags(self) -> Iterator[tuple[str, str | None]]:
        """List all ids that have a file, ascending, each with the ETag of the file that ``read`` reads.

        It is None where the storage does not list ETags.
        """
        listed = ((id_of(stored.key), stored) for stored in list_all(self._storage))
        for jockey_id, files in groupby((each for each in listed if each[0]), key=itemgetter(0)):
            yield jockey_id, min((stored for _, stored in files), key=_rank).etag

    def _listed_name(self, jockey_id: str, names: tuple[str, ...]) -> str | None:
        """Find which of a jockey's names there is, the first of several; None where there is none."""
        listed = {stored.key for stored in self._storage.list_objects(f"{jockey_id}.").objects}
        return next((name for name in names if name in listed), None)

    def _read(self, name: str, etag: str | None) -> StoredObject | None:
        try:
            return self._storage.read(name, etag, max_bytes=self._max_bytes)
        except DataCorrupt as error:
            raise DataCorrupt("The jockey's file is too large.", **error.log_fields) from error


def file_names(jockey_id: str) -> tuple[str, ...]:
    """Name the files that may hold a jockey, the first that exists being the one. Raises ``BadUserInput``."""
    checked = ids.jockey_id(jockey_id)
    return tuple(checked + suffix for suffix in SUFFIXES)


def id_of(name: str) -> str | None:
    """Return the id of the jockey that a file of this name holds; None for a foreign file."""
    stem, dot, suffix = name.partition(".")
    if dot + suffix not in SUFFIXES:
        return None
    try:
        return ids.jockey_id(stem)
    except BadUserInput:
        return None


def _rank(stored: ListedObject) -> int:
    """Return the place of a file among those of its jockey: the first counts."""
    return SUFFIXES.index("".join(stored.key.partition(".")[1:]))


def no_such_jockey(jockey_id: str) -> NotFound:
    """Make the error for a jockey without a file, in the design's words."""
    return NotFound(f"Jockey with ID '{jockey_id}' not found")


def _first_page(ids: Iterable[str], limit: int) -> Page:
    """Cut the first page off ascending distinct ids; its last id is the cursor, so it survives changes of the list."""
    taken = tuple(islice(ids, limit + 1))
    return Page(taken[:limit], taken[limit - 1] if len(taken) > limit else None)
