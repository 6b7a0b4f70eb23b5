"""Rides of all jockeys as a file: filtered, ordered, in each of the formats that a jockey's records have."""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.archive import costs
from graphql_api.archive.columns import LEFT_OUT, value_column
from graphql_api.archive.editions import edition
from graphql_api.archive.questions import Rides, encoded, page_statement
from graphql_api.archive.routes import operations
from graphql_api.errors import BadUserInput, QueryTooComplex
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.turns import Turns
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.routes.export_request import ExportRequest, read_export_request
from graphql_api.jockeys.routes.exports import NO_EXTRA
from graphql_api.jockeys.routes.formats import FORMATS, Format
from graphql_api.jockeys.routes.templates import Columns, csv_rows, json_rows
from graphql_api.tables.column import DictColumn
from graphql_api.tables.table import ColumnTable, choose
from graphql_api.tables.windows import Rows
from graphql_api.web.charge import reserve
from graphql_api.web.conditional import not_modified
from graphql_api.web.csv_cells import csv_header
from graphql_api.web.query_string import query_pairs
from graphql_api.web.responses import ChunkedBody, etag
from graphql_api.web.route_context import request_context
from graphql_api.web.routes import ApiRoute, Http

PATH = "/api/rides"

FORMAT = "1"
"""Version of the bytes that the routes make of an edition; a part of the ETag, to be raised when they change."""

MAX_CELLS = 1_000_000
"""Rows times columns of one file: more is for who reads the archive's own files."""

_STORED = tuple(field.name for field in FIELDS if field.name not in LEFT_OUT)


def routes(http: Http) -> list[ApiRoute]:
    """Serve rides at ``/api/rides`` with an extension behind it."""
    exports = Exports(http)
    return [
        ApiRoute(
            f"{PATH}.{form.extension}",
            partial(exports.export, form),
            {"get": operations.export(form, _STORED, MAX_CELLS)},
            responses=operations.responses(),
            tags=operations.TAGS,
        )
        for form in FORMATS
    ]


class Exports:
    """The endpoint of all formats."""

    def __init__(self, http: Http) -> None:
        """Answer by the services of ``http``."""
        self._http = http
        self._turns = Turns()

    async def export(self, form: Format, request: Request) -> Response:
        """Answer rides as a file. Raises ``BadUserInput``, ``QueryTooComplex``, and as the archive does."""
        asked = read_export_request(form, query_pairs(request.scope))
        names = _names(asked)
        count = _count(asked, names)
        if form.extra and find_spec("pyarrow") is None:
            raise HTTPException(501, NO_EXTRA)
        with request_context(self._http, request) as context, answered():
            read = await edition(context)
            tag = etag(FORMAT, form.extension, read.version)
            headers = {
                "etag": tag,
                "cache-control": f"public, max-age={min(each.max_age for each in context.snapshots)}",
                "content-disposition": f'attachment; filename="rides.{form.extension}"',
            }
            if not_modified(request.headers, tag):
                return ChunkedBody((), 304, headers)
            await reserve(request.scope, costs.PAGE + count * len(names))
            statement = page_statement(Rides(asked.condition), asked.orders, map(value_column, names), count)
            async with self._turns.turn():  # one file at a time is asked for and written: its rows take much memory
                rows = await read.ask(context, statement, costs.PAGE)
                encode = partial(self._encode, form, asked, names, rows)
                chunks = await self._http.offload.call(encode, 2 * len(rows) * len(names))
            return await self._http.responder.respond(
                request.headers, chunks, media_type=form.media_type, headers=headers
            )

    def _encode(self, form: Format, asked: ExportRequest, names: Sequence[str], rows: Any) -> list[bytes]:
        """Write the rows in a format."""
        table: Any = ColumnTable(len(rows), _columns(names, rows))
        window, chosen = choose(table, Rows(slice(None), len(rows), everything=True)), Columns("typed", tuple(names))
        if form.extra:
            from graphql_api.jockeys.routes import arrow

            write = {"parquet": arrow.parquet, "arrow": arrow.arrow_file}[form.extension]
            return [write(table, window.rows, chosen, Budget(bytes=self._http.settings.max_response_bytes))]
        if form.extension == "ndjson":
            return self._http.projections(window, json_rows(table, chosen, lines=True))
        spreadsheet = "spreadsheet" in asked.switches
        header = csv_header(list(names), spreadsheet=spreadsheet)
        return [header, *self._http.projections(window, csv_rows(table, chosen, spreadsheet=spreadsheet))]


def _names(asked: ExportRequest) -> tuple[str, ...]:
    """Name the columns asked for. Raises ``BadUserInput`` for those that only a jockey's file has."""
    if asked.columns.set == "source":
        raise BadUserInput("Parameter 'columns' must not be 'source': the archive has the typed columns only.")
    for name in asked.columns.names:
        if name in LEFT_OUT:
            raise BadUserInput(f"The archive has no column '{name}'. Use the export of one jockey instead.")
    return asked.columns.names or _STORED


def _count(asked: ExportRequest, names: Sequence[str]) -> int:
    """Return how many rows are asked for. Raises ``QueryTooComplex`` where these are too many cells."""
    most = MAX_CELLS // len(names)
    if asked.limit is not None and asked.limit > most:
        raise QueryTooComplex(
            f"Parameter 'limit' may be {most:,} at most with {len(names)} columns: a file has {MAX_CELLS:,} cells at "
            "most. Request fewer columns, or read the archive's own files."
        )
    return most if asked.limit is None else asked.limit


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Mapping[str, DictColumn]:
    """Encode the columns by their distinct values, which are written once each."""
    read = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: encoded(name, values) for name, values in zip(names, read, strict=True)}
