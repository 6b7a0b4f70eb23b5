"""How long a request may take: one limit from its first byte on, within the Lambda invocation that it came by.

Its head, its body, loads, execution and encoding share one clock. Sending is not counted.
"""

import asyncio
import time
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from graphql_api.errors import RequestTimeout

RESERVE = 0.5
"""Seconds of an invocation kept for writing the answer; Lambda kills what takes longer, and its cache with it."""

BEGUN = "begun"
"""In ``scope["state"]``: when the request began, by ``time.monotonic``. The server notes it, else the middleware."""


Result = TypeVar("Result")


def allowed(scope: Scope, seconds: float) -> float:
    """Return the seconds that a request may take since it began: ``seconds``, or less where its invocation ends."""
    context = scope.get("aws.context")
    if context is None:
        return seconds
    left: float = max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE)
    taken: float = time.monotonic() - scope["state"][BEGUN]
    return min(seconds, taken + left)


class _TimeLimit:
    """Give up on the block once the request has taken ``seconds``, or what its invocation allows if that is less.

    Raises ``RequestTimeout``; a ``TimeoutError`` from inside the block passes. Work in threads goes on, for whoever
    asks next.
    """

    __slots__ = ("_seconds", "_timeout")

    def __init__(self, scope: Scope, seconds: float) -> None:
        """Limit the work for the request that ``scope`` belongs to."""
        self._seconds = allowed(scope, seconds)
        self._timeout = asyncio.timeout(scope["state"][BEGUN] + self._seconds - time.monotonic())

    async def __aenter__(self) -> None:
        """Set the clock."""
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop it."""
        try:
            await self._timeout.__aexit__(kind, error, at)
        except TimeoutError as expired:
            raise RequestTimeout(f"The request took longer than {round(self._seconds, 1):g} seconds.") from expired


async def within(scope: Scope, seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """Give what ``work`` gives, within ``seconds`` of the request's beginning once it waits for anything.

    Hardly any request does: its jockey is in memory, its body came with its head. To start and to stop a clock for it
    takes as long as to find its answer. Raises ``RequestTimeout``.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    async with _TimeLimit(scope, seconds):
        return await _Begun(work, waits_for)


def limited(route: Route, seconds: float) -> Route:
    """Return a route whose endpoint makes its response, all but sending it, within ``seconds``."""

    async def endpoint(request: Request) -> Response:
        return await within(request.scope, seconds, route.endpoint(request))

    return Route(route.path, endpoint, methods=sorted(route.methods or ()), name=route.name)


class _Begun(Generic[Result]):
    """A coroutine that has run up to where it ``waits_for`` something; awaited, it goes on from there."""

    __slots__ = ("waits_for", "work")

    def __init__(self, work: Coroutine[Any, Any, Result], waits_for: Any) -> None:
        self.work = work
        self.waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Result]:
        waits_for = self.waits_for
        while True:
            try:
                try:
                    value = yield waits_for
                except BaseException as error:  # noqa: BLE001 - the loop's cancellation is the coroutine's to see
                    waits_for = self.work.throw(error)
                else:
                    waits_for = self.work.send(value)
            except StopIteration as done:
                result: Result = done.value
                return result
