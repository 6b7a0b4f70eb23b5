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

MAX_STREAMED_BYTES = 200_000_000
"""The most that Lambda streams of one answer."""

FAST_BYTES = 6_000_000
"""What Lambda takes of a streamed answer at full speed."""

BYTES_PER_SECOND = 2_000_000
"""The speed at which it takes the rest."""

RESERVE = 0.5
"""Seconds of an invocation in which no piece is begun, but the first: an answer that tells of the deadline is short."""

ESCAPED_BYTES = 6
"""What one byte of a body becomes at most in JSON: an escaped control character. Of UTF-8 it is less, and of base64."""

BODY_HEADERS = {b"cache-control", b"content-encoding", b"content-length", b"content-type", b"etag", b"last-modified"}
"""What describes the body that a refusal replaces; the rest (CORS, Vary, the request id) holds for the refusal too."""

TOO_LARGE = "The answer is too large to be sent: ask for fewer rows or fields, or send `Accept-Encoding: gzip`."


def excess(event: Any, reply: dict[str, Any], body_bytes: int) -> int:
    """Return the bytes of a reply that is too large for its gateway, else 0; its body had ``body_bytes``."""
    limit = ALB_REPLY_BYTES if "elb" in event["requestContext"] else REPLY_BYTES
    # Nearly every reply is so small that it need not be written out to be sure; a quarter is for headers.
    if body_bytes * ESCAPED_BYTES <= limit * 3 // 4:
        return 0
    size = len(to_json(reply).encode())
    return size if size > limit else 0


def unsendable(size: int, seconds: float, *, begun: bool = False) -> str:
    """Return why a streamed body of so many bytes cannot be sent within ``seconds``; empty where it can.

    Once it has ``begun``, only the limit of its size counts.
    """
    if size > MAX_STREAMED_BYTES:
        return f"The answer has {size:,} bytes, and at most {MAX_STREAMED_BYTES:,} can be sent."
    needed = max(0, size - FAST_BYTES) / BYTES_PER_SECOND
    if needed > seconds and not begun:
        return f"The answer has {size:,} bytes. To send them takes {needed:.1f} seconds, and {seconds:.1f} are left."
    return ""


def too_large(scope: Scope, response: Response, message: str = TOO_LARGE) -> Response:
    """Answer 413 and why, in the form of the route, under the content type that the route had agreed upon."""
    graphql = scope["path"].endswith("/graphql")
    error = {"message": message, "extensions": {"code": ResponseTooLarge.code}}
    body = orjson.dumps({"errors": [error]} if graphql else {"detail": message})
    agreed = next((value for name, value in response["headers"] if name.lower() == b"content-type"), b"")
    kept = [[name, value] for name, value in response["headers"] if name.lower() not in BODY_HEADERS]
    described = [[b"content-type", agreed if graphql else b"application/json"], [b"cache-control", b"no-store"]]
    return {"status": ResponseTooLarge.status, "headers": kept + described, "body": body}
