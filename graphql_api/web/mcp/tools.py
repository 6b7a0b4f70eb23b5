"""The server of the Model Context Protocol: each trusted query is a tool that only reads.

This module imports the SDK. It is imported only if the protocol is used.
"""

import logging
from typing import Any

import mcp_types as types
import orjson
from mcp.server.lowlevel import Server
from starlette.exceptions import HTTPException
from starlette.types import Scope

from graphql_api.errors import BadUserInput, NotFound, ServiceError
from graphql_api.web.deadline import run_with_deadline, set_deadline
from graphql_api.web.mcp.schemas import input_schema
from graphql_api.web.middleware import RequestLog
from graphql_api.web.trusted import TrustedDocument
from graphql_api.web.trusted_operations.routes import TrustedOperations

NAME = "graphql-api"
INSTRUCTIONS = (
    "Results of Japanese horse racing by jockey. Times are in seconds, weights in kilograms, prize money in yen, rates "
    "from 0 to 1. Each rate has a 95 % interval: do not compare rates without it. Unknown values are null. The data "
    "describes the past; it is no advice to bet."
)
READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

logging.getLogger("mcp").setLevel(logging.WARNING)  # the service writes a line for each request itself


class Tools:
    """The tools of one application."""

    def __init__(self, named: TrustedOperations, version: str) -> None:
        """Run the operations of ``named``, by its limits."""
        self.named = named
        schema = named.graphql.documents.schema
        self.tools = [_tool(each, input_schema(each.operation, schema)) for each in named.trusted.values()]
        self.server: Server[Any] = Server(
            NAME, version=version, instructions=INSTRUCTIONS, on_list_tools=self._list, on_call_tool=self._call
        )

    async def _list(self, _context: Any, _parameters: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self.tools)

    async def _call(self, context: Any, parameters: types.CallToolRequestParams) -> types.CallToolResult:
        """Run a tool. An error is a result that the model can read."""
        scope = context.request.scope if context.request is not None else self._local_scope()
        try:
            data = await run_with_deadline(scope, self._run(scope, parameters.name, parameters.arguments or {}))
        except ServiceError as error:
            return _failed(error.message, error.code)
        except HTTPException as error:
            return _failed(error.detail, BadUserInput.code if error.status_code < 500 else ServiceError.code)
        content = types.TextContent(type="text", text=data.decode())
        return types.CallToolResult(content=[content], structured_content=orjson.loads(data))

    async def _run(self, scope: Scope, name: str, variables: dict[str, Any]) -> bytes:
        """Return the JSON of an operation's data. Raises our errors, and ``HTTPException`` for those of GraphQL."""
        trusted = self.named.trusted.get(name)
        if trusted is None:
            raise NotFound("There is no tool with this name.")
        return b"".join(await self.named.answers.data(scope, trusted, variables))

    def _local_scope(self) -> Scope:
        """Return the scope of a request that came by the standard input."""
        scope: Scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": [], "query_string": b""}
        scope["state"] = {"log": RequestLog(request_id="local")}
        set_deadline(scope, self.named.settings.request_timeout)
        return scope


def _tool(trusted: TrustedDocument, schema: dict[str, Any]) -> types.Tool:
    about = trusted.description or f"The trusted operation {trusted.name}."
    return types.Tool(name=trusted.name, description=about, input_schema=schema, annotations=READ_ONLY)


def _failed(message: str, code: str) -> types.CallToolResult:
    content = types.TextContent(type="text", text=f"{message} ({code})")
    return types.CallToolResult(content=[content], is_error=True)
