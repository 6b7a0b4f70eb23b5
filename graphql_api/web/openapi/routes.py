"""The route of the OpenAPI document, whose example ids exist in the storage."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.web.conditional import not_modified
from graphql_api.web.examples import Examples, GetExamples
from graphql_api.web.openapi.document import document
from graphql_api.web.openapi.operation import Operation
from graphql_api.web.openapi.parameters import SCALARS
from graphql_api.web.responses import ChunkedBody, Responder, etag
from graphql_api.web.routes import ApiRoute, described

KEPT_DOCUMENTS = 4
"""Number of documents in memory. The examples rarely change."""


class OpenApi:
    """Serves the document with an ETag."""

    def __init__(
        self,
        examples: GetExamples,
        operations: Sequence[Operation],
        values: Mapping[str, str],
        routes: Sequence[ApiRoute],
        responder: Responder,
        version: str,
    ) -> None:
        """Describe ``version`` of the API with its trusted ``operations`` and the ``routes`` of slices.

        ``values`` are values of GraphQL's enums to try.
        """
        self.examples = examples
        self.operations = operations
        self.values = {**SCALARS, **values}
        self.slices = routes
        self.responder = responder
        self.version = version
        self._written = lru_cache(KEPT_DOCUMENTS)(self._write)

    def routes(self) -> list[Route]:
        """Return the routes to mount."""
        return [Route("/openapi.json", self.answer)]

    async def answer(self, request: Request) -> Response:
        """Describe the plain routes."""
        body, tag = self._written(await self.examples())
        headers = {"etag": tag, "cache-control": "no-cache", "vary": "Accept-Encoding"}
        if not_modified(request.headers, tag):
            return ChunkedBody((), 304, headers)
        return await self.responder.respond(
            request.headers, [body], media_type="application/json", headers=headers, key=tag
        )

    async def described(self) -> dict[str, Any]:
        """Return the document as clients receive it."""
        found: dict[str, Any] = orjson.loads(self._written(await self.examples())[0])
        return found

    def _write(self, examples: Examples) -> tuple[bytes, str]:
        routes = described(self.slices, examples)
        body = orjson.dumps(document(self.version, {**self.values, "ID": examples.ids[0]}, self.operations, routes))
        return body, etag(sha256(body).hexdigest()[:16])
