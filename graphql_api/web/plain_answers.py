"""Small JSON answers of the plain routes, errors among them: ``{"detail": …}``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import BadRequest, ServiceError
from graphql_api.web.middleware import request_log
from graphql_api.web.refusals import RETRY_AFTER

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


async def service_error(request: Request, error: Exception) -> Response:
    """Answer one of our errors as ``{"detail": …}``."""
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for this class only
    return _refusal(request, error, {"detail": error.message})


async def coded_error(request: Request, error: ServiceError) -> Response:
    """Answer one of our errors as ``{"error": {"message": …, "code": …}}``; all of 400 have one code there."""
    code = BadRequest.code if error.status == BadRequest.status else error.code
    return _refusal(request, error, {"error": {"message": error.message, "code": code}})


def _refusal(request: Request, error: ServiceError, body: dict[str, Any]) -> Response:
    request_log(request.scope).update(code=error.code, error=error.message, **error.log_fields)
    headers = {"retry-after": RETRY_AFTER} if error.status == 503 else {}
    return uncached(body, error.status, {**headers, **error.headers})


async def http_error(_request: Request, error: Exception) -> Response:
    """Answer a route or method that does not exist as ``{"detail": …}``."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return uncached({"detail": error.detail}, error.status_code, error.headers or {})


def uncached(body: dict[str, Any], status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Answer with JSON that no cache keeps."""
    return Response(orjson.dumps(body), status, {"cache-control": "no-store", **headers}, "application/json")
