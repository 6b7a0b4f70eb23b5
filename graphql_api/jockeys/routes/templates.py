"""Rows of the plain routes: the file's own columns or the typed ones, as JSON objects, lines of them, or CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal

import orjson

from graphql_api.execution.encoding import Cell, Column, RowTemplate
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords, SourceColumn
from graphql_api.tables.cells import raw_text
from graphql_api.tables.column import DictColumn
from graphql_api.web.csv_cells import CSV_EMPTY, CSV_LINE_END, csv_cell

ColumnSet = Literal["typed", "source"]

DECIMALS = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of rows: all of a set, or the typed ones of ``names`` in their order."""

    set: ColumnSet
    names: tuple[str, ...] = ()


def columns(records: RaceRecords, chosen: Columns) -> Mapping[str, Any]:
    """Return the names of the columns, each with its field, or its position in the file.

    Typed columns have the names of GraphQL's fields in snake case. If a file has equal headers, the first is used.
    """
    if chosen.set == "typed":
        return {name: name for name in chosen.names} or _TYPED
    places: dict[str, int] = {}
    for place, column in enumerate(records.source):
        places.setdefault(column.label, place)
    return places


_TYPED = MappingProxyType({field.name: field.name for field in FIELDS})


def json_rows(records: RaceRecords, chosen: Columns, *, lines: bool = False) -> RowTemplate:
    """Return rows as JSON objects: the inside of an array, or one on each line."""
    write = _JSON[chosen.set]

    def make() -> RowTemplate:
        cells = tuple(
            _cell(("json", place > 0), chosen, at, (b"," if place else b"{") + orjson.dumps(label) + b":", write)
            for place, (label, at) in enumerate(columns(records, chosen).items())
        )
        tail = b"}" if cells else b"{}"
        return RowTemplate(cells, tail + b"\n", b"") if lines else RowTemplate(cells, tail)

    return _kept(records, chosen, ("json", lines), make)


def csv_rows(records: RaceRecords, chosen: Columns, *, spreadsheet: bool = False) -> RowTemplate:
    """Return rows as CSV (RFC 4180), each with its line end. For ``spreadsheet`` see ``csv_cell``.

    Null in a table with one column is a pair of quotes, since readers skip an empty line.
    """

    def make() -> RowTemplate:
        places = columns(records, chosen).values()
        null = CSV_EMPTY if len(places) == 1 else b""

        def writer(at: Any) -> Callable[[Any], bytes]:
            text = typed_text if chosen.set == "typed" else source_text(records.source[at])
            return lambda value: csv_cell(text(value), spreadsheet=spreadsheet) or null

        cells = tuple(
            _cell(("csv", spreadsheet, place > 0, null), chosen, at, b"," if place else b"", writer(at))
            for place, at in enumerate(places)
        )
        return RowTemplate(cells, CSV_LINE_END, b"")

    return _kept(records, chosen, ("csv", spreadsheet), make)


def source_text(column: SourceColumn) -> Callable[[Any], str | None]:
    """Return the function that writes a column's cells like ``DataFrame.to_csv``. Without times, dates are days."""
    moments = [cell for cell in column.cells.values if isinstance(cell, datetime)]
    are_days = all(moment.tzinfo is None and moment.time() == time.min for moment in moments)
    if column.dtype.startswith(("datetime64", "category")) and are_days:
        return raw_text
    return lambda cell: cell.isoformat(" ") if isinstance(cell, datetime) else raw_text(cell)


def source_json(cell: Any) -> bytes:
    """Return a cell like ``DataFrame.to_json(date_format="iso")``, but dates as ``2024-09-29T00:00:00Z`` in UTC.

    Floats keep ten decimals; NaN, NaT, None and infinities are null.
    """
    if isinstance(cell, float):
        return orjson.dumps(round(cell, DECIMALS))
    if isinstance(cell, datetime):
        return orjson.dumps(f"{in_utc(cell).isoformat()}Z")
    if isinstance(cell, date):
        return orjson.dumps(f"{cell.isoformat()}T00:00:00Z")
    return orjson.dumps(cell)


def in_utc(moment: datetime) -> datetime:
    """Return a time in UTC without a zone. A time without a zone is unchanged."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def typed_json(value: Any) -> bytes:
    """Return a typed value as in GraphQL: enums as names, dates as ISO."""
    return orjson.dumps(value.name if isinstance(value, Enum) else value)


def typed_text(value: Any) -> str | None:
    """Return a typed value as text, as in JSON but without quotes. None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | tuple | list):
        return orjson.dumps(value).decode()
    return value.name if isinstance(value, Enum) else str(value)


_JSON: Mapping[ColumnSet, Callable[[Any], bytes]] = {"typed": typed_json, "source": source_json}


def _cell(form: Any, chosen: Columns, at: Any, before: bytes, write: Callable[[Any], bytes]) -> Cell:
    """Bind a column. The text ``before`` its values is the same in all templates of this ``form``."""

    def of(records: RaceRecords) -> DictColumn:
        return records.fields[at] if chosen.set == "typed" else records.source[at].cells

    return Cell(b"", Column((form, chosen.set, at), of, lambda value: before + write(value)))


def _kept(records: RaceRecords, chosen: Columns, key: Any, make: Callable[[], RowTemplate]) -> RowTemplate:
    """Return a cached template: typed columns are the same for all files, source columns only for one version.

    Templates of columns chosen by name are too many to be cached.
    """
    if chosen.names:
        return make()
    kept = _TYPED_TEMPLATES if chosen.set == "typed" else records.derived
    template: RowTemplate | None = kept.get((RowTemplate, key))
    if template is None:
        template = kept[RowTemplate, key] = make()
    return template


_TYPED_TEMPLATES: dict[Any, RowTemplate] = {}
