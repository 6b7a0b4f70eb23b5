"""The index as held by a server: loaded when first asked for, checked by ETag once its time to live is over."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from graphql_api.config import Settings
from graphql_api.errors import NotFound
from graphql_api.index.catalogue import Catalogue
from graphql_api.index.file import NAME, load
from graphql_api.services import Services
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.shared_work import SharedWork
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage, StoredObject
from graphql_api.workers import Workers


@dataclass(frozen=True, slots=True)
class Index:
    """One version of the index: its catalogue, and when it was made, None where the storage does not say."""

    catalogue: Catalogue
    etag: str
    made: datetime | None


class IndexSource:
    """The index in the storage, decoded to its catalogue."""

    name = "index"
    key_field = "key"

    def __init__(self, storage: Storage) -> None:
        """Read from ``storage``."""
        self._storage = storage

    def checked(self, key: str) -> str:
        """Return the only key."""
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Read the index."""
        return self._storage.read(key, etag)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Index:  # noqa: ARG002 - of the protocol
        """Read the catalogue, and make what searching takes."""
        return Index(Catalogue(load(stored.data)).prepare(), stored.etag, stored.last_modified)

    def size(self, value: Index) -> int:  # noqa: ARG002 - of the protocol
        """Return nothing: there is one index, which its file bounds."""
        return 0


class IndexCache:
    """At most one version of the index. One that was held answers as long as no other can be read."""

    def __init__(
        self, storage: Storage, settings: Settings, workers: Workers, clock: Callable[[], float] | None = None
    ) -> None:
        """Hold nothing yet; load in the threads of ``workers``. ``clock`` gives seconds."""
        policy = Policy(
            ttl=settings.cache_ttl,
            stale_limit=math.inf,
            missing_ttl=settings.missing_ttl,
            max_entries=1,
            max_bytes=math.inf,
            max_missing=1,
        )
        self._snapshots = Snapshots[Index](IndexSource(storage), policy, workers, SharedWork(workers), clock=clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Hold the index of the storage that the settings name."""
        return cls(services.storage, services.settings, services.get(LoadThreads).aside)

    async def get(self) -> Index | None:
        """Return the index, None where the storage has none. Raises as ``Snapshots.get``."""
        try:
            return (await self._snapshots.get(NAME)).value
        except NotFound:
            return None
