"""Routes of pages. The first request for a page imports the modules that render it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.japan_time import day_in_japan
from graphql_api.once import Once
from graphql_api.pages.http.style import style
from graphql_api.web.deadline import with_deadline
from graphql_api.web.examples import GetExamples
from graphql_api.web.routes import Http
from graphql_api.web.static_pages import HASHED, SLASHED

if TYPE_CHECKING:
    from graphql_api.pages.http.site import Site

PATHS = ("/", "/jockeys", "/jockey/{id}", "/race/{id}", "/days", "/day/{date}", "/horse/{name:path}")


def routes(http: Http, examples: GetExamples) -> list[Route]:
    """Return the routes of pages and of their style sheet."""
    site = Once(lambda: _site(http, examples))
    name, content = style()

    async def stylesheet(request: Request) -> Response:
        return await http.responder.respond(request.headers, [content], media_type="text/css", headers=HASHED, key=name)

    pages = [with_deadline(Route(path, _endpoint(path, site, http))) for path in PATHS]
    return [*pages, Route("/today", _today), Route(f"/static/{name}", stylesheet)]


async def _today(request: Request) -> Response:
    """Redirect to the page of today in Japan. The URL is relative, as all links of pages are."""
    raw: bytes = request.scope.get("raw_path") or b""
    up = "../" if SLASHED in request.scope["state"] or raw.endswith(b"/") else ""
    query = request.scope["query_string"].decode("latin-1")
    location = f"{up}day/{day_in_japan(datetime.now(UTC))}" + (f"?{query}" if query else "")
    return Response(status_code=307, headers={"location": location, "cache-control": "no-store"})


def _site(http: Http, examples: GetExamples) -> "Site":
    from graphql_api.pages.http.site import Site

    return Site(http.graphql.parts(), examples)


def _endpoint(path: str, site: "Once[Site]", http: Http) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        made = site.made
        if made is None:
            await http.graphql.ready()
            made = await asyncio.to_thread(site)
        return await made.respond(path, request)

    return endpoint
