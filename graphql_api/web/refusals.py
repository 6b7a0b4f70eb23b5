"""Error responses to requests that never reach a route, in a form that clients of GraphQL and of REST can read."""

from collections.abc import Mapping
from types import MappingProxyType

import orjson
from starlette.types import Message

from graphql_api.errors import Overloaded, RequestTimeout

RETRY_AFTER = "5"
"""Seconds that a client should wait behind a 503."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

CODES = {408: RequestTimeout.code, 503: Overloaded.code}
"""Codes of errors by status; all others are ``BAD_REQUEST``."""


def refusal(
    status: int, detail: str, code: str | None = None, own: Mapping[str, str] = NO_HEADERS
) -> tuple[Message, Message]:
    """Return the two messages of an answer: ``detail`` is for clients of REST, ``errors`` for those of GraphQL.

    ``code`` is the error's, by default that of the status; ``own`` are further headers.
    """
    error = {"message": detail, "extensions": {"code": code or CODES.get(status, "BAD_REQUEST")}}
    body = orjson.dumps({"detail": detail, "errors": [error]})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        *((name.encode(), value.encode()) for name, value in own.items()),
    ]
    if status == 503:
        headers.append((b"retry-after", RETRY_AFTER.encode()))
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return start, {"type": "http.response.body", "body": body}
