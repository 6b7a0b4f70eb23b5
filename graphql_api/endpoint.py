"""GraphQL over HTTP: negotiate, read, execute, answer. One ASGI endpoint for the server and for Lambda alike."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass

import orjson
import structlog
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_api.config import Settings
from graphql_api.context import Context
from graphql_api.documents import Documents
from graphql_api.errors import RequestTimeout, ServiceError
from graphql_api.execution import Answer, Engine
from graphql_api.graphql_request import GRAPHQL_JSON, HTML, JSON, Parameters, RequestFault, read_parameters
from graphql_api.graphql_response import response_map
from graphql_api.middleware import request_log
from graphql_api.negotiation import preferred_media_type
from graphql_api.repository import Repository
from graphql_api.responses import Responder

METHODS = "GET, HEAD, POST"
VARY = "Accept, Accept-Encoding"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """The ASGI application at ``/graphql``; ``explorer`` answers browsers, None turns it off."""

    engine: Engine
    documents: Documents
    repository: Repository
    responder: Responder
    settings: Settings
    explorer: Callable[[Request], Awaitable[Response]] | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self.respond(request)
        except RequestFault as fault:
            response = await self._refuse(request, fault)
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """Choose between the explorer and an operation."""
        if request.method not in METHODS:
            raise RequestFault(405, f"GraphQL is served to {METHODS}.", "METHOD_NOT_ALLOWED", allow=METHODS)
        get = request.method != "POST"
        offered = (GRAPHQL_JSON, JSON, HTML) if get and self.explorer else (GRAPHQL_JSON, JSON)
        media_type = preferred_media_type(request.headers.get("accept"), offered, JSON)
        if media_type is None:
            raise RequestFault(406, f"The answer can be {' or '.join(offered)}.", "NOT_ACCEPTABLE")
        if media_type == HTML:
            if self.explorer and "query" not in request.query_params:
                return await self.explorer(request)
            media_type = JSON
        parameters = await read_parameters(request, self.settings.max_body_bytes)
        return await self._operate(request, parameters, media_type)

    async def _operate(self, request: Request, parameters: Parameters, media_type: str) -> Response:
        """Execute an operation and write its answer."""
        document = self.documents.get(parameters.query)
        fields = request_log(request.scope)
        fields.update(operation=parameters.operation_name)
        if document.errors:
            return await self._answer(request, Answer(None, document.errors), media_type)
        if request.method != "POST" and not document.is_query(parameters.operation_name):
            raise RequestFault(405, "GET runs queries only; send this operation by POST.", allow="POST")
        context = Context(self.repository, fields["request_id"], fields.trace)
        try:
            async with asyncio.timeout(self.settings.request_timeout):
                answer = await self.engine.execute(document, parameters.operation_name, parameters.variables, context)
        except TimeoutError as error:
            timeout = RequestTimeout(f"The request took longer than {self.settings.request_timeout:g} seconds.")
            answer = Answer(None, (GraphQLError(timeout.message, original_error=timeout),))
            log.warning("request_timeout", error=repr(error))
        fields.update(
            jockey_ids=[each.jockey_id for each in context.snapshots],
            execution="plan" if answer.planned else "general",
        )
        return await self._answer(request, answer, media_type)

    async def _answer(self, request: Request, answer: Answer, media_type: str, key: Hashable = None) -> Response:
        """Write an answer; a request error is 400 to clients that speak the new media type, 200 to the others."""
        with request_log(request.scope).trace.stage("respond"):
            status = 200
            if answer.data is None:
                status = _status(answer.errors) if media_type == GRAPHQL_JSON else 200
            chunks = response_map(answer, request_log(request.scope)["request_id"])
            return await self.responder.respond(
                request.headers, chunks, media_type=media_type, status=status, headers={"vary": VARY}, key=key
            )

    async def _refuse(self, request: Request, fault: RequestFault) -> Response:
        """Answer what is no GraphQL request in the client's media type, JSON where it accepts neither."""
        media_type = preferred_media_type(request.headers.get("accept"), (GRAPHQL_JSON, JSON), JSON) or JSON
        error = {"message": fault.message, "extensions": {"code": fault.code}}
        return await self.responder.respond(
            request.headers,
            [orjson.dumps({"errors": [error]})],
            media_type=media_type,
            status=fault.status,
            headers={"vary": VARY, **fault.headers},
        )


def _status(errors: Sequence[GraphQLError]) -> int:
    """Give the HTTP status of a request error."""
    original = errors[0].original_error
    return original.status if isinstance(original, ServiceError) else 400
