"""GraphQL over HTTP, imported and built by the first request for it. Clients of REST never wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from graphql_api.once import Once

if TYPE_CHECKING:
    from graphql_api.web.endpoint import GraphQLEndpoint
    from graphql_api.web.trusted_operations.routes import TrustedOperations

JSON = "application/json"
CSV = "text/csv; charset=utf-8"


class GraphQLParts(NamedTuple):
    """The endpoint at ``/graphql``, and the routes of trusted operations."""

    endpoint: "GraphQLEndpoint"
    named: "TrustedOperations"


class GraphQLApp:
    """The ASGI application at ``/graphql``, and the routes of trusted operations."""

    def __init__(self, make: Callable[[], GraphQLParts]) -> None:
        """Use what ``make`` returns. It takes half a second and is called in a thread."""
        self.parts = Once(make)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request."""
        parts = self.parts.made
        return parts.endpoint(scope, receive, send) if parts else self._answer_first(scope, receive, send)

    async def _answer_first(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self.ready()).endpoint(scope, receive, send)  # meanwhile the event loop answers others

    def routes(self) -> list[Route]:
        """Return the routes of trusted operations."""
        return [
            Route("/q/{name}.csv", partial(self._answer_named, CSV), name="csv"),
            Route("/q/{name}", partial(self._answer_named, JSON), name="json"),
        ]

    async def ready(self) -> GraphQLParts:
        """Return the parts; the first call makes them in a thread."""
        parts = self.parts.made
        return parts if parts is not None else await asyncio.to_thread(self.parts)

    async def _answer_named(self, media_type: str, request: Request) -> Response:
        return await (await self.ready()).named.answer(media_type, request)
