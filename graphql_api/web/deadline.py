"""The time limit of a request: it starts at the first byte and ends before the Lambda invocation ends.

Head, body, loads, execution and encoding share one clock. The time for sending is not counted.
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
"""Seconds of an invocation reserved for the response. Lambda ends a process that takes longer, with its cache."""

BEGUN = "begun"
"""In ``scope["state"]``: the start of the request, by ``time.monotonic``, if the server has recorded it."""


MAX_SECONDS = "max_seconds"
"""In ``scope["state"]``: how long the request may take, set once by the outermost layer."""

Result = TypeVar("Result")


class Deadline(NamedTuple):
    """The start of a request, by ``time.monotonic``, and its time limit in seconds from then."""

    begun: float
    seconds: float


def set_deadline(scope: Scope, seconds: float) -> None:
    """Set the deadline of a request: ``seconds`` after its first byte."""
    state = scope["state"]
    if BEGUN not in state:
        state[BEGUN] = time.monotonic()
    state[MAX_SECONDS] = seconds


def deadline_of(scope: Scope) -> Deadline:
    """Return a request's deadline: the one that was set, or the end of its Lambda invocation if that is earlier."""
    state = scope["state"]
    begun, seconds = state[BEGUN], state[MAX_SECONDS]
    context = scope.get("aws.context")
    if context is not None:
        left = max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE)
        seconds = min(seconds, time.monotonic() - begun + left)
    return Deadline(begun, seconds)


class _TimeLimit:
    """Cancel the block at the request's deadline.

    Raises ``RequestTimeout``. A ``TimeoutError`` from inside the block is not changed. Work in threads continues, for
    later requests.
    """

    __slots__ = ("_seconds", "_timeout")

    def __init__(self, deadline: Deadline) -> None:
        """Limit the block to the time before ``deadline``."""
        self._seconds = deadline.seconds
        self._timeout = asyncio.timeout(deadline.begun + deadline.seconds - time.monotonic())

    async def __aenter__(self) -> None:
        """Start the timer."""
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
    """Return what ``work`` returns. The request's deadline applies as soon as it waits.

    Most requests do not wait: their data is in memory and their body came with the head. A timer would take
    as long as the response itself. Raises ``RequestTimeout``.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    async with _TimeLimit(deadline_of(scope)):
        return await _Begun(work, waits_for)


def with_deadline(route: Route) -> Route:
    """Return a route whose endpoint must make its response before the request's deadline. Sending is not limited."""

    async def endpoint(request: Request) -> Response:
        return await run_with_deadline(request.scope, route.endpoint(request))

    return Route(route.path, endpoint, methods=sorted(route.methods or ()), name=route.name)


class _Begun(Generic[Result]):
    """A coroutine that has run until it ``waits_for`` something. If it is awaited, it continues from there."""

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
