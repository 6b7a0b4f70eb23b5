"""The plain REST route, compatible with the previous API."""

import re

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.execution.budget import answered
from graphql_api.execution.offload import Offload
from graphql_api.execution.projections import Projections
from graphql_api.jockeys.ids import jockey_id
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.routes.export_request import ExportRequest, read_export_request, transient
from graphql_api.jockeys.routes.formats import JSON
from graphql_api.jockeys.routes.templates import json_rows
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.web.charge import reserve
from graphql_api.web.conditional import held_tags, not_modified
from graphql_api.web.middleware import request_log
from graphql_api.web.query_string import query_pairs
from graphql_api.web.responses import ChunkedBody, Responder, etag

FORMAT = "1"
"""Version of the bytes that the route writes, a part of the ETag. Increase it if they change."""

PLAIN = read_export_request(JSON, ())
"""The request without parameters. Its derived values are cached for the file's lifetime."""

_TAG = re.compile(rf'W/"{FORMAT}-([0-9A-Za-z-]{{1,64}})"')


class PlainRows:
    """The plain route of one repository."""

    def __init__(self, repository: Jockeys, projections: Projections, offload: Offload, responder: Responder) -> None:
        """Read from ``repository``, and respond by ``responder``."""
        self.repository = repository
        self.offload = offload
        self.projections = projections
        self.responder = responder

    async def rows(self, request: Request) -> Response:
        """Return ``{"data": […]}`` with one object for each row. Default: all rows with the file's own columns."""
        identifier = jockey_id(request.path_params["jockey_id"])
        export_request = read_export_request(JSON, query_pairs(request.scope))
        fields = request_log(request.scope)
        fields.update(jockey_id=identifier)
        snapshot = self.repository.cached(identifier, fields.trace)
        if snapshot is None:
            if held := await self._still_held(request, identifier):
                return held
            snapshot = await self.repository.get(identifier, fields.trace)
        fields.update(key=snapshot.stored_as)
        request.scope["state"]["snapshots"] = None if snapshot.stale else (snapshot,)
        tag = etag(FORMAT, snapshot.etag)
        headers = snapshot_headers(snapshot, tag)
        if not_modified(request.headers, tag, snapshot.last_modified):
            return ChunkedBody((), 304, headers)
        records = snapshot.value
        await reserve(request.scope, export_request.work(records))
        with fields.trace.stage("encode"), answered():
            rows = await self._rows(export_request, records)
        with fields.trace.stage("respond"):
            chunks = [b'{"data":[', *rows, b"]}"]
            key = (records.version, "rest", export_request)
            media_type = JSON.media_type
            return await self.responder.respond(
                request.headers, chunks, media_type=media_type, headers=headers, key=key
            )

    async def _rows(self, export_request: ExportRequest, records: RaceRecords) -> list[bytes]:
        """Return the requested rows. Use a thread if they are many and not cached."""
        if export_request == PLAIN:
            window, template = export_request.window(records), json_rows(records, export_request.columns)
            amount = self.projections.work(window, template)
            return await self.offload.call(lambda: self.projections(window, template), amount)

        def write() -> list[bytes]:
            return self.projections(
                transient(export_request.window(records)), json_rows(records, export_request.columns)
            )

        return await self.offload.call(write, export_request.work(records))

    async def _still_held(self, request: Request, identifier: str) -> Response | None:
        """Return 304 if the client's version of a file is current. A file that is not in memory is not decoded."""
        held = next(filter(None, map(_TAG.fullmatch, held_tags(request.headers))), None)
        if held is None or not await self.repository.unchanged(identifier, held[1]):
            return None
        headers = {
            "etag": held[0],
            "cache-control": f"public, max-age={self.repository.ttl}",
            "vary": "Accept-Encoding",
        }
        return ChunkedBody((), 304, headers)


def snapshot_headers(snapshot: Snapshot[RaceRecords], tag: str) -> dict[str, str]:
    """Return the headers of a response made from a snapshot: its version, its lifetime, and whether it is stale."""
    headers = {
        "etag": tag,
        "cache-control": f"public, max-age={snapshot.max_age}",
        "vary": "Accept-Encoding",
    }
    if snapshot.last_modified:
        headers["last-modified"] = snapshot.last_modified.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return {**headers, "warning": '110 - "Response is Stale"'} if snapshot.stale else headers
