"""The formats of a jockey's rows as a table."""

from dataclasses import dataclass

from graphql_api.jockeys.routes.templates import ColumnSet


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its extension, media type and title.

    ``columns`` are its default columns. ``switches`` are its own parameters, 0 or 1. ``extra``: it
    requires the extra ``arrow``. ``compressed``: the format itself is compressed.
    """

    extension: str
    media_type: str
    title: str
    columns: ColumnSet = "typed"
    switches: tuple[str, ...] = ()
    extra: bool = False
    compressed: bool = False


JSON = Format("", "application/json", "JSON", columns="source")
"""The format of the plain route, which has no extension."""

FORMATS = (
    Format("csv", "text/csv; charset=utf-8", "CSV (RFC 4180) with a header", switches=("spreadsheet",)),
    Format("ndjson", "application/x-ndjson", "NDJSON, a JSON object on each line"),
    Format("parquet", "application/vnd.apache.parquet", "Parquet", extra=True, compressed=True),
    Format("arrow", "application/vnd.apache.arrow.file", "an Arrow IPC file (Feather)", extra=True),
)
