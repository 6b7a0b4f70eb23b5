"""What a data source holds of the archive, in words, told before anything is served."""

from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt, IndexOutdated, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.storage.protocol import Storage, StoredObject

_UNREADABLE = "The index cannot be read (graphql-api index builds it again)."


def describe(storage: Storage, settings: Settings) -> list[str]:  # noqa: ARG001 - what all slices are given
    """Tell in one line of the index; in none where the source does not answer, of which jockeys tell."""
    from graphql_api.archive.manifest import NAME

    try:
        stored = storage.read(NAME)
    except NotFound:
        return ["No index: graphql-api index builds it; listing by name, searching and rides across jockeys need it."]
    except UpstreamUnavailable:
        return []
    except StorageFault:
        return ["The index may not be read."]
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
    files = f"{unread:,} of {len(manifest.sources):,} files not read"
    return f"{told}, incomplete: {files} (graphql-api index reads or names them)."
