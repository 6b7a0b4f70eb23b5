"""What a data source holds of the archive, in words, told before anything is served."""

from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt, IndexOutdated, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.storage.protocol import Storage, StoredObject

_UNREADABLE = "The index cannot be read. Run graphql-api index."


def describe(storage: Storage, settings: Settings) -> list[str]:  # noqa: ARG001 - what all slices are given
    """Return one line about the index; none where the source does not answer, of which jockeys tell."""
    from graphql_api.archive.manifest import NAME

    try:
        stored = storage.read(NAME)
    except NotFound:
        return ["No index. Names of jockeys, search, and rides of all jockeys require it: run graphql-api index."]
    except UpstreamUnavailable:
        return []
    except StorageFault:
        return ["Access to the index is denied."]
    except DataCorrupt:
        return [_UNREADABLE]
    return [_UNREADABLE if stored is None else _contents(stored)]


def _contents(stored: StoredObject) -> str:
    from graphql_api.archive.manifest import load

    try:
        manifest = load(stored.data)
    except DataCorrupt:
        return _UNREADABLE
    except IndexOutdated as error:
        return error.message
    made = f" from {stored.last_modified:%Y-%m-%d %H:%M} UTC" if stored.last_modified else ""
    told = f"Index{made}: {manifest.rows:,} rides"
    unread = list(manifest.sources.values()).count(None)
    if not unread:
        return f"{told}."
    files = f"{unread:,} of {len(manifest.sources):,} files were not read"
    return f"{told}, incomplete: {files}. Run graphql-api index."
