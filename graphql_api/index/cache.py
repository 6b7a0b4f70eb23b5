"""The index as held by a server: loaded when first asked for, checked by ETag once its time to live is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from graphql_api.config import Settings
from graphql_api.errors import NotFound, ServiceError
from graphql_api.index.catalogue import Catalogue
from graphql_api.index.file import NAME, load
from graphql_api.repository.workers import Workers, done
from graphql_api.storage.folder import Storage

if TYPE_CHECKING:
    from concurrent.futures import Future

RETRY_PAUSE = 30.0
"""Seconds (at most the TTL) that the copy held answers before a failing storage is asked again."""


@dataclass(frozen=True, slots=True)
class Index:
    """One version of the index: its catalogue, and when it was made, None where the storage does not say."""

    catalogue: Catalogue
    etag: str
    made: datetime | None


class IndexCache:
    """At most one version of the index, loaded once for all who ask at once, in the threads it is given."""

    def __init__(self, storage: Storage, settings: Settings, clock: Callable[[], float], workers: Workers) -> None:
        """Hold nothing yet; ``clock`` gives seconds."""
        self._storage = storage
        self._settings = settings
        self._clock = clock
        self._workers = workers
        self._lock = Lock()
        self._held: Index | None = None
        self._fresh_until = float("-inf")
        self._flight: Future[Index | None] | None = None

    async def get(self) -> Index | None:
        """Give the index, None where the storage has none. Raises as ``Storage``; an index once held outlives that."""
        with self._lock:
            if self._clock() < self._fresh_until:
                return self._held
            flight = self._flight = self._flight or self._workers.begin(self._load)
        await done(flight)
        error = flight.exception()
        if isinstance(error, ServiceError):  # an instance of this caller's own, as others may wait for the same load
            raise type(error)(error.message, **error.log_fields) from error
        return flight.result()

    def _load(self) -> Index | None:
        """Load the index, or learn that the one held is current; the flight ends whatever comes of it."""
        found, fresh_until = self._held, float("-inf")
        try:
            found = self._read()
            fresh_until = self._clock() + (self._settings.cache_ttl if found else self._settings.missing_ttl)
        except ServiceError as error:
            if found is None:
                raise
            structlog.get_logger().warning("stale_index_served", **error.log_fields, exc_info=error)
            fresh_until = self._clock() + min(RETRY_PAUSE, self._settings.cache_ttl)
        finally:
            with self._lock:
                self._held, self._fresh_until, self._flight = found, fresh_until, None
        return found

    def _read(self) -> Index | None:
        held = self._held
        try:
            stored = self._storage.read_object(NAME, held.etag if held else None)
        except NotFound:
            return None
        if stored is None:
            return held
        return Index(Catalogue(load(stored.data)).prepare(), stored.etag, stored.last_modified)
