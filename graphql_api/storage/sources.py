"""The storage of the settings: a folder, or S3."""

from pathlib import Path

from graphql_api.config import ConfigError, Settings
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import Storage


def open_storage(settings: Settings) -> Storage:
    """Return the storage of ``settings.data``. Nothing is read yet. Raises ``ConfigError``."""
    if settings.data.startswith("s3://") or not settings.data:
        # The SDK is heavy, and a folder does not need it.
        from graphql_api.storage.s3 import S3Storage

        return S3Storage(settings)
    if "://" in settings.data:
        raise ConfigError(f"JOCKEY_DATA must be a folder or s3://bucket/prefix, not {settings.data!r}.")
    return FolderStorage(Path(settings.data))
