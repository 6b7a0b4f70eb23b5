"""HTTP events: the application behind API Gateway, Function URLs and load balancers, within the size of a reply."""

import time
from dataclasses import dataclass
from typing import cast

from mangum import Mangum
from mangum.protocols import HTTPCycle
from mangum.types import ASGI, LambdaContext, LambdaEvent, Scope
from starlette.types import ASGIApp

from graphql_api.errors import BadRequest
from graphql_api.functions.dispatch import Reply
from graphql_api.functions.gateway import read_request, refused
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.replies import excess, too_large
from graphql_api.logs import EventLogger
from graphql_api.web.middleware import RequestLog

TEXT_TYPES = [
    "text/",
    "application/json",
    "application/graphql-response+json",
    "application/javascript",
    "image/svg+xml",
]
"""Anything else, and whatever is no UTF-8 (a compressed body), Mangum sends as base64."""

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class HttpEvents:
    """Answers HTTP events by an application, and counts what it answers where there are ``metrics``."""

    app: ASGI
    metrics: Metrics | None
    adapter: Mangum

    def handle(self, event: LambdaEvent, context: LambdaContext) -> Reply:
        """Answer one event in the form of its gateway."""
        begun = time.perf_counter()
        try:
            gateway, scope, body = read_request(event, lambda: self.adapter.infer(event, context))
        except BadRequest as error:
            log.warning("event_malformed", request_id=context.aws_request_id, reason=repr(error.__cause__))
            reply = refused(event, error)
            self.count({}, context, error.status, len(reply["body"]), begun)
            return reply
        response = HTTPCycle(scope, body)(self.app)
        reply = gateway(response)
        if size := excess(event, reply, len(response["body"])):
            log.warning("reply_too_large", request_id=context.aws_request_id, path=scope["path"], bytes=size)
            response = too_large(scope, response)
            reply = gateway(response)
        self.count(scope, context, response["status"], len(response["body"]), begun)
        return reply

    def count(self, scope: Scope, context: LambdaContext, status: int, size: int, begun: float) -> None:
        """Count an answer: its status, the bytes of its body, and when it was begun, by ``time.perf_counter``."""
        if self.metrics:
            fields = scope.get("state", {}).get("log") or RequestLog(request_id=context.aws_request_id)
            self.metrics.request(fields, status, size, time.perf_counter() - begun)


def http_events(app: ASGIApp, metrics: Metrics | None = None) -> HttpEvents:
    """Answer by ``app``. Lifespan events are never sent: the application must be ready when it is made."""
    asgi = cast("ASGI", app)  # the same, as Mangum knows it
    return HttpEvents(asgi, metrics, Mangum(asgi, lifespan="off", text_mime_types=TEXT_TYPES))
