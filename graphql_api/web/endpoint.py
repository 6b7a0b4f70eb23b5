"""GraphQL over HTTP: negotiate, read, execute, respond. The plain server and Lambda use the same ASGI endpoint."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql_api.config import Settings
from graphql_api.errors import MethodNotAllowed, NotAcceptable, ServiceError
from graphql_api.execution.budget import Budget, Exhausted, check_size, coercion_work
from graphql_api.execution.context import Context
from graphql_api.execution.document import Document, OperationRequest
from graphql_api.execution.documents import Documents
from graphql_api.execution.engine import Answer, Engine
from graphql_api.execution.limits import too_complex
from graphql_api.execution.offload import Offload
from graphql_api.services import Services
from graphql_api.web.charge import reserve, settle
from graphql_api.web.deadline import deadline_of, run_with_deadline
from graphql_api.web.graphql_request import GRAPHQL_JSON, HTML, METHODS, Parameters, read_parameters
from graphql_api.web.graphql_response import public_errors, write_map
from graphql_api.web.json_body import JSON
from graphql_api.web.middleware import log_keys, request_headers, request_log
from graphql_api.web.negotiation import preferred_media_type
from graphql_api.web.persisted import Persisted
from graphql_api.web.query_string import read_query
from graphql_api.web.refusals import RETRY_AFTER
from graphql_api.web.responses import ChunkedBody, Responder
from graphql_api.web.validators import Validators, cacheable, request_digest

ALLOW = ", ".join(METHODS)
VARY = "Accept, Accept-Encoding"
LOGGED_CHARACTERS = 100
ASKING = ("documentId", "extensions")
"""Parameters of which one makes a GET an operation, whatever a browser accepts. A browser that comes with ``query``
gets the explorer, which shows the query and does not run it: a link must not run what its reader has not read."""


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """The ASGI application at ``/graphql``. ``explorer`` responds to browsers, None turns it off.

    ``version`` of the API is a part of ETags, so that copies of clients expire with a new release.
    """

    engine: Engine
    offload: Offload
    documents: Documents
    persisted: Persisted
    services: Services
    validators: Validators
    responder: Responder
    settings: Settings
    explorer: Callable[[Request], Awaitable[Response]] | None
    version: bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = request_headers(scope)
        try:
            response = await run_with_deadline(scope, self.respond(scope, receive, headers))
        except Exhausted as exhausted:
            response = await self._refuse(scope, headers, exhausted.error)
        except ServiceError as error:
            response = await self._refuse(scope, headers, error)
        await response(scope, receive, send)

    async def respond(self, scope: Scope, receive: Receive, headers: Mapping[str, str]) -> Response:
        """Choose between the explorer and an operation."""
        if scope["method"] not in METHODS:
            raise MethodNotAllowed(f"GraphQL is served to {ALLOW}.", ALLOW)
        pairs = read_query(scope, self.settings.max_url_bytes)
        media_type = self._media_type(scope, headers)
        if media_type == HTML and self.explorer:
            if not any(name in ASKING for name, _ in pairs):
                return await self.explorer(Request(scope, receive))
            media_type = JSON
        parameters = await read_parameters(scope, receive, headers, self.settings)
        document = await self._document(parameters)
        if scope["method"] == "POST":
            answer, extensions = await self.operate(scope, document, parameters)
            return await self._answer(scope, headers, answer, media_type, extensions, {})
        return await self._get(scope, headers, media_type, document, parameters)

    async def _get(
        self, scope: Scope, headers: Mapping[str, str], media_type: str, document: Document, parameters: Parameters
    ) -> Response:
        """Respond to a query by GET, which caches may keep, or with 304 if the client's copy is current."""
        if not document.is_query(parameters.operation_name):
            raise MethodNotAllowed("GET allows only queries. Send this operation by POST.", "POST")
        pure = document.is_pure(self.engine.schema, parameters.operation_name)
        digest = self._digest(media_type, document, parameters) if pure else None
        if digest and (tag := await self.validators.still_valid(headers, digest)):
            return ChunkedBody((), 304, {**self.validators.held(tag), "vary": VARY})
        answer, extensions = await self.operate(scope, document, parameters)
        snapshots = scope["state"].get("snapshots") if digest else None
        caching = cacheable(digest or "", snapshots)
        return await self._answer(scope, headers, answer, media_type, extensions, caching)

    def _media_type(self, scope: Scope, headers: Mapping[str, str]) -> str:
        """Return the media type of the response. The explorer is for GET only. Raises ``NotAcceptable``."""
        explorer = self.explorer and scope["method"] != "POST"
        offered = (GRAPHQL_JSON, JSON, HTML) if explorer else (GRAPHQL_JSON, JSON)
        media_type = preferred_media_type(headers.get("accept"), offered, JSON)
        if media_type is None:
            raise NotAcceptable(f"The response can be {' or '.join(offered)}.")
        return media_type

    async def _document(self, parameters: Parameters) -> Document:
        """Return the document of a request. A long text waits for its turn, or is validated in a thread."""
        text = self.persisted.unjudged(parameters)
        if text is not None:
            judged = await self.offload.call(partial(self.documents.judge_new, text), self.documents.work(text))
            if judged is not None:
                self.documents.keep(judged)
        return self.persisted.document(parameters)

    async def _request(self, document: Document, parameters: Parameters) -> OperationRequest:
        """Coerce the variables of a request. If there are many, they wait for their turn or are coerced in a thread."""
        schema, name, variables = self.engine.schema, parameters.operation_name, parameters.variables
        if not variables:
            return document.request(schema, name, variables)
        return await self.offload.call(partial(document.request, schema, name, variables), coercion_work(variables))

    def _digest(self, media_type: str, document: Document, parameters: Parameters) -> str | None:
        """Return a digest of all that the response depends on except the data. None if it is refused without data."""
        text = document.tree.loc if document.tree else None
        if text is None or document.errors:
            return None
        asked = (text.source.body, parameters.operation_name, parameters.variables or {})
        return request_digest(self.version, f"{media_type} {parameters.wants_cost}", *asked)

    async def operate(
        self, scope: Scope, document: Document, parameters: Parameters
    ) -> tuple[Answer, Mapping[str, Any]]:
        """Execute an operation within its budget, or refuse it. Return its cost too, if the client asked for it.

        If versions describe everything that the response of a pure operation was made of, they are stored in the
        request's state as ``snapshots``. Without them no cache keeps the response. Raises ``Exhausted``.
        """
        fields, limit = request_log(scope), self.settings.max_cost
        name = parameters.operation_name
        shown = name or parameters.document_id
        fields["operation"] = shown and shown[:LOGGED_CHARACTERS]
        request = await self._request(document, parameters)
        cost = self.documents.cost(request)
        begun, seconds = deadline_of(scope)
        budget = Budget(limit, seconds, self.settings.max_response_bytes, since=begun)
        client = (scope.get("client") or ("",))[0]
        if document.errors:
            answer = Answer(None, document.errors)
        elif cost > limit:
            answer = Answer(None, (too_complex(f"it asks for {cost:,} values, of {limit:,} at most"),))
        else:
            with Context(
                self.services, fields["request_id"], fields.trace, self.settings, budget, client=client
            ) as context:
                answer = await self._execute(scope, request, context, cost)
                # What registers a query has to be seen each time: its registration may be gone when the answer is not.
                registers = parameters.query is not None and parameters.query_hash is not None
                if document.is_pure(self.engine.schema, name) and not answer.errors and not registers:
                    scope["state"]["snapshots"] = context.versions
        told = {"requested": max(cost, budget.spent), "limit": limit}
        return answer, {"cost": told} if parameters.wants_cost else {}

    async def _execute(self, scope: Scope, request: OperationRequest, context: Context, cost: int) -> Answer:
        """Execute an operation that is allowed, charge for it, and log how it was executed."""
        await reserve(scope, cost)
        try:
            answer = await self.offload.execute(self.engine, request, context, cost)
        finally:
            settle(scope, context.budget.spent)
        fields = request_log(scope)
        log_keys(fields, context.snapshots)
        fields["execution"] = "plan" if answer.planned else "general"
        return answer

    async def _answer(
        self,
        scope: Scope,
        headers: Mapping[str, str],
        answer: Answer,
        media_type: str,
        extensions: Mapping[str, Any],
        caching: Mapping[str, str],
    ) -> Response:
        """Write a response. A request error is 400 for clients of the new media type, and 200 for others."""
        fields = request_log(scope)
        with fields.trace.stage("respond"):
            errors = public_errors(answer, fields["request_id"]) if answer.errors else []
            fields["codes"] = sorted({each["extensions"]["code"] for each in errors})
            chunks = write_map(answer.data, errors, extensions)
            check_size(sum(map(len, chunks)), self.settings.max_response_bytes)
            request_error = answer.data is None and media_type == GRAPHQL_JSON
            return await self.responder.respond(
                headers,
                chunks,
                media_type=media_type,
                status=_status(answer.errors) if request_error else 200,
                headers={"vary": VARY, **caching},
                key=caching.get("etag"),
            )

    async def _refuse(self, scope: Scope, headers: Mapping[str, str], fault: ServiceError) -> Response:
        """Respond to a request that is not GraphQL, in the client's media type, or in JSON if it accepts neither."""
        request_log(scope).update(codes=[fault.code])
        scope["state"].pop("snapshots", None)  # a refusal is not to be kept as their answer
        media_type = preferred_media_type(headers.get("accept"), (GRAPHQL_JSON, JSON), JSON) or JSON
        retry = {"retry-after": RETRY_AFTER} if fault.status == 503 else {}
        error = {"message": fault.message, "extensions": {"code": fault.code}}
        return await self.responder.respond(
            headers,
            [orjson.dumps({"errors": [error]})],
            media_type=media_type,
            status=fault.status,
            headers={"vary": VARY, **fault.headers, **retry},
        )


def _status(errors: Sequence[GraphQLError]) -> int:
    """Return the HTTP status of a request error."""
    original = errors[0].original_error
    return original.status if isinstance(original, ServiceError) else 400
