"""The route of the OpenAPI document, with a jockey that the storage holds as its example."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.jockeys.routes.first_jockeys import FirstJockeys
from graphql_api.web.conditional import not_modified
from graphql_api.web.openapi.document import document
from graphql_api.web.openapi.examples import Examples, Operation
from graphql_api.web.responses import ChunkedBody, Responder, etag
from graphql_api.web.routes import ApiRoute, described

KEPT_DOCUMENTS = 4
"""Documents kept ready: the first jockey hardly ever changes."""


class OpenApi:
    """Serves the document, to be revalidated by its ETag."""

    def __init__(
        self,
        jockeys: FirstJockeys,
        operations: Sequence[Operation],
        routes: Sequence[ApiRoute],
        responder: Responder,
        version: str,
    ) -> None:
        """Describe ``version`` of the API with its trusted ``operations`` and the ``routes`` of slices."""
        self.jockeys = jockeys
        self.operations = operations
        self.described = described(routes)
        self.responder = responder
        self.version = version
        self._written = lru_cache(KEPT_DOCUMENTS)(self._write)

    def routes(self) -> list[Route]:
        """Give the routes to mount."""
        return [Route("/openapi.json", self.answer)]

    async def answer(self, request: Request) -> Response:
        """Describe the plain routes."""
        jockeys = await self.jockeys.get()
        body, tag = self._written(jockeys.ids[0], jockeys.notice)
        headers = {"etag": tag, "cache-control": "no-cache", "vary": "Accept-Encoding"}
        if not_modified(request.headers, tag):
            return ChunkedBody((), 304, headers)
        return await self.responder.respond(
            request.headers, [body], media_type="application/json", headers=headers, key=tag
        )

    def _write(self, jockey_id: str, notice: str) -> tuple[bytes, str]:
        body = orjson.dumps(document(self.version, Examples(jockey_id, notice, self.operations), *self.described))
        return body, etag(sha256(body).hexdigest()[:16])
