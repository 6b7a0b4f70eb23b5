"""The data source of a command: opened, checked and described before the server starts."""

from pathlib import Path

import click

from graphql_api.config import Settings
from graphql_api.errors import ServiceError
from graphql_api.storage.protocol import Storage
from graphql_api.storage.sources import open_storage

NO_SOURCE = (
    "No data source is given, and SSM Parameter Store has no bucket name ({reason}).\n"
    "Specify a folder or a bucket with --data or JOCKEY_DATA, for example: --data sample-data, --data s3://bucket/prefix.\n"
    "Write sample data with: graphql-api sample --out sample-data"
)


def open_source(settings: Settings) -> Storage:
    """Open the storage that the settings name. Raises ``UsageError`` if it cannot be a storage.

    A folder must exist. Without a setting, SSM Parameter Store must name a bucket.
    """
    if settings.data and "://" not in settings.data:
        _require_folder(settings.data)
    storage = open_storage(settings)
    if not settings.data:
        try:
            storage.check()
        except ServiceError as error:
            reason = error.log_fields.get("error_code", error.message)
            raise click.UsageError(NO_SOURCE.format(reason=reason)) from error
    return storage


def _require_folder(data: str) -> None:
    """Refuse a path that is not a folder, and say how to create one."""
    path = Path(data)
    if path.is_file():
        folder = path.parent
        raise click.UsageError(f"{data!r} is a file. --data needs its folder: --data {folder}")
    if not path.is_dir():
        hint = f"Write sample data with: graphql-api sample --out {data}"
        raise click.UsageError(f"There is no folder {data!r}.\n{hint}")
