"""AWS Lambda entry: the app behind API Gateway, Function URL and ALB events, within the size of a Lambda reply.

The warmer's own event runs the warmer; any other event fails. Each invocation is counted in one line of metrics.
"""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

import orjson
import structlog
from awslambdaric.lambda_runtime_marshaller import to_json  # type: ignore[import-untyped]
from mangum import Mangum
from mangum.protocols import HTTPCycle
from mangum.types import ASGI, LambdaContext, LambdaEvent, Response, Scope
from snapshot_restore_py import register_after_restore  # type: ignore[import-untyped]

from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.errors import BadRequest, ResponseTooLarge, ServiceError
from graphql_api.installed import read_settings
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.settings import JockeysSettings
from graphql_api.jockeys.warmer import warm
from graphql_api.logs import REQUEST_ID
from graphql_api.process import settle
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.protocol import Storage
from graphql_api.storage.sources import open_storage
from graphql_api.web.gateway import is_http, read_request, refused
from graphql_api.web.metrics import Metrics
from graphql_api.web.middleware import RequestLog

REPLY_BYTES = 6_291_556  # what Lambda's Runtime API takes; above it the runtime client exits and the cache is lost
ALB_REPLY_BYTES = 1_000_000  # a load balancer turns a larger reply into a bare 502
WARMER_SOURCE = "graphql_api.repository.warmer"  # of the event that a schedule has as its input: deploy/events.yml
WARMER_RESERVE = 2.0  # seconds of an invocation that the warmer leaves unused, since what Lambda kills loses its cache
CONNECT_SECONDS = 2.5  # that the start of a process waits for the storage, of the 10 that Lambda gives it
CHARACTER_BYTES = 12  # what one character becomes at most in JSON: an escaped surrogate pair

# Anything else, and whatever is no UTF-8 (a compressed body), Mangum sends as base64.
TEXT_TYPES = [
    "text/",
    "application/json",
    "application/graphql-response+json",
    "application/javascript",
    "image/svg+xml",
]
# What describes the body that a refusal replaces; the rest (CORS, Vary, the request id) holds for the refusal too.
BODY_HEADERS = {b"cache-control", b"content-encoding", b"content-length", b"content-type", b"etag", b"last-modified"}
TOO_LARGE = "The answer is too large to be sent: ask for fewer rows or fields, or send `Accept-Encoding: gzip`."

Reply = dict[str, Any]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Operations:
    """What a function does beside answering: it counts, and keeps jockeys warm."""

    jockeys: Jockeys
    settings: Settings
    metrics: Metrics

    def warm(self, _event: LambdaEvent, context: LambdaContext) -> Reply:
        """Run the warmer on the loop that requests use, within the time that the invocation has."""
        seconds = context.get_remaining_time_in_millis() / 1000 - WARMER_RESERVE
        work = warm(self.jockeys, self.settings, min(seconds, self.settings.of(JockeysSettings).warm_seconds))
        outer = REQUEST_ID.set(context.aws_request_id)
        try:
            run = asyncio.get_event_loop().run_until_complete(work)
        finally:
            REQUEST_ID.reset(outer)
        self.metrics.warming(run, context.aws_request_id)
        return {"warmed": {"planned": run.planned, "left": run.left, **run.trace.outcomes}}


@dataclass(frozen=True, slots=True)
class HttpEvents:
    """Answers HTTP events by an application, and counts what it answers where there are ``operations``."""

    app: ASGI
    operations: Operations | None
    adapter: Mangum

    def answer(self, event: LambdaEvent, context: LambdaContext) -> Reply:
        """Answer one event in the form of its gateway."""
        begun = time.perf_counter()
        try:
            scope, body = read_request(event, lambda: self._read(event, context))
        except BadRequest as error:
            log.warning("event_malformed", request_id=context.aws_request_id, reason=repr(error.__cause__))
            reply = refused(event, error)
            self._count({}, context, error.status, len(reply["body"]), begun)
            return reply
        gateway = self.adapter.infer(event, context)
        response = HTTPCycle(scope, body)(self.app)
        reply = gateway(response)
        limit = ALB_REPLY_BYTES if "elb" in event["requestContext"] else REPLY_BYTES
        # Nearly every reply is so small that it need not be written out to be sure.
        if len(reply["body"]) * CHARACTER_BYTES > limit // 2 and (size := len(to_json(reply).encode())) > limit:
            log.warning("reply_too_large", request_id=context.aws_request_id, path=scope["path"], bytes=size)
            response = _too_large(scope, response)
            reply = gateway(response)
        self._count(scope, context, response["status"], len(response["body"]), begun)
        return reply

    def _read(self, event: LambdaEvent, context: LambdaContext) -> tuple[Scope, bytes]:
        gateway = self.adapter.infer(event, context)
        return gateway.scope, gateway.body

    def _count(self, scope: Scope, context: LambdaContext, status: int, size: int, begun: float) -> None:
        if self.operations:
            fields = scope.get("state", {}).get("log") or RequestLog(request_id=context.aws_request_id)
            self.operations.metrics.request(fields, status, size, time.perf_counter() - begun)


