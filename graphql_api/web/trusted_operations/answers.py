"""Responses of trusted operations in any form: complete, or an error with its own status."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from graphql_api.errors import DataCorrupt, ResponseTooLarge, ServiceError
from graphql_api.execution.budget import answered
from graphql_api.web import validators
from graphql_api.web.endpoint import GraphQLEndpoint
from graphql_api.web.graphql_request import Parameters
from graphql_api.web.graphql_response import public_errors
from graphql_api.web.middleware import request_log
from graphql_api.web.responses import ChunkedBody
from graphql_api.web.trusted import TrustedDocument

OUR_FAULTS = {ServiceError.code, DataCorrupt.code}

Write = Callable[[list[bytes]], Sequence[bytes]]
"""Makes a body from the JSON of an operation's ``data``. Both are in chunks. It may raise our errors."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a response.

    ``shape`` is all that its bytes depend on except the operation and its variables. ``is_long``: use a thread.
    """

    media_type: str
    shape: str
    write: Write
    headers: Mapping[str, str] = field(default_factory=dict)
    vary: str = "Accept-Encoding"
    is_long: bool = True


class Answers:
    """Answers trusted operations through ``graphql``."""

    def __init__(self, graphql: GraphQLEndpoint, version: str) -> None:
        """Execute as ``graphql`` does. ``version`` of the bytes that forms write is a part of ETags."""
        self.graphql = graphql
        self.version = graphql.version + version.encode()

    async def answer(
        self, request: Request, trusted: TrustedDocument, variables: Mapping[str, Any], form: Form
    ) -> Response:
        """Answer one operation, or respond with 304 if the client's copy is current. Raises the first error."""
        digest = validators.request_digest(self.version, form.shape, trusted.text, None, variables)
        pure = trusted.document.is_pure(self.graphql.documents.schema, trusted.name)
        if pure and (tag := await self.graphql.validators.still_valid(request.headers, digest)):
            return ChunkedBody((), 304, {**self.graphql.validators.held(tag), "vary": form.vary})
        data = await self.data(request.scope, trusted, variables)
        chunks = await to_thread.run_sync(form.write, data) if form.is_long else form.write(data)
        headers = validators.cacheable(digest, request.scope["state"].get("snapshots"))
        with request_log(request.scope).trace.stage("respond"):
            return await self.graphql.responder.respond(
                request.headers,
                chunks,
                media_type=form.media_type,
                headers={"vary": form.vary, **form.headers, **headers},
                key=headers.get("etag"),
            )

    async def data(self, scope: Scope, trusted: TrustedDocument, variables: Mapping[str, Any]) -> list[bytes]:
        """Return the JSON of the data for the request of ``scope``. Raises the first error."""
        fields, limit = request_log(scope), self.graphql.settings.max_response_bytes
        asked = Parameters(trusted.text, trusted.name, variables)
        with answered():
            answer, _ = await self.graphql.operate(scope, trusted.document, asked)
        errors = public_errors(answer, fields["request_id"])
        fields.update(codes=sorted({each["extensions"]["code"] for each in errors}))
        if errors or answer.data is None:
            original = answer.errors[0].original_error
            if isinstance(original, ServiceError):
                raise original
            raise HTTPException(500 if errors[0]["extensions"]["code"] in OUR_FAULTS else 400, errors[0]["message"])
        if sum(map(len, answer.data)) > limit:
            raise ResponseTooLarge(f"The response is larger than {limit:,} bytes. Request fewer rows.")
        return answer.data
