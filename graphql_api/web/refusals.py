"""Answers to what never reaches a route: whole, in a form that clients of GraphQL and of REST alike can read."""

import orjson
from starlette.types import Message

from graphql_api.errors import Overloaded, RequestTimeout

RETRY_AFTER = "5"
"""Seconds that a client should wait behind a 503."""

CODES = {408: RequestTimeout.code, 503: Overloaded.code}
"""Codes of errors by status; all others are ``BAD_REQUEST``."""


def refusal(status: int, detail: str) -> tuple[Message, Message]:
    """Return the two messages of an answer: ``detail`` is for clients of REST, ``errors`` for those of GraphQL."""
    error = {"message": detail, "extensions": {"code": CODES.get(status, "BAD_REQUEST")}}
    body = orjson.dumps({"detail": detail, "errors": [error]})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    if status == 503:
        headers.append((b"retry-after", RETRY_AFTER.encode()))
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return start, {"type": "http.response.body", "body": body}
