"""CORS: what pages of other origins may request, by Starlette's middleware with the methods of each route.

No response allows credentials, so ``*`` allows only what everyone can read without a browser.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.config import Settings

NEEDED_HEADERS = ("Authorization", "Content-Type", "If-None-Match", "Range", "X-API-Key", "X-Request-Id")
"""Request headers that this API reads. They are always allowed, in addition to those of the setting."""

EXPOSED_HEADERS = (
    *("Accept-Ranges", "Age", "Allow", "Content-Disposition", "Content-Range", "ETag"),
    *("RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing", "WWW-Authenticate", "Warning", "X-Request-Id"),
)
DEFAULT_METHODS = ("GET", "HEAD", "POST")
"""Methods of paths without a route: the preflight passes, so that the page can read the 404."""

MAX_AGE = 86_400
"""Seconds for which a browser may cache the response to a preflight. Browsers have lower limits of their own."""


class Cors:
    """An ASGI application that wraps another and responds to the preflights of browsers."""

    def __init__(self, app: ASGIApp, methods: Callable[[Scope], Sequence[str]], settings: Settings) -> None:
        """Wrap ``app``. ``methods`` returns the methods that it has at the path of a request."""
        self.methods = methods
        self.wrap = partial(
            CORSMiddleware,
            app,
            allow_origins=settings.cors_origins,
            allow_headers=(*NEEDED_HEADERS, *settings.cors_headers),
            allow_private_network=True,  # the origin decides, as it does everywhere else
            expose_headers=EXPOSED_HEADERS,
            max_age=MAX_AGE,
        )
        self.simple = self.wrap()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a preflight, or add the headers of CORS to a response."""
        preflight = scope["type"] == "http" and scope["method"] == "OPTIONS"
        cors = self.wrap(allow_methods=self.methods(scope)) if preflight else self.simple
        await cors(scope, receive, send)


def route_methods(routes: Iterable[BaseRoute], scope: Scope) -> tuple[str, ...]:
    """Return the methods of the routes that match a request's path."""
    matching = [route for route in routes if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE]
    return tuple(sorted({method for route in matching for method in route.methods or ()})) or DEFAULT_METHODS
