"""Error responses to requests that never reach a route, in a form that clients of GraphQL and of REST can read.

Some routes have a form of their own; a request that is refused before its route is found gets that of its path.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.types import Message, Scope

from graphql_api.errors import BadRequest, MethodNotAllowed, NotFound, Overloaded, RequestTimeout, ServiceError

RETRY_AFTER = "5"
"""Seconds that a client should wait behind a 503."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

CODES = {
    404: NotFound.code,
    405: MethodNotAllowed.code,
    408: RequestTimeout.code,
    500: ServiceError.code,
    503: Overloaded.code,
}
"""Codes of errors by status; all others are ``BAD_REQUEST``."""

CODED_PATHS = "coded_paths"
"""In ``scope["state"]``: the paths whose errors have codes; one that ends in a slash stands for all that begin so."""


def is_coded(scope: Scope) -> bool:
    """Return whether errors of this path are ``{"error": {"message": …, "code": …}}``."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    coded = scope["state"].get(CODED_PATHS, ())
    return any(path.startswith(each) if each.endswith("/") else path == each for each in coded)


def coded_body(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """Return the body of an error with a code; all of 400 have one code there."""
    code = BadRequest.code if status == BadRequest.status else code or CODES.get(status, BadRequest.code)
    return {"error": {"message": message, "code": code}}


def refusal(
    status: int,
    detail: str,
    code: str | None = None,
    own: Mapping[str, str] = NO_HEADERS,
    scope: Scope | None = None,
) -> tuple[Message, Message]:
    """Return the two messages of an answer: ``detail`` is for clients of REST, ``errors`` for those of GraphQL.

    ``code`` is the error's, by default that of the status; ``own`` are further headers. The form follows the path of
    ``scope``, where there is one.
    """
    error = {"message": detail, "extensions": {"code": code or CODES.get(status, BadRequest.code)}}
    is_plain = scope is None or not is_coded(scope)
    told = {"detail": detail, "errors": [error]} if is_plain else coded_body(status, detail, code)
    body = orjson.dumps(told)
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
