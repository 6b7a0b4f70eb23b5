"""The files of jockeys: their possible names, reading by id, and listing of ids."""

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
"""Possible endings of a file's name after the id. If a jockey has several files, the first one here is used."""

MAX_STORED_BYTES = 8 * 2**20
"""Maximum size of a file in bytes. Real files are smaller."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of jockey ids in ascending order. ``cursor`` is for the next page, None at the end."""

    ids: tuple[str, ...]
    cursor: str | None


class JockeyFiles:
    """The files of a storage by jockey. As safe for threads as the storage."""

    def __init__(self, storage: Storage, *, max_bytes: int = MAX_STORED_BYTES) -> None:
        """Read files of at most ``max_bytes`` from ``storage``."""
        self._storage = storage
        self._max_bytes = max_bytes
        self._lists_first = False

    def read(self, jockey_id: str, etag: str | None = None) -> StoredObject | None:
        """Read one jockey's file. None if its ETag is still ``etag``.

        The usual name takes one request. If it is missing, one listing finds the name that exists. A storage
        whose files have other names is listed first from then on. So no read takes more than two requests, except the
        first. The result never depends on earlier reads.

        Raises ``NotFound`` if there is no file, ``DataCorrupt`` if it is too large, and
        ``BadUserInput`` for an invalid id.
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
        """Return a page of the ids that have a file, each id once.

        ``limit`` is at least 1. Raises ``BadUserInput`` for an invalid cursor.
        """
        # Keys come in the order of their bytes, in which '.' precedes digits: so ids ascend, and a jockey's files are
        # neighbours, the last of which the cursor skips.
        start = None if cursor is None else ids.jockey_id(cursor) + max(SUFFIXES)
        listed = filter(None, (id_of(stored.key) for stored in list_all(self._storage, cursor=start)))
        return _first_page((jockey_id for jockey_id, _ in groupby(listed)), limit)

    def list_etags(self) -> Iterator[tuple[str, str | None]]:
        """Return all ids that have a file in ascending order, with the ETag of the file that ``read`` reads.

        It is None if the storage does not list ETags.
        """
        listed = ((id_of(stored.key), stored) for stored in list_all(self._storage))
        for jockey_id, files in groupby((each for each in listed if each[0]), key=itemgetter(0)):
            yield jockey_id, min((stored for _, stored in files), key=_rank).etag

    def _listed_name(self, jockey_id: str, names: tuple[str, ...]) -> str | None:
        """Return the existing file name of a jockey, the first of several. None if there is none."""
        listed = {stored.key for stored in self._storage.list_objects(f"{jockey_id}.").objects}
        return next((name for name in names if name in listed), None)

    def _read(self, name: str, etag: str | None) -> StoredObject | None:
        try:
            return self._storage.read(name, etag, max_bytes=self._max_bytes)
        except DataCorrupt as error:
            raise DataCorrupt("The jockey's file is too large.", **error.log_fields) from error


def file_names(jockey_id: str) -> tuple[str, ...]:
    """Return the possible file names of a jockey. The first that exists is used. Raises ``BadUserInput``."""
    checked = ids.jockey_id(jockey_id)
    return tuple(checked + suffix for suffix in SUFFIXES)


def id_of(name: str) -> str | None:
    """Return the jockey id of a file name. None for other files."""
    stem, dot, suffix = name.partition(".")
    if dot + suffix not in SUFFIXES:
        return None
    try:
        return ids.jockey_id(stem)
    except BadUserInput:
        return None


def _rank(stored: ListedObject) -> int:
    """Return the rank of a file among those of its jockey. The lowest is used."""
    return SUFFIXES.index("".join(stored.key.partition(".")[1:]))


def no_such_jockey(jockey_id: str) -> NotFound:
    """Return the error for a jockey without a file."""
    return NotFound(f"Jockey with ID '{jockey_id}' not found")


def _first_page(ids: Iterable[str], limit: int) -> Page:
    """Return the first page of ascending distinct ids. Its last id is the cursor, valid also if the list changes."""
    taken = tuple(islice(ids, limit + 1))
    return Page(taken[:limit], taken[limit - 1] if len(taken) > limit else None)
