"""The routes of exports: a jockey's records, filtered, in each of the formats."""

from collections.abc import Hashable
from importlib.util import find_spec

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.offload import Offload
from graphql_api.execution.projections import Projections
from graphql_api.jockeys.ids import jockey_id
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.routes.export_request import ExportRequest, read_export_request, transient
from graphql_api.jockeys.routes.formats import Format
from graphql_api.jockeys.routes.plain import snapshot_headers
from graphql_api.jockeys.routes.templates import columns, csv_rows, json_rows
from graphql_api.web.charge import reserve
from graphql_api.web.conditional import not_modified
from graphql_api.web.csv_cells import csv_header
from graphql_api.web.middleware import request_log
from graphql_api.web.query_string import query_pairs
from graphql_api.web.ranges import content_range, cut, wanted_range
from graphql_api.web.responses import ChunkedBody, Responder, etag

FORMAT = "3"
"""Version of the bytes that the routes write, a part of the ETag. Increase it if they change."""

NO_EXTRA = "Parquet and Arrow need the extra 'arrow', which this server lacks. CSV and NDJSON are available."


class Exports:
    """The export routes of one repository."""

    def __init__(self, repository: Jockeys, projections: Projections, offload: Offload, responder: Responder) -> None:
        """Read from ``repository``, and respond by ``responder``."""
        self.repository = repository
        self.offload = offload
        self.projections = projections
        self.responder = responder

    async def export(self, form: Format, request: Request) -> Response:
        """Return one jockey's records as a file."""
        identifier = jockey_id(request.path_params["jockey_id"])
        export_request = read_export_request(form, query_pairs(request.scope))
        if form.extra and find_spec("pyarrow") is None:
            raise HTTPException(501, NO_EXTRA)
        fields = request_log(request.scope)
        fields.update(jockey_id=identifier)
        snapshot = await self.repository.get(identifier, fields.trace)
        tag = etag(FORMAT, form.extension, snapshot.etag)
        headers = {
            **snapshot_headers(snapshot, tag),
            "accept-ranges": "bytes",
            "content-disposition": f'attachment; filename="{identifier}.{form.extension}"',
        }
        if not_modified(request.headers, tag, snapshot.last_modified):
            return ChunkedBody((), 304, headers)
        await reserve(request.scope, export_request.work(snapshot.value))
        key = (snapshot.value.version, form.extension, export_request)
        with fields.trace.stage("encode"), answered():
            chunks = await self._encode(form, export_request, snapshot.value, key)
        with fields.trace.stage("respond"):
            return await self._respond(form, request, chunks, headers, key)

    async def _respond(
        self, form: Format, request: Request, chunks: list[bytes], headers: dict[str, str], key: Hashable
    ) -> Response:
        """Respond with a complete file, or with the requested part, which is never compressed."""
        size = sum(map(len, chunks))
        part = wanted_range(request.headers, size) if request.method == "GET" else None
        if part is not None:
            where = {"content-range": content_range(part, size)}
            if not part:
                raise HTTPException(416, f"The file has {size} bytes. The requested range has none of them.", where)
            chunks = list(cut(chunks, part))
            hold = self.responder.in_flight.hold(chunks)
            return ChunkedBody(chunks, 206, {**headers, **where}, form.media_type, hold)
        accepted = Headers() if form.compressed else request.headers
        return await self.responder.respond(accepted, chunks, media_type=form.media_type, headers=headers, key=key)

    async def _encode(
        self, form: Format, export_request: ExportRequest, records: RaceRecords, key: Hashable
    ) -> list[bytes]:
        """Return the requested rows in chunks."""
        if form.extra:
            return await self._encode_table(form, export_request, records, key)
        return await self.offload.call(
            lambda: self._encode_text(form, export_request, records), export_request.work(records)
        )

    def _encode_text(self, form: Format, export_request: ExportRequest, records: RaceRecords) -> list[bytes]:
        window = transient(export_request.window(records))
        if form.extension == "ndjson":
            return self.projections(window, json_rows(records, export_request.columns, lines=True))
        spreadsheet = "spreadsheet" in export_request.switches
        header = csv_header(list(columns(records, export_request.columns)), spreadsheet=spreadsheet)
        return [header, *self.projections(window, csv_rows(records, export_request.columns, spreadsheet=spreadsheet))]

    async def _encode_table(
        self, form: Format, export_request: ExportRequest, records: RaceRecords, key: Hashable
    ) -> list[bytes]:
        """Write a binary file in a thread, and cache it, because readers request it in parts."""

        def encode() -> list[bytes]:
            from graphql_api.jockeys.routes import arrow

            write = {"parquet": arrow.parquet, "arrow": arrow.arrow_file}[form.extension]
            window = transient(export_request.window(records))
            budget = Budget(bytes=self.projections.max_answer_bytes)
            return [write(window.records, window.rows, export_request.columns, budget)]

        chunks = self.projections.found(key)
        if chunks is None:
            chunks = await self.offload.run(encode)
            self.projections.keep(key, chunks)
        return chunks
