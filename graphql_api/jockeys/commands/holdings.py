"""What a data source holds of jockeys, in words, told before anything is served."""

from collections.abc import Iterator
from pathlib import Path

from graphql_api.config import Settings
from graphql_api.errors import UpstreamUnavailable
from graphql_api.jockeys.files import JockeyFiles, id_of
from graphql_api.storage.protocol import Storage

LISTED = 1_000
"""Jockeys that are counted at the start; a larger source is told as "1,000 or more"."""


def describe(storage: Storage, settings: Settings) -> list[str]:
    """Return lines that tell what the source holds: how many jockeys, and files that nothing reads.

    Raises ``StorageFault`` where the source refuses to be listed: nothing can be served then. A source that is only
    unavailable for now is told, since it may come back.
    """
    name = repr(settings.data) if settings.data else "the bucket named in SSM"
    try:
        page = JockeyFiles(storage).list_ids(limit=LISTED)
    except UpstreamUnavailable as error:
        reason = error.log_fields.get("error_code") or error.log_fields.get("reason") or error.message
        return [f"{name} is not available ({reason}). Requests fail until it is available."]
    foreign = sorted(_foreign(settings.data))
    count = len(page.ids)
    if count == 0:
        return [f"{name} contains no jockey file, such as 00001.pickle.", *_told(foreign)]
    jockeys = f"{count:,}{' or more' if page.cursor else ''} {'jockey' if count == 1 else 'jockeys'}"
    return [f"{jockeys} in {name}.", *_told(foreign)]


def _foreign(data: str) -> Iterator[str]:
    """Name the files of a folder that are no jockey's; a bucket is not searched for them."""
    if data and "://" not in data:
        names = (path.name for path in Path(data).iterdir() if path.is_file())
        yield from (name for name in names if id_of(name) is None and not name.startswith(("_", ".")))


def _told(foreign: list[str]) -> list[str]:
    if not foreign:
        return []
    files = "1 file is" if len(foreign) == 1 else f"{len(foreign):,} files are"
    return [
        f"{files} not named like a jockey file ({{jockey_id}}.pickle) and will not be read, for example {foreign[0]!r}."
    ]
