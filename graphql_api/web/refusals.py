"""Error responses to requests that do not reach a route, readable for clients of GraphQL and of REST.

Some routes have their own form of errors. A request that is refused before routing gets the form of its path.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.types import Message, Scope

from graphql_api.errors import BadRequest, MethodNotAllowed, NotFound, Overloaded, RequestTimeout, ServiceError

RETRY_AFTER = "5"
"""Seconds that a client should wait after a 503."""

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
"""In ``scope["state"]``: the paths whose errors have codes. A path that ends in a slash is a prefix."""


def is_coded(scope: Scope) -> bool:
    """Return whether errors of this path are ``{"error": {"message": …, "code": …}}``."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    coded = scope["state"].get(CODED_PATHS, ())
    return any(path.startswith(each) if each.endswith("/") else path == each for each in coded)


def coded_body(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """Return the body of an error with a code. All errors with status 400 have the same code."""
    code = BadRequest.code if status == BadRequest.status else code or CODES.get(status, BadRequest.code)
    return {"error": {"message": message, "code": code}}


def refusal(
    status: int,
    detail: str,
    code: str | None = None,
    own: Mapping[str, str] = NO_HEADERS,
    scope: Scope | None = None,
) -> tuple[Message, Message]:
    """Return the two ASGI messages of an error: ``detail`` is for clients of REST, ``errors`` for those of GraphQL.

    ``code`` is by default that of the status. ``own`` are additional headers. The form depends on the path of
    ``scope``, if there is one.
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
