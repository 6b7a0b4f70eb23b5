"""``POST /mcp``: the Model Context Protocol over Streamable HTTP, without sessions: each request stands alone."""

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from graphql_api import install_hint
from graphql_api.config import ConfigError, Settings
from graphql_api.once import Once
from graphql_api.web.charge import TELLS_REFUSAL
from graphql_api.web.deadline import run_with_deadline
from graphql_api.web.graphql_app import GraphQLApp
from graphql_api.web.mcp.messages import Refused, read_message

if TYPE_CHECKING:
    from graphql_api.web.mcp.tools import Tools

PATH = "/mcp"
FOREIGN = "Pages of this origin may not use this service."


class McpEndpoint:
    """The ASGI application at ``/mcp``. The SDK is imported by the first request."""

    def __init__(self, graphql: GraphQLApp, version: str, settings: Settings) -> None:
        """Run the trusted operations of ``graphql``. Raises ``ConfigError`` if there are none or the SDK is missing."""
        if not settings.documents:
            raise ConfigError("JOCKEY_MCP requires JOCKEY_DOCUMENTS: the trusted operations are the tools.")
        if find_spec("mcp") is None:
            raise ConfigError(f"JOCKEY_MCP requires a library. {install_hint('mcp')}")
        self.origins = frozenset(settings.cors_origins)
        self.max_bytes = settings.max_body_bytes
        self.tools = Once(lambda: _tools(graphql, version))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request without a session: a session would tie a client to one process."""
        if not self._is_allowed(scope):
            raise HTTPException(403, FOREIGN)
        scope["state"][TELLS_REFUSAL] = True  # as a result that the model can read
        try:
            body = await run_with_deadline(scope, read_message(Headers(scope=scope), receive, self.max_bytes))
        except Refused as refused:
            await refused.response(scope)(scope, receive, send)
            return
        tools = self.tools.made
        if tools is None:
            tools = await asyncio.to_thread(self.tools)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        manager = StreamableHTTPSessionManager(
            tools.server, json_response=True, stateless=True, max_request_body_size=self.max_bytes
        )
        async with manager.run():
            await manager.handle_request(_acceptable(scope), _read_again(body, receive), send)

    def _is_allowed(self, scope: Scope) -> bool:
        """Return whether the request's origin is allowed.

        The protocol requires this: CORS does not stop a page whose host name points to this server (DNS rebinding).
        """
        origins = {value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"}
        return "*" in self.origins or origins <= self.origins

    def route(self) -> Route:
        """Return the route to mount. There is no GET: it opens streams of sessions."""
        return Route(PATH, self, methods=["POST"])


def _acceptable(scope: Scope) -> Scope:
    """Return a scope whose client accepts all that the SDK insists on; answers are JSON only."""
    headers = [each for each in scope["headers"] if each[0] != b"accept"]
    return {**scope, "headers": [*headers, (b"accept", b"application/json, text/event-stream")]}


def _read_again(body: bytes, receive: Receive) -> Receive:
    """Return what receives a body that was read, and then what comes behind it."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def _tools(graphql: GraphQLApp, version: str) -> "Tools":
    from graphql_api.web.mcp.tools import Tools

    return Tools(graphql.parts().named, version)
