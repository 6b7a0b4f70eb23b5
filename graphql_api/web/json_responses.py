"""Small JSON responses of plain routes, and their errors in the form of their path."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import ServiceError
from graphql_api.web.middleware import request_log
from graphql_api.web.refusals import RETRY_AFTER, coded_body, is_coded

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


async def service_error(request: Request, error: Exception) -> Response:
    """Return one of our errors as ``{"detail": …}``, or as ``{"error": {"message": …, "code": …}}``."""
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for this class only
    request_log(request.scope).update(code=error.code, error=error.message, **error.log_fields)
    is_plain = not is_coded(request.scope)
    body = {"detail": error.message} if is_plain else coded_body(error.status, error.message, error.code)
    headers = {"retry-after": RETRY_AFTER} if error.status == 503 else {}
    return uncached(body, error.status, {**headers, **error.headers})


async def http_error(request: Request, error: Exception) -> Response:
    """Return the error of a route or method that does not exist, in the same forms."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    is_plain = not is_coded(request.scope)
    body = {"detail": error.detail} if is_plain else coded_body(error.status_code, error.detail)
    return uncached(body, error.status_code, error.headers or {})


def uncached(body: dict[str, Any], status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Return JSON that no cache keeps."""
    return Response(orjson.dumps(body), status, {"cache-control": "no-store", **headers}, "application/json")
