"""Editions that Athena answers: versions of the archive as they were published."""

from graphql_api.archive.athena.client import LazyClient
from graphql_api.archive.athena.engine import AthenaEngine
from graphql_api.archive.editions import Edition, EditionSource
from graphql_api.archive.files import LocalFiles
from graphql_api.archive.published import NAME, load
from graphql_api.archive.settings import ArchiveSettings
from graphql_api.config import Settings
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage, StoredObject
from graphql_api.workers import Workers


class PublishedSource(EditionSource):
    """What was published last, decoded to an edition."""

    def __init__(self, storage: Storage, files: LocalFiles, workers: Workers, settings: Settings) -> None:
        """Read from ``storage``; questions run in ``workers``."""
        super().__init__(storage, files, workers, settings)
        self._client = LazyClient(settings.region)

    def read(self, key: str, etag: str | None) -> StoredObject | None:  # noqa: ARG002 - of the protocol
        """Read what was published."""
        return self._storage.read(NAME, etag)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Edition:  # noqa: ARG002 - of the protocol
        """Read what was published; nothing is asked of Athena yet."""
        published = load(stored.data)
        workgroup = self._settings.of(ArchiveSettings).archive_workgroup
        embedded = self._embedded(published.manifest)
        engine = AthenaEngine(published, self._client, workgroup, self._workers, embedded)
        return Edition(published.manifest, engine, stored.etag, stored.last_modified)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
