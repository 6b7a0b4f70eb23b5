"""The index as held by a server: loaded when first asked for, checked by ETag once its time to live is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt, NotFound, ServiceError
from graphql_api.index.catalogue import Catalogue
from graphql_api.index.file import NAME, load
from graphql_api.repository.failures import GRACE, RETRY_PAUSE, copy_of
from graphql_api.repository.workers import Workers, done
from graphql_api.storage.folder import Storage

if TYPE_CHECKING:
    from concurrent.futures import Future


@dataclass(frozen=True, slots=True)
class Index:
    """One version of the index: its catalogue, and when it was made, None where the storage does not say."""

    catalogue: Catalogue
    etag: str
    made: datetime | None


@dataclass(frozen=True, slots=True)
class _Refused:
    """An index that cannot be read; ``etag`` is None where it was too large to be."""

    error: Exception
    etag: str | None


class IndexCache:
    """At most one version of the index, loaded once for all who ask at once, in the threads it is given.

    An index that cannot be read is remembered, and only its ETag is asked for, each ``missing_ttl``.
    """

    def __init__(self, storage: Storage, settings: Settings, clock: Callable[[], float], workers: Workers) -> None:
        """Hold nothing yet; ``clock`` gives seconds."""
        self._storage = storage
        self._settings = settings
        self._clock = clock
        self._workers = workers
        self._lock = Lock()
        self._held: Index | None = None
        self._refused: _Refused | None = None
        self._fresh_until = float("-inf")
        self._flight: Future[Index | None] | None = None
        self._late = False

    async def get(self) -> Index | None:
        """Give the index, None where the storage has none. Raises as ``Storage``; an index once held outlives that.

        One that is due for its check waits ``GRACE`` seconds for it, then is given as it is while the check goes on.
        """
        with self._lock:
            held = self._held
            if self._clock() < self._fresh_until:
                if self._refused and held is None:
                    raise copy_of(self._refused.error)
                return held
            if self._flight is None:
                self._flight, self._late = self._workers.begin(self._load), False
            flight = self._flight
        if held is not None and (self._late or not await done(flight, GRACE)):
            self._late = True
            return held
        await done(flight)
        if error := flight.exception():  # an instance of this caller's own, as others may wait for the same load
            raise copy_of(error) from error
        return flight.result()

    def _load(self) -> Index | None:
        """Load the index, or learn that what is known of it still holds; the flight ends whatever comes of it."""
        found, fresh_until = self._held, float("-inf")
        try:
            found = self._read()
            fresh_until = self._clock() + (self._settings.cache_ttl if found else self._settings.missing_ttl)
        except ServiceError as error:
            if self._refused is not None:
                fresh_until = self._clock() + self._settings.missing_ttl
            if found is None:
                raise
            structlog.get_logger().warning("stale_index_served", **error.log_fields, exc_info=error)
            fresh_until = self._clock() + min(RETRY_PAUSE, self._settings.cache_ttl)
        finally:
            with self._lock:
                self._held, self._fresh_until, self._flight = found, fresh_until, None
        return found

    def _read(self) -> Index | None:
        """Read the index, unless it is the one held or the one refused; only a load does this, one at a time."""
        held, refused, etag = self._held, self._refused, None
        known = refused.etag if refused else held.etag if held else None
        try:
            stored = self._storage.read_object(NAME, known)
            if stored is None and refused:
                raise copy_of(refused.error)
            if held and (stored is None or stored.etag == held.etag):
                self._refused = None
                return held
            assert stored is not None  # noqa: S101 - without a known version the storage gives an object
            etag = stored.etag
            catalogue = Catalogue(load(stored.data)).prepare()
        except NotFound:
            self._refused = None
            return None
        except DataCorrupt as error:
            self._refused = refused if refused and etag is None else _Refused(copy_of(error), etag)
            raise
        self._refused = None
        return Index(catalogue, stored.etag, stored.last_modified)
