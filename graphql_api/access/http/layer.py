"""The layer of access: before the response cache, every ETag and every replay, and around nothing but them.

Keys are taken out of a request's headers once it is admitted, so that all callers share what is kept. Where a key is
required, nothing leaves as ``public``, whichever route wrote it and whether or not it is replayed.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.access.callers import Caller
from graphql_api.access.http.addresses import Addresses
from graphql_api.access.http.answer_headers import with_caller_headers
from graphql_api.access.http.credentials import credentials, without_credentials
from graphql_api.access.http.meter import Meter
from graphql_api.access.http.needs import needed_scope
from graphql_api.access.service import CALLER as CONTEXT_CALLER
from graphql_api.access.service import Access
from graphql_api.access.visitors import Visitor
from graphql_api.errors import ServiceError
from graphql_api.web.charge import CHARGE, UNADMITTED, Charge
from graphql_api.web.cors import Cors
from graphql_api.web.middleware import request_log
from graphql_api.web.refusals import refusal
from graphql_api.web.replay import CALLER, Key, Replayed, replay_of
from graphql_api.web.routes import Http

PEER = "peer"
"""Stands for a visitor in a remembered request: the address is that of the connection it comes by the next time."""


def layer(http: Http) -> Callable[[ASGIApp], ASGIApp]:
    """Return the layer, with its first connection to the store."""
    access = http.services.get(Access)
    access.connect()
    return partial(Layer, access=access, http=http)


class Layer:
    """An ASGI application that admits requests to another, or refuses them."""

    def __init__(self, app: ASGIApp, access: Access, http: Http) -> None:
        """Stand before ``app``."""
        self.app = app
        self.access = access
        self.max_url_bytes = http.settings.max_url_bytes
        self.addresses = Addresses(access.settings.access_origin_secret, access.settings.access_address_header)
        self.required = access.settings.access == "required"
        self._inner = replay_of(app)
        self._refuse = Cors(_refuse, lambda _scope: (), http.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        needed = needed_scope(scope, self.max_url_bytes) if scope["type"] == "http" else None
        if needed is None:
            if self.required and scope["type"] == "http":
                scope["state"][UNADMITTED] = True
            await self.app(scope, receive, send)
            return
        failures = self.access.outage.failures
        client = self.addresses.client(scope)
        try:
            caller = self.access.identify(credentials(scope), client.address, needed)
            waits = False
            if not caller.try_take():
                waits = caller.may_wait()
                if not waits:
                    await caller.admit()
        except ServiceError as error:
            await self._send_refusal(error, scope, receive, send)
        else:
            if client.direct and isinstance(caller, Visitor):
                scope["state"][CALLER] = PEER
            await self._serve(caller, scope, receive, send, waits=waits)
        finally:
            if failed := self.access.outage.failures - failures:
                request_log(scope)["store_failures"] = failed

    async def _serve(self, caller: Caller, scope: Scope, receive: Receive, send: Send, *, waits: bool) -> None:
        """Pass a request on, and count its answer; one that ``waits`` is admitted when its cost is known."""

        def refuse(error: ServiceError) -> Awaitable[None]:
            return self._send_refusal(error, scope, receive, send)

        meter = Meter(caller, scope["state"], send, refuse, private=self.required, waits=waits)
        scope["state"][CHARGE] = Charge(meter.reserve, meter.settle)
        outer = CONTEXT_CALLER.set(caller)
        try:
            await self.app({**scope, "headers": without_credentials(scope["headers"])}, receive, meter.send)
        finally:
            CONTEXT_CALLER.reset(outer)
            if caller.key_id:
                request_log(scope)["key_id"] = caller.key_id
            meter.finish()
            await caller.finish()

    async def _send_refusal(self, error: ServiceError, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an error so that pages of other origins can read it, too."""
        request_log(scope).update(code=error.code, error=error.message, **error.log_fields)
        scope["state"]["refusal"] = refusal(error.status, error.message, error.code, error.headers, scope)
        cors = any(name == b"origin" for name, _ in scope["headers"])
        await (self._refuse if cors else _refuse)(scope, receive, send)

    def replay(self, scope: Scope, key: Key, max_bytes: int) -> Replayed | None:
        """Return the answer of the layer within, if its caller can be admitted at once."""
        known: Any = scope["state"].get(CALLER)
        if known is None or self._inner is None:
            return None
        caller: Caller = self.access.visitor(self.addresses.client(scope).address) if known is PEER else known
        if not caller.try_take():
            return None
        answer = self._inner(scope, key, max_bytes)
        if answer is None:
            caller.give_back()
            return None
        chunks = answer.chunks
        caller.count(len(chunks[0]) if len(chunks) == 1 else sum(map(len, chunks)), 0)
        if caller.key_id:
            request_log(scope)["key_id"] = caller.key_id
        headers = with_caller_headers(answer.headers, caller, private=self.required)
        return answer if headers is answer.headers else Replayed(answer.status, headers, chunks)


async def _refuse(scope: Scope, _receive: Receive, send: Send) -> None:
    head, body = scope["state"]["refusal"]
    await send(head)
    await send({**body, "body": b""} if scope["method"] == "HEAD" else body)
