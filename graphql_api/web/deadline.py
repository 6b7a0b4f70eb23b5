"""How long a request may take: one limit from its first byte on, within the Lambda invocation that it came by.

Its head, its body, loads, execution and encoding share one clock. Sending is not counted.
"""

import asyncio
import time
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from graphql_api.errors import RequestTimeout

RESERVE = 0.5
"""Seconds of an invocation kept for writing the answer; Lambda kills what takes longer, and its cache with it."""

BEGUN = "begun"
"""In ``scope["state"]``: when the request began, by ``time.monotonic``, where the server has noted it."""


MAX_SECONDS = "max_seconds"
"""In ``scope["state"]``: how long the request may take, set once by the outermost layer."""

Result = TypeVar("Result")


class Deadline(NamedTuple):
    """When a request began, by ``time.monotonic``, and how many seconds it may take from then on."""

    begun: float
    seconds: float


def set_deadline(scope: Scope, seconds: float) -> None:
    """Set the one deadline of a request: ``seconds`` from its first byte on."""
    state = scope["state"]
    if BEGUN not in state:
        state[BEGUN] = time.monotonic()
    state[MAX_SECONDS] = seconds


def deadline_of(scope: Scope) -> Deadline:
    """Return a request's deadline: the one that was set, or an earlier one where its invocation ends."""
    state = scope["state"]
    begun, seconds = state[BEGUN], state[MAX_SECONDS]
    context = scope.get("aws.context")
    if context is not None:
        left = max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE)
        seconds = min(seconds, time.monotonic() - begun + left)
    return Deadline(begun, seconds)


class _TimeLimit:
    """Give up on the block at the request's deadline.

    Raises ``RequestTimeout``; a ``TimeoutError`` from inside the block passes. Work in threads goes on, for whoever
    asks next.
    """

    __slots__ = ("_seconds", "_timeout")

    def __init__(self, deadline: Deadline) -> None:
        """Limit the work to what is left until ``deadline``."""
        self._seconds = deadline.seconds
        self._timeout = asyncio.timeout(deadline.begun + deadline.seconds - time.monotonic())

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


async def run_with_deadline(scope: Scope, work: Coroutine[Any, Any, Result]) -> Result:
    """Return what ``work`` returns, by the request's deadline once it waits for anything.

    Hardly any request does: what it asks for is in memory, its body came with its head. To start and to stop a clock
    for it takes as long as to find its answer. Raises ``RequestTimeout``.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    async with _TimeLimit(deadline_of(scope)):
        return await _Begun(work, waits_for)


def with_deadline(route: Route) -> Route:
    """Return a route whose endpoint makes its response, all but sending it, by the request's deadline."""

    async def endpoint(request: Request) -> Response:
        return await run_with_deadline(request.scope, route.endpoint(request))

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
