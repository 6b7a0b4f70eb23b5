"""The routes of trusted documents: ``GET /q/{name}`` answers as JSON, ``GET /q/{name}.csv`` as a table."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from graphql import is_enum_type
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import DataCorrupt, NotFound, ServiceError
from graphql_api.web.endpoint import GraphQLEndpoint
from graphql_api.web.graphql_app import CSV
from graphql_api.web.graphql_response import write_map
from graphql_api.web.openapi.operation import Operation
from graphql_api.web.query_string import query_pairs, read_switch, single
from graphql_api.web.trusted import TrustedDocument
from graphql_api.web.trusted_operations.answers import Answers, Form
from graphql_api.web.trusted_operations.parameters import read_variables, variable_types
from graphql_api.web.trusted_operations.table import NoTable, Table, table

FORMAT = "1"
"""Version of the bytes that the routes write, a part of the ETag. Increase it if they change."""

SPREADSHEET = "spreadsheet"
"""The parameter of tables, as in exports. A variable of an operation with this name cannot be set there."""

VARY = "Accept-Encoding"
OUR_FAULTS = {ServiceError.code, DataCorrupt.code}


class TrustedOperations:
    """The routes of trusted documents. A response is complete, or it is an error with its own status."""

    def __init__(self, graphql: GraphQLEndpoint, trusted: Mapping[str, TrustedDocument]) -> None:
        """Execute the documents as ``graphql`` does."""
        self.graphql = graphql
        self.settings = graphql.settings
        # A GET must have no effects (RFC 9110, 9.2.1).
        self.trusted = {each.name: each for each in trusted.values() if each.document.is_query(each.name)}
        self.tables = {name: self._table(each) for name, each in self.trusted.items()}
        self.answers = Answers(graphql, FORMAT)

    def described(self) -> list[Operation]:
        """Describe the operations for OpenAPI."""
        return [
            Operation(name, variable_types(trusted.operation), not isinstance(self.tables[name], NoTable))
            for name, trusted in self.trusted.items()
        ]

    def listed(self) -> list[dict[str, Any]]:
        """List the operations for clients: what each returns, its variables, and where to send it."""
        return [
            {
                "name": name,
                "description": trusted.description,
                "documentId": trusted.document_id,
                "variables": variable_types(trusted.operation),
                "href": f"q/{name}",
                "csv": None if isinstance(self.tables[name], NoTable) else f"q/{name}.csv",
            }
            for name, trusted in self.trusted.items()
        ]

    def enum_values(self) -> dict[str, str]:
        """Return the first value of each enum, as an example for OpenAPI."""
        kinds = self.graphql.documents.schema.type_map.values()
        return {each.name: next(iter(each.values)) for each in kinds if is_enum_type(each)}

    async def answer(self, media_type: str, request: Request) -> Response:
        """Answer one operation, or respond with 304 if the client's copy is current."""
        trusted, shape = self._find(request.path_params["name"], media_type)
        pairs = query_pairs(request.scope)
        spreadsheet = shape is not None and read_switch(single(pairs, (SPREADSHEET,)), SPREADSHEET)
        given = [pair for pair in pairs if shape is None or pair[0] != SPREADSHEET]
        variables = read_variables(given, trusted.operation, self.graphql.documents.schema)
        if shape is None:
            form = Form(media_type, media_type, _json, is_long=False)
        else:
            told = f"{media_type}; {SPREADSHEET}" if spreadsheet else media_type
            attached = {"content-disposition": f'attachment; filename="{trusted.name}.csv"'}
            form = Form(media_type, told, partial(_csv, shape, spreadsheet=spreadsheet), attached)
        return await self.answers.answer(request, trusted, variables, form)

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


def _json(data: list[bytes]) -> list[bytes]:
    return write_map(data, [])


def _csv(shape: Table, data: list[bytes], *, spreadsheet: bool) -> list[bytes]:
    return [shape.csv(b"".join(data), spreadsheet=spreadsheet)]
