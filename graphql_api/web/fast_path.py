"""The shortest way to a route: CORS only for requests of other origins, and no router for GraphQL.

Starlette's CORS, error handling and routing take longer than a small response, and most requests do not need them.
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.config import Settings
from graphql_api.web.cors import Cors, route_methods
from graphql_api.web.graphql_request import METHODS
from graphql_api.web.middleware import MaskMiddleware
from graphql_api.web.static_pages import SLASHED


class FastPathRouter:
    """An ASGI application that passes each request to ``graphql`` or to ``others``, through CORS if necessary."""

    def __init__(self, path: str, graphql: ASGIApp, others: Starlette, settings: Settings) -> None:
        """Serve ``graphql`` at ``path``. ``settings`` contain the origins that CORS allows."""
        self.path = path
        self.graphql = MaskMiddleware(graphql)
        self.others = others
        self.cors = Cors(self.route, self.methods, settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope = _without_slash(scope)
        if scope["type"] != "http" or any(name == b"origin" for name, _ in scope["headers"]):
            await self.cors(scope, receive, send)
            return
        await self.route(scope, receive, send)

    async def route(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the application for a request."""
        graphql = scope["type"] == "http" and self.is_graphql(scope)
        await (self.graphql if graphql else self.others)(scope, receive, send)

    def methods(self, scope: Scope) -> Sequence[str]:
        """Return the methods that a request's path is served to."""
        return METHODS if self.is_graphql(scope) else route_methods(self.others.routes, scope)

    def is_graphql(self, scope: Scope) -> bool:
        """Return whether a request is for GraphQL."""
        path: str = scope["path"]
        return path.removeprefix(scope.get("root_path", "")) == self.path


def _without_slash(scope: Scope) -> Scope:
    """Return the scope without a slash at the end of its path. Record the slash for pages with relative links."""
    if scope["type"] != "http" or not scope["path"].endswith("/"):
        return scope
    path = scope["path"].removesuffix("/")
    if path in {"", scope.get("root_path", "").removesuffix("/")}:
        return scope
    scope["state"][SLASHED] = True
    return {**scope, "path": path}