def serve(app: ASGI, operations: Operations | None = None) -> Callable[[LambdaEvent, LambdaContext], Reply]:
    """Make the Lambda handler of ``app``. Lifespan events are never sent: the app must be ready when it is made.

    It raises ``UnknownEvent`` for an event that is neither of HTTP nor the warmer's.
    """
    http = HttpEvents(app, operations, Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES))
    kinds: list[tuple[Callable[[Any], bool], Callable[[LambdaEvent, LambdaContext], Reply]]] = [(is_http, http.answer)]
    if operations:
        kinds.append((_is_warmer, operations.warm))

    def handle(event: LambdaEvent, context: LambdaContext) -> Reply:
        for is_kind, run in kinds:
            if is_kind(event):
                return run(event, context)
        raise _unknown(event, context)

    return handle


def _too_large(scope: Scope, response: Response) -> Response:
    """Answer 413 in the form of the route, under the content type that the route had agreed with the client."""
    graphql = scope["path"].endswith("/graphql")
    error = {"message": TOO_LARGE, "extensions": {"code": ResponseTooLarge.code}}
    body = orjson.dumps({"errors": [error]} if graphql else {"detail": TOO_LARGE})
    agreed = next((value for name, value in response["headers"] if name.lower() == b"content-type"), b"")
    kept = [[name, value] for name, value in response["headers"] if name.lower() not in BODY_HEADERS]
    described = [[b"content-type", agreed if graphql else b"application/json"], [b"cache-control", b"no-store"]]
    return {"status": ResponseTooLarge.status, "headers": kept + described, "body": body}


class UnknownEvent(Exception):
    """An event that this function does not handle. Raised, since a queue takes what is returned for success."""


def _is_warmer(event: Any) -> bool:
    """Say whether an event is the warmer's own: its source alone is not that of any schedule."""
    return isinstance(event, dict) and event.get("source") == WARMER_SOURCE


def _unknown(event: Any, context: LambdaContext) -> UnknownEvent:
    """Report an event of no known kind, and make its error."""
    fields = event if isinstance(event, dict) else {}
    records = fields.get("Records")
    first = records[0] if isinstance(records, list) and records and isinstance(records[0], dict) else {}
    source = fields.get("source") or first.get("eventSource") or first.get("EventSource") or "unknown"
    log.error("event_unknown", request_id=context.aws_request_id, source=source, detail_type=fields.get("detail-type"))
    return UnknownEvent(f"This function answers HTTP events and its warmer's, not one of {source}.")


def connect(storage: Storage) -> None:
    """Pay for the first connection before the first request comes: SDK, configuration, TLS, and the decoders' import.

    It raises nothing and does not wait for long: what failed or hangs is for the first request to meet.
    """

    def attempt() -> None:
        with suppress(ServiceError):
            storage.check()

    thread = Thread(target=attempt, name="connect", daemon=True)
    thread.start()
    import graphql_api.jockeys.decoding  # noqa: F401 - while the network is waited for

    thread.join(CONNECT_SECONDS)


def start(settings: Settings) -> Callable[[LambdaEvent, LambdaContext], Reply]:
    """Make the function's handler, ready to answer."""
    storage = MeteredStorage(open_storage(settings))
    core = create_core(settings, storage)
    connect(storage)
    # A restored snapshot's connections are dead: find out before a request does.
    register_after_restore(connect, storage)
    cold = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "provisioned-concurrency"
    operations = Operations(core.services.get(Jockeys), settings, Metrics(settings.stage, storage, cold=cold))
    function = serve(serve_core(core, settings), operations)
    settle()
    return function


handler = start(read_settings(os.environ))
