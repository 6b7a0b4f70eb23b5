"""The way to the routes: past CORS but for browsers that ask across origins, and past the router for GraphQL.

Starlette's CORS, error handling and routing take longer than a small answer does, and most requests need none of them.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.web.middleware import MaskMiddleware


class Front:
    """An ASGI application that leads each request to ``graphql`` or to ``others``, through ``cors`` where needed."""

    def __init__(self, path: str, graphql: ASGIApp, others: ASGIApp, cors: Callable[[ASGIApp], ASGIApp]) -> None:
        """Serve ``graphql`` at ``path``; ``cors`` wraps all of it."""
        self.path = path
        self.graphql = MaskMiddleware(graphql)
        self.others = others
        self.cors = cors(self.route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or any(name == b"origin" for name, _ in scope["headers"]):
            await self.cors(scope, receive, send)
            return
        await self.route(scope, receive, send)

    async def route(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the application for a request."""
        graphql = scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) == self.path
        await (self.graphql if graphql else self.others)(scope, receive, send)
