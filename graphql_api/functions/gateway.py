"""What API Gateway, Function URLs and load balancers send to a function: told from other events, and read strictly."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import orjson
from mangum.types import LambdaHandler, Scope

from graphql_api.errors import BadRequest

Event = Mapping[str, Any]

HTTP_FIELDS = frozenset({"httpMethod", "rawPath"})
"""Fields that only events of HTTP have."""

HTTP_CONTEXTS = frozenset({"elb", "http"})
"""The same of their ``requestContext``."""

OTHER_FIELDS = frozenset({"methodArn", "routeArn"})
"""Fields of events that look like HTTP and are not: of authorizers."""

OTHER_CONTEXTS = frozenset({"connectionId"})
"""The same of their ``requestContext``: of WebSocket connections."""

PARAMETER = re.compile(r"\{(\w+)\+?\}")

MALFORMED = "The event is no request: its path, headers or body cannot be read."


def is_http(event: Any) -> bool:
    """Return whether an event is an HTTP request, be it complete or not."""
    if not isinstance(event, Mapping) or OTHER_FIELDS & event.keys():
        return False
    context = event.get("requestContext")
    names = context.keys() if isinstance(context, Mapping) else frozenset[str]()
    return bool(HTTP_FIELDS & event.keys() or HTTP_CONTEXTS & names) and not OTHER_CONTEXTS & names


def read_request(event: Event, infer: Callable[[], LambdaHandler]) -> tuple[LambdaHandler, Scope, bytes]:
    """Return the adapter to an event's gateway, and the ASGI scope and the body that it reads of the event.

    Raises ``BadRequest`` for an event that lacks something, has it in another type, or holds what no request can: a
    body that is no base64, or half a surrogate pair. The adapter does not look, and fails in many ways.
    """
    try:
        gateway = infer()
        scope, body = gateway.scope, gateway.body
        _check(event, scope)
        scope = {**scope, "root_path": _root_path(event, scope["path"])}
    except Exception as error:
        raise BadRequest(MALFORMED) from error
    return gateway, scope, body


def refused(event: Event, error: BadRequest) -> dict[str, Any]:
    """Return a reply of any gateway that tells a fault, in the form of the route where the event names one."""
    path = event.get("rawPath") or event.get("path")
    graphql = isinstance(path, str) and path.rstrip("/").endswith("/graphql")
    told = {"message": error.message, "extensions": {"code": error.code}}
    body = orjson.dumps({"errors": [told]} if graphql else {"detail": error.message}).decode()
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    reply = {"statusCode": error.status, "headers": headers, "body": body, "isBase64Encoded": False}
    if "multiValueHeaders" in event:  # what load balancers look at, where they sent headers so
        reply["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return reply


def _check(event: Event, scope: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` or ``TypeError`` for what the adapter has passed on and no request can hold."""
    body = event.get("body")
    if event.get("isBase64Encoded") not in {None, False, True} or not isinstance(body, str | None):
        raise TypeError
    if not all(isinstance(event[name], str) for name in ("path", "rawPath") if name in event):
        raise TypeError
    if event.get("isBase64Encoded") and body:
        base64.b64decode(body, validate=True)
    host, _port = scope["client"]
    for text in (scope["method"], scope["scheme"], scope["path"], host or ""):
        text.encode()
    if not scope["method"].isalpha() or not scope["path"].startswith("/"):
        raise ValueError
    if scope["scheme"] not in {"http", "https"}:
        raise ValueError


def _root_path(event: Event, path: str) -> str:
    """Return what stands before the route in a path, for the router to take off.

    That is the base path of a custom domain, which shows where the gateway names the route and its parameters; else
    the stage that an HTTP API leaves there, unless it is ``$default``.
    """
    _, _, route = str(event.get("routeKey", "")).partition(" ")
    parameters = event.get("pathParameters") or {}
    route = PARAMETER.sub(lambda found: str(parameters.get(found[1], "")), str(event.get("resource") or route))
    if route.strip("/") and path.endswith(route := unquote(route)):
        return path.removesuffix(route)
    stage = event["requestContext"].get("stage", "$default")
    return f"/{stage}" if "version" in event and stage != "$default" else ""
