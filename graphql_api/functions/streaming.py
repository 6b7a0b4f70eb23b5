"""HTTP events whose answers are streamed: what came by a Function URL. All else is answered as a whole, as ever."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from mangum.types import ASGI, LambdaContext, LambdaEvent, Scope
from starlette.responses import Response

from graphql_api.errors import BadRequest
from graphql_api.functions.api import HttpEvents
from graphql_api.functions.dispatch import Reply
from graphql_api.functions.exchange import Exchange, Post
from graphql_api.functions.gateway import read_request, refused
from graphql_api.logs import EventLogger

URL_DOMAIN = ".lambda-url."
"""In the domain name of every Function URL. Events of an HTTP API look the same, and it cannot take a stream."""

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamedReply:
    """An answer that is yet to be made: ``app`` makes it while it is sent."""

    http: HttpEvents
    app: ASGI
    scope: Scope
    body: bytes
    context: LambdaContext

    def send_to(self, post: Post) -> None:
        """Make and send it. Raises whatever the app raises before the head is sent."""
        begun = time.perf_counter()
        exchange = Exchange(self.scope, self.body, self.context, post)
        try:
            asyncio.get_event_loop().run_until_complete(exchange.run(self.app))
        finally:
            self.http.count(self.scope, self.context, exchange.status, exchange.sent, begun)


@dataclass(frozen=True, slots=True)
class StreamedEvents:
    """Answers HTTP events: of a Function URL by a stream, of other gateways as a whole."""

    http: HttpEvents

    def handle(self, event: LambdaEvent, context: LambdaContext) -> Reply | StreamedReply:
        """Answer one event in the form that its gateway takes."""
        if not is_of_url(event):
            return self.http.handle(event, context)
        try:
            _, scope, body = read_request(event, lambda: self.http.adapter.infer(event, context))
        except BadRequest as error:
            log.warning("event_malformed", request_id=context.aws_request_id, reason=repr(error.__cause__))
            reply = refused(event, error)
            app = cast("ASGI", Response(reply["body"], reply["statusCode"], reply["headers"]))
            return StreamedReply(self.http, app, {"type": "http", "method": "GET", "path": ""}, b"", context)
        return StreamedReply(self.http, self.http.app, scope, body, context)


def is_of_url(event: LambdaEvent) -> bool:
    """Return whether an event came by a Function URL."""
    context = event.get("requestContext")
    domain = context.get("domainName") if isinstance(context, Mapping) else None
    return isinstance(domain, str) and URL_DOMAIN in domain
