"""What a data source holds of jockeys, in words, told before anything is served."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.jockeys.files import JockeyFiles, id_of
from graphql_api.storage.protocol import Storage

LISTED = 1_000
"""Jockeys that are counted at the start; a larger source is told as "1,000 or more"."""


def describe(storage: Storage, settings: Settings) -> list[str]:
    """Tell in lines what the source holds: how many jockeys, which index, and files that nothing reads.

    Raises ``StorageFault`` where the source refuses to be listed: nothing can be served then. A source that is only
    unavailable for now is told, since it may come back.
    """
    name = repr(settings.data) if settings.data else "the bucket that SSM names"
    try:
        page = JockeyFiles(storage).list_ids(limit=LISTED)
        index = _index(storage)
    except UpstreamUnavailable as error:
        reason = error.log_fields.get("error_code") or error.log_fields.get("reason") or error.message
        return [f"{name} does not answer ({reason}). Requests are answered once it does."]
    foreign = sorted(_foreign(settings.data))
    count = len(page.ids)
    if count == 0:
        return [f"{name} holds no jockey file, such as 00001.pickle.", *_told(foreign)]
    jockeys = f"{count:,}{' or more' if page.cursor else ''} {'jockey' if count == 1 else 'jockeys'}"
    return [f"{jockeys} in {name}, {index}.", *_told(foreign)]


def _index(storage: Storage) -> str:
    """Tell of the index in words."""
    try:
        stored = storage.read(_name())
    except NotFound:
        return "no index (graphql-api index builds it; listing by name and searching need it)"
    except StorageFault:
        return "an index that may not be read"
    except DataCorrupt:
        return _UNREADABLE
    return _UNREADABLE if stored is None else _contents(stored.data, stored.last_modified)


_UNREADABLE = "an index that cannot be read (graphql-api index builds it again)"


def _name() -> str:
    from graphql_api.index.file import NAME

    return NAME


def _contents(data: bytes, made: datetime | None) -> str:
    from graphql_api.index.file import load

    try:
        etags = load(data).columns["etag"]
    except DataCorrupt:
        return _UNREADABLE
    told = f"index from {made:%Y-%m-%d %H:%M} UTC" if made else "an index"
    unread = etags.count(None)
    if not unread:
        return told
    return f"{told}, incomplete: {unread:,} of {len(etags):,} files not read (graphql-api index reads or names them)"


def _foreign(data: str) -> Iterator[str]:
    """Name the files of a folder that are no jockey's; a bucket is not searched for them."""
    if data and "://" not in data:
        names = (path.name for path in Path(data).iterdir() if path.is_file())
        yield from (name for name in names if id_of(name) is None and not name.startswith(("_", ".")))


def _told(foreign: list[str]) -> list[str]:
    if not foreign:
        return []
    files = "1 file is" if len(foreign) == 1 else f"{len(foreign):,} files are"
    return [f"{files} not named as a jockey's file is ({{jockey_id}}.pickle), and not read: {foreign[0]!r} for one."]
