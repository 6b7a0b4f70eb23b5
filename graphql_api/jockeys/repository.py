"""The service of jockeys: snapshots of race records by id, and pages of ids."""

from collections.abc import Callable
from typing import Self

from graphql_api.config import Settings
from graphql_api.jockeys import ids
from graphql_api.jockeys.files import JockeyFiles, Page
from graphql_api.jockeys.records import RaceRecords
from graphql_api.services import Services
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage, StoredObject

Load = Callable[[bytes, str, Trace], RaceRecords]


class JockeySource:
    """The files of jockeys, decoded to race records."""

    name = "jockeys"
    key_field = "jockey_id"

    def __init__(self, files: JockeyFiles, load: Load) -> None:
        """Read from ``files``, decode by ``load``."""
        self._files = files
        self._load = load

    def checked(self, key: str) -> str:
        """Return a valid id. Raises ``BadUserInput``."""
        return ids.jockey_id(key)

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Read a jockey's file."""
        return self._files.read(key, etag)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> RaceRecords:
        """Decode a jockey's file."""
        return self._load(stored.data, key, trace)

    def size(self, value: RaceRecords) -> int:
        """Return the bytes of race records with all derived values."""
        return value.nbytes


class Jockeys(Snapshots[RaceRecords]):
    """The service of the slice: jockeys by id from memory or the storage, and the list of all ids."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        *,
        threads: LoadThreads | None = None,
        clock: Callable[[], float] | None = None,
        load: Load | None = None,
    ) -> None:
        """Use ``storage``, which is not accessed yet. Threads start with the first read. ``clock`` returns seconds."""
        self._files = JockeyFiles(storage)
        self._threads = threads or LoadThreads(settings.load_threads)
        super().__init__(
            JockeySource(self._files, load or _load),
            _policy(settings),
            self._threads.loads,
            self._threads.shared,
            max_suspects=self._threads.max_suspects,
            clock=clock,
        )

    @classmethod
    def open(cls, services: Services) -> Self:
        """Return the jockeys of the storage in the settings."""
        return cls(services.storage, services.settings, threads=services.get(LoadThreads))

    async def list_ids(self, cursor: str | None = None, limit: int = 1000) -> Page:
        """List ids as ``JockeyFiles.list_ids`` does, in a thread."""
        return await self._shared.run(("list_ids", cursor, limit), lambda: self._files.list_ids(cursor, limit))

    def close(self) -> None:
        """Refuse waiting and further loads by ``UpstreamUnavailable``. Running loads end by their timeouts."""
        self._threads.close()
        super().close()


def _policy(settings: Settings) -> Policy:
    return Policy(
        ttl=settings.cache_ttl,
        stale_limit=settings.stale_limit,
        missing_ttl=settings.missing_ttl,
        max_entries=settings.cache_entries,
        max_bytes=settings.cache_bytes,
        max_missing=settings.missing_entries,
    )


def _load(data: bytes, jockey_id: str, trace: Trace) -> RaceRecords:
    """Decode a file. The first load imports numpy and the decoders, so that the process starts without them."""
    from graphql_api.jockeys.decoding import decode

    return decode(data, jockey_id, trace)
