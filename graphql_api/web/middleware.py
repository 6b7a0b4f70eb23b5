"""Around every request: its id, its one log line, Server-Timing, security headers; and the mask over what fails."""

import re
import time
import uuid
from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.repository.trace import Trace

REQUEST_ID = re.compile(r"[A-Za-z0-9_.:=-]{1,128}")
LOGGED_CHARACTERS = 200
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "cross-origin",
    "x-frame-options": "DENY",
}
"""On every answer; pages have a content security policy of their own."""

TRANSPORT_SECURITY = "max-age=31536000"

log = structlog.get_logger(__name__)


class RequestLog(dict[str, Any]):
    """What the log line of one request will say; handlers add to it. ``trace`` gathers the stages' durations."""

    def __init__(self, **fields: Any) -> None:
        """Begin with ``fields``."""
        super().__init__(**fields)
        self.trace = Trace()


def request_log(scope: Scope) -> RequestLog:
    """Give the log fields of the request that ``scope`` belongs to."""
    found: RequestLog = scope["state"]["log"]
    return found


class RequestMiddleware:
    """Outermost of all: nothing leaves the process without an id, a log line and the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        path = scope["path"][:LOGGED_CHARACTERS]
        fields = RequestLog(request_id=request_id(scope), method=scope["method"], path=path)
        scope.setdefault("state", {})["log"] = fields
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=fields["request_id"])
        status = 0

        async def send_head(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(raw=message["headers"]), scope, fields, time.perf_counter() - begun)
            await send(message)

        try:
            await self.app(scope, receive, send_head)
        finally:
            log_request(fields, status, time.perf_counter() - begun)


class MaskMiddleware:
    """Innermost, so that browsers may read it: what fails unexpectedly is logged in full, and shown as nothing."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with a 500 where the app fails before it has begun to answer."""
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("unexpected_error")
            if not begun:
                await _answer_500(request_log(scope)["request_id"], send_noting)


def request_id(scope: Scope) -> str:
    """Take the id that Lambda or the client gave the request, if it is of a harmless form, or make one."""
    context = scope.get("aws.context")
    given = getattr(context, "aws_request_id", None) or Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _add_headers(headers: MutableHeaders, scope: Scope, fields: RequestLog, seconds: float) -> None:
    headers["x-request-id"] = fields["request_id"]
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault("strict-transport-security", TRANSPORT_SECURITY)
    stages = [*fields.trace.stages.items(), ("total", seconds)]
    headers["server-timing"] = ", ".join(f"{name};dur={duration * 1000:.2f}" for name, duration in stages)


async def _answer_500(identifier: str, send: Send) -> None:
    body = orjson.dumps({"detail": "Internal server error", "requestId": identifier})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def log_request(fields: RequestLog, status: int, seconds: float) -> None:
    """Write the request's line: ERROR for 5xx, WARNING for 4xx, INFO else."""
    write = log.error if status >= 500 or not status else log.warning if status >= 400 else log.info
    stages = {name: round(duration * 1000, 2) for name, duration in fields.trace.stages.items()}
    write("request", **fields, cache=fields.trace.outcomes, status=status, ms=round(seconds * 1000, 2), stages=stages)
