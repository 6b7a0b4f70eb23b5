"""The routes of trusted documents: ``GET /q/{name}`` answers as JSON, ``GET /q/{name}.csv`` as a table."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from anyio import to_thread
from graphql import is_enum_type
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import DataCorrupt, NotFound, ResponseTooLarge, ServiceError
from graphql_api.execution.budget import answered
from graphql_api.web import validators
from graphql_api.web.endpoint import GraphQLEndpoint
from graphql_api.web.graphql_app import CSV
from graphql_api.web.graphql_request import Parameters
from graphql_api.web.graphql_response import public_errors, write_map
from graphql_api.web.middleware import request_log
from graphql_api.web.named.parameters import read_variables, variable_types
from graphql_api.web.named.table import NoTable, Table, table
from graphql_api.web.openapi.operation import Operation
from graphql_api.web.query_string import query_pairs, read_switch, single
from graphql_api.web.responses import ChunkedBody
from graphql_api.web.trusted import TrustedDocument

FORMAT = "1"
"""Version of the bytes that the routes make of an answer; a part of the ETag, to be raised when they change."""

SPREADSHEET = "spreadsheet"
"""The parameter of tables that exports have too; an operation's own variable of that name cannot be set there."""

VARY = "Accept-Encoding"
OUR_FAULTS = {ServiceError.code, DataCorrupt.code}


class Named:
    """The routes over trusted documents: an answer is whole, or it is an error with a status of its own."""

    def __init__(self, graphql: GraphQLEndpoint, trusted: Mapping[str, TrustedDocument]) -> None:
        """Execute the documents as ``graphql`` does."""
        self.graphql = graphql
        self.settings = graphql.settings
        # A GET must have no effects (RFC 9110, 9.2.1).
        self.trusted = {each.name: each for each in trusted.values() if each.document.is_query(each.name)}
        self.tables = {name: self._table(each) for name, each in self.trusted.items()}
        self.version = graphql.version + FORMAT.encode()

    def described(self) -> list[Operation]:
        """Describe the operations for OpenAPI."""
        return [
            Operation(name, variable_types(trusted.operation), not isinstance(self.tables[name], NoTable))
            for name, trusted in self.trusted.items()
        ]

    def enum_values(self) -> dict[str, str]:
        """Return the first value of each enum, for OpenAPI to show."""
        kinds = self.graphql.documents.schema.type_map.values()
        return {each.name: next(iter(each.values)) for each in kinds if is_enum_type(each)}

    async def answer(self, media_type: str, request: Request) -> Response:
        """Answer one operation, or respond with 304 if the client's copy is current."""
        trusted, shape = self._find(request.path_params["name"], media_type)
        pairs = query_pairs(request.scope)
        spreadsheet = shape is not None and read_switch(single(pairs, (SPREADSHEET,)), SPREADSHEET)
        form = f"{media_type}; {SPREADSHEET}" if spreadsheet else media_type
        given = [pair for pair in pairs if shape is None or pair[0] != SPREADSHEET]
        variables = read_variables(given, trusted.operation, self.graphql.documents.schema)
        digest = validators.request_digest(self.version, form, trusted.text, None, variables)
        pure = trusted.document.is_pure(self.graphql.documents.schema, trusted.name)
        if pure and (tag := await self.graphql.validators.still_valid(request.headers, digest)):
            return ChunkedBody((), 304, {**self.graphql.validators.held(tag), "vary": VARY})
        data = await self._execute(request, trusted, variables)
        if shape is None:
            chunks = write_map(data, [])
        else:
            write = partial(shape.csv, b"".join(data), spreadsheet=spreadsheet)
            chunks = [await to_thread.run_sync(write)]
        return await self._respond(request, chunks, media_type, digest)

    def _find(self, name: str, media_type: str) -> tuple[TrustedDocument, Table | None]:
        """Return an operation, and its table if CSV is requested."""
        if name not in self.trusted:
            raise NotFound("There is no operation with this name.")
        shape = self.tables[name] if media_type == CSV else None
        if isinstance(shape, NoTable):
            raise HTTPException(406, str(shape))
        return self.trusted[name], shape

    def _table(self, trusted: TrustedDocument) -> Table | NoTable:
        try:
            return table(self.graphql.documents.schema, trusted.document)
        except NoTable as reason:
            return reason

    async def _execute(self, request: Request, trusted: TrustedDocument, variables: Mapping[str, Any]) -> list[bytes]:
        """Return the JSON of an answer without errors; raises the first error that there is."""
        fields, limit = request_log(request.scope), self.settings.max_response_bytes
        asked = Parameters(trusted.text, trusted.name, variables)
        with answered():
            answer, _ = await self.graphql.operate(request.scope, trusted.document, asked)
        errors = public_errors(answer, fields["request_id"])
        fields.update(codes=sorted({each["extensions"]["code"] for each in errors}))
        if errors or answer.data is None:
            original = answer.errors[0].original_error
            if isinstance(original, ServiceError):
                raise original
            raise HTTPException(500 if errors[0]["extensions"]["code"] in OUR_FAULTS else 400, errors[0]["message"])
        if sum(map(len, answer.data)) > limit:
            raise ResponseTooLarge(f"The response is larger than {limit:,} bytes. Request fewer rows.")
        return answer.data

    async def _respond(self, request: Request, chunks: list[bytes], media_type: str, digest: str) -> Response:
        """Return the response; caches may keep it until the server checks its versions, if it depends on them only."""
        snapshots = request.scope["state"].get("snapshots")
        headers = validators.cacheable(digest, snapshots)
        if media_type == CSV:
            headers["content-disposition"] = f'attachment; filename="{request.path_params["name"]}.csv"'
        with request_log(request.scope).trace.stage("respond"):
            return await self.graphql.responder.respond(
                request.headers, chunks, media_type=media_type, headers=headers, key=headers.get("etag")
            )
