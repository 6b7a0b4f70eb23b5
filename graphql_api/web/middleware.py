"""For every request: its id, its log line, Server-Timing, security headers, and the masking of unexpected errors."""

import logging
import random
import re
import time
from collections.abc import Awaitable, Iterable
from itertools import chain
from typing import Any, Protocol

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.logs import REQUEST_ID, EventLogger
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.trace import Trace
from graphql_api.web.deadline import set_deadline
from graphql_api.web.refusals import CODED_PATHS, coded_body, is_coded, refusal
from graphql_api.web.replay import Headers, Key, Replayed, replay_of

HARMLESS_ID = re.compile(r"[A-Za-z0-9_.:=-]{1,128}")
LOGGED_CHARACTERS = 200
MAX_HEADERS = 100
"""Maximum number of headers of a request. Browsers behind several proxies send about 40."""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
"""Headers of every response. Pages have a content security policy of their own."""

NO_STORE = (b"cache-control", b"no-store")
"""``Cache-Control`` of every response that has none."""

TRANSPORT_SECURITY = (b"strict-transport-security", b"max-age=31536000")

log = EventLogger(__name__)


class RequestLog(dict[str, Any]):
    """The fields of a request's log line. Handlers add fields. ``trace`` collects the durations of stages."""

    def __init__(self, **fields: Any) -> None:
        """Start with ``fields``."""
        super().__init__(**fields)
        self.trace = Trace()


def request_log(scope: Scope) -> RequestLog:
    """Return the log fields of the request of ``scope``."""
    found: RequestLog = scope["state"]["log"]
    return found


class Keyed(Protocol):
    """A snapshot, or an object with its owner and key."""

    @property
    def owner(self) -> Snapshots[Any]:
        """Return the service that made it."""

    @property
    def key(self) -> str:
        """Return its key."""


def log_keys(fields: RequestLog, snapshots: Iterable[Keyed]) -> None:
    """Log the keys that a response was made of, one field for each kind."""
    for each in snapshots:
        fields.setdefault(each.owner.keys_field, []).append(each.key)


def request_headers(scope: Scope) -> dict[str, str]:
    """Return a request's headers by their names in lower case. Repeated headers are joined by commas."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    found = dict(headers)
    if len(found) < len(headers):
        values: dict[str, list[str]] = {}
        for name, value in headers:
            values.setdefault(name, []).append(value)
        found = {name: ", ".join(repeated) for name, repeated in values.items()}
    return found


class RequestMiddleware:
    """The outermost layer: every response has an id, a deadline, a log line and the security headers."""

    def __init__(self, app: ASGIApp, max_header_bytes: int, seconds: float, coded_paths: tuple[str, ...] = ()) -> None:
        """Wrap ``app``. A request with more than ``max_header_bytes`` of headers is refused.

        ``seconds`` is the time limit of a request. All inner layers use the deadline that is set here. Errors at
        one of ``coded_paths`` have a code.
        """
        self.app = app
        self.coded_paths = coded_paths
        self.seconds = seconds
        self.max_header_bytes = max_header_bytes
        self.too_large = f"There are more than {MAX_HEADERS} headers, or they hold more than {max_header_bytes} bytes."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        fields = _begin(scope)
        set_deadline(scope, self.seconds)
        scope["state"][CODED_PATHS] = self.coded_paths
        outer = REQUEST_ID.set(fields["request_id"])
        status = 0

        def send_head(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_own(message["headers"], scope, fields, time.perf_counter() - begun)
            return send(message)

        try:
            headers = scope["headers"]
            if len(headers) > MAX_HEADERS or sum(map(len, chain.from_iterable(headers))) > self.max_header_bytes:
                for message in refusal(431, self.too_large, scope=scope):
                    await send_head(message)
            else:
                await self.app(scope, receive, send_head)
        finally:
            _log_request(fields, status, time.perf_counter() - begun)
            REQUEST_ID.reset(outer)

    def replay(self, scope: Scope, key: Key, max_bytes: int) -> Replayed | None:
        """Return the response of the inner layer with the headers of every response, and log it."""
        inner = replay_of(self.app)
        if inner is None:
            return None
        begun = time.perf_counter()
        fields = _begin(scope)
        outer = REQUEST_ID.set(fields["request_id"])
        try:
            answer = inner(scope, key, max_bytes)
            if answer is not None:
                seconds = time.perf_counter() - begun
                answer = Replayed(answer.status, _with_own(answer.headers, scope, fields, seconds), answer.chunks)
                _log_request(fields, answer.status, time.perf_counter() - begun)
            return answer
        finally:
            REQUEST_ID.reset(outer)


class MaskMiddleware:
    """The innermost layer, so that browsers may read its 500: an unexpected error is logged and hidden from clients."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with a 500 if the app fails before its response has started."""
        begun = False

        def send_noting(message: Message) -> Awaitable[None]:
            nonlocal begun
            begun = True
            return send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("unexpected_error")
            if not begun:
                await _answer_500(scope, send_noting)


def _begin(scope: Scope) -> RequestLog:
    """Start the log of a request, and store it in the request's state."""
    path = scope["path"][:LOGGED_CHARACTERS]
    fields = RequestLog(request_id=_request_id(scope), method=scope["method"], path=path)
    scope.setdefault("state", {})["log"] = fields
    return fields


def _request_id(scope: Scope) -> str:
    """Return the id that Lambda or the client gave the request, if its form is allowed, or a new one."""
    context = scope.get("aws.context")
    given = getattr(context, "aws_request_id", None)
    if given is None:
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
    return given if HARMLESS_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def _with_own(headers: Headers, scope: Scope, fields: RequestLog, seconds: float) -> Headers:
    """Add the headers of every response, unless the response has its own."""
    present = dict(headers)
    own = [pair for pair in SECURITY_HEADERS if pair[0] not in present]
    if b"cache-control" not in present:
        own.append(NO_STORE)
    vary = present.get(b"vary", b"")
    if b"Origin" not in vary:  # CORS says it of some answers; of the others, too, a page may get another
        headers = [pair for pair in headers if pair[0] != b"vary"]
        own.append((b"vary", b"%b, Origin" % vary if vary else b"Origin"))
    if scope["scheme"] == "https":
        own.append(TRANSPORT_SECURITY)
    stages = "".join([f"{name};dur={duration * 1000:.2f}, " for name, duration in fields.trace.stages.items()])
    timing = f"{stages}total;dur={seconds * 1000:.2f}"
    own += (b"x-request-id", fields["request_id"].encode()), (b"server-timing", timing.encode())
    return [*headers, *own]


async def _answer_500(scope: Scope, send: Send) -> None:
    message = "Internal server error"
    told = coded_body(500, message) if is_coded(scope) else {"detail": message}
    body = orjson.dumps({**told, "requestId": request_log(scope)["request_id"]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _log_request(fields: RequestLog, status: int, seconds: float) -> None:
    """Write the request's log line: ERROR for 5xx, WARNING for 4xx, otherwise INFO."""
    level = logging.ERROR if status >= 500 or not status else logging.WARNING if status >= 400 else logging.INFO
    if not log.writes(level):
        return
    stages = {name: round(duration * 1000, 2) for name, duration in fields.trace.stages.items()}
    outcomes, ms = fields.trace.outcomes, round(seconds * 1000, 2)
    log.log(level, "request", **fields, cache=outcomes, status=status, ms=ms, stages=stages)
