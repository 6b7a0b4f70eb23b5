"""The size of a reply: what Lambda or a load balancer would not pass on is replaced by an error."""

from typing import Any

import orjson
from awslambdaric.lambda_runtime_marshaller import to_json  # type: ignore[import-untyped]
from mangum.types import Response, Scope

from graphql_api.errors import ResponseTooLarge

REPLY_BYTES = 6_291_556
"""What Lambda's Runtime API takes; above it the runtime client exits, and the caches are lost."""

ALB_REPLY_BYTES = 1_000_000
"""A load balancer turns a larger reply into a bare 502."""

CHARACTER_BYTES = 12
"""What one character becomes at most in JSON: an escaped surrogate pair."""

BODY_HEADERS = {b"cache-control", b"content-encoding", b"content-length", b"content-type", b"etag", b"last-modified"}
"""What describes the body that a refusal replaces; the rest (CORS, Vary, the request id) holds for the refusal too."""

TOO_LARGE = "The answer is too large to be sent: ask for fewer rows or fields, or send `Accept-Encoding: gzip`."


def excess(event: Any, reply: dict[str, Any]) -> int:
    """Return the bytes of a reply that is too large for its gateway, else 0."""
    limit = ALB_REPLY_BYTES if "elb" in event["requestContext"] else REPLY_BYTES
    # Nearly every reply is so small that it need not be written out to be sure.
    if len(reply["body"]) * CHARACTER_BYTES <= limit // 2:
        return 0
    size = len(to_json(reply).encode())
    return size if size > limit else 0


def too_large(scope: Scope, response: Response, message: str = TOO_LARGE) -> Response:
    """Answer 413 and why, in the form of the route, under the content type that the route had agreed upon."""
    graphql = scope["path"].endswith("/graphql")
    error = {"message": message, "extensions": {"code": ResponseTooLarge.code}}
    body = orjson.dumps({"errors": [error]} if graphql else {"detail": message})
    agreed = next((value for name, value in response["headers"] if name.lower() == b"content-type"), b"")
    kept = [[name, value] for name, value in response["headers"] if name.lower() not in BODY_HEADERS]
    described = [[b"content-type", agreed if graphql else b"application/json"], [b"cache-control", b"no-store"]]
    return {"status": ResponseTooLarge.status, "headers": kept + described, "body": body}
