"""AWS Lambda entry: the app behind API Gateway, Function URL and ALB events, within the size of a Lambda reply."""

import os
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from awslambdaric.lambda_runtime_marshaller import to_json  # type: ignore[import-untyped]
from mangum import Mangum
from mangum.protocols import HTTPCycle
from mangum.types import ASGI, LambdaContext, LambdaEvent, Response, Scope

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import ResponseTooLarge

REPLY_BYTES = 6_291_556  # what Lambda's Runtime API takes; above it the runtime client exits and the cache is lost
ALB_REPLY_BYTES = 1_000_000  # a load balancer turns a larger reply into a bare 502
CHARACTER_BYTES = 12  # what one character becomes at most in JSON: an escaped surrogate pair

# Anything else, and whatever is no UTF-8 (a compressed body), Mangum sends as base64.
TEXT_TYPES = [
    "text/",
    "application/json",
    "application/graphql-response+json",
    "application/javascript",
    "image/svg+xml",
]
# What describes the body that a refusal replaces; the rest (CORS, Vary, the request id) holds for the refusal too.
BODY_HEADERS = {b"cache-control", b"content-encoding", b"content-length", b"content-type", b"etag", b"last-modified"}
TOO_LARGE = "The answer is too large to be sent: ask for fewer rows or fields, or send `Accept-Encoding: gzip`."

Reply = dict[str, Any]
log = structlog.get_logger(__name__)


def serve(app: ASGI) -> Callable[[LambdaEvent, LambdaContext], Reply]:
    """Make the Lambda handler of ``app``. Lifespan events are never sent: the app must be ready when it is made."""
    adapter = Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES)

    def handle(event: LambdaEvent, context: LambdaContext) -> Reply:
        if "requestContext" not in event:
            return _refuse_event(event, context)
        gateway = adapter.infer(event, context)
        scope = {**gateway.scope, "root_path": _stage_path(event)}
        response = HTTPCycle(scope, gateway.body)(app)
        reply: Reply = gateway(response)
        limit = ALB_REPLY_BYTES if "elb" in event["requestContext"] else REPLY_BYTES
        # Nearly every reply is so small that it need not be written out to be sure.
        if len(reply["body"]) * CHARACTER_BYTES > limit // 2 and (size := len(to_json(reply).encode())) > limit:
            log.warning("reply_too_large", request_id=context.aws_request_id, path=scope["path"], bytes=size)
            return gateway(_too_large(scope, response))
        return reply

    return handle


def _stage_path(event: LambdaEvent) -> str:
    """Give the prefix ``/prod`` that an HTTP API leaves in the path of a named stage, for the router to take off."""
    stage = event["requestContext"].get("stage", "$default")
    return f"/{stage}" if "version" in event and stage != "$default" else ""


def _too_large(scope: Scope, response: Response) -> Response:
    """Answer 413 in the form of the route, under the content type that the route had agreed with the client."""
    graphql = scope["path"].endswith("/graphql")
    error = {"message": TOO_LARGE, "extensions": {"code": ResponseTooLarge.code}}
    body = orjson.dumps({"errors": [error]} if graphql else {"detail": TOO_LARGE})
    agreed = next((value for name, value in response["headers"] if name.lower() == b"content-type"), b"")
    kept = [[name, value] for name, value in response["headers"] if name.lower() not in BODY_HEADERS]
    described = [[b"content-type", agreed if graphql else b"application/json"], [b"cache-control", b"no-store"]]
    return {"status": ResponseTooLarge.status, "headers": kept + described, "body": body}


def _refuse_event(event: LambdaEvent, context: LambdaContext) -> Reply:
    """Report an event that is no HTTP request. Returned, not raised: Lambda would only deliver it twice more."""
    source = event.get("source", "unknown")
    log.error("event_not_http", request_id=context.aws_request_id, source=source, detail_type=event.get("detail-type"))
    return {"error": f"This function answers HTTP events only, not one of {source}."}


handler = serve(create_app(Settings.from_environ(os.environ)))
