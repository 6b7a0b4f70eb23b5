"""Routes that describe the service: guides, the SDL, the list of operations, ``llms.txt``."""

import asyncio
from collections.abc import Callable
from hashlib import sha256

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.config import Settings
from graphql_api.errors import NotFound
from graphql_api.once import Once
from graphql_api.web.conditional import not_modified
from graphql_api.web.graphql_app import GraphQLApp
from graphql_api.web.openapi.routes import OpenApi
from graphql_api.web.responses import ChunkedBody, Responder, etag
from graphql_api.web.static_pages import respond_page

KEPT = "public, max-age=300"
"""``Cache-Control`` of the SDL, which changes only with a release."""


class Descriptions:
    """The routes of descriptions. None of them reads data."""

    def __init__(
        self, sdl: Callable[[], str], graphql: GraphQLApp, openapi: OpenApi, responder: Responder, settings: Settings
    ) -> None:
        """Describe the schema that ``sdl`` writes, unless the settings hide it, and the operations of ``graphql``."""
        self.sdl = Once(lambda: sdl().encode())
        self.graphql = graphql
        self.openapi = openapi
        self.responder = responder
        self.shows_schema = settings.introspection and not settings.trusted_only

    def routes(self) -> list[Route]:
        """Return the routes to mount."""
        return [
            Route("/docs/guides.json", self.index),
            Route("/docs/{name}", self.guide),
            Route("/schema.graphql", self.schema),
            Route("/q", self.operations),
            Route("/llms.txt", self.llms),
        ]

    async def guide(self, request: Request) -> Response:
        """Return a guide as a page. Raises ``NotFound``."""
        return await respond_page(request, f"guide-{request.path_params['name']}.html", self.responder)

    async def index(self, request: Request) -> Response:
        """Return the index that the search of guides reads."""
        return await respond_page(request, "guides.json", self.responder)

    async def schema(self, request: Request) -> Response:
        """Return the schema in SDL. Raises ``NotFound`` if introspection is off."""
        if not self.shows_schema:
            raise NotFound("This server does not publish its schema.")
        body = self.sdl.made if self.sdl.made is not None else await asyncio.to_thread(self.sdl)
        return await self._text(request, body, "text/plain", KEPT)

    async def operations(self, request: Request) -> Response:
        """List the trusted operations as JSON."""
        named = (await self.graphql.ready()).named
        body = orjson.dumps({"operations": named.listed()}, option=orjson.OPT_INDENT_2)
        return await self._text(request, body, "application/json", "no-cache")

    async def llms(self, request: Request) -> Response:
        """Describe the service to language models."""
        from graphql_api.web.llms_txt import llms_text

        body = llms_text(await self.openapi.described(), shows_schema=self.shows_schema).encode()
        return await self._text(request, body, "text/plain", "no-cache")

    async def _text(self, request: Request, body: bytes, media_type: str, kept: str) -> Response:
        tag = etag(sha256(body).hexdigest()[:16])
        headers = {"etag": tag, "cache-control": kept, "vary": "Accept-Encoding"}
        if not_modified(request.headers, tag):
            return ChunkedBody((), 304, headers)
        return await self.responder.respond(request.headers, [body], media_type=media_type, headers=headers, key=tag)
