"""How long a request may take: its own limit, within what is left of the Lambda invocation that it came by."""

import asyncio
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, TypeVar

from starlette.types import Scope

from graphql_api.errors import RequestTimeout

RESERVE = 0.5
"""Seconds of an invocation kept for writing the answer; Lambda kills what takes longer, and its cache with it."""


Result = TypeVar("Result")


class time_limit:  # noqa: N801 - used like ``asyncio.timeout``
    """Give up on the block after ``seconds``, or what the invocation has left if that is less.

    Raises ``RequestTimeout``; a ``TimeoutError`` from inside the block passes. Work in threads goes on, for whoever
    asks next.
    """

    __slots__ = ("_seconds", "_timeout")

    def __init__(self, scope: Scope, seconds: float) -> None:
        """Limit the work for the request that ``scope`` belongs to."""
        context = scope.get("aws.context")
        if context is not None:
            seconds = min(seconds, max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE))
        self._seconds = seconds
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        """Start the clock."""
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
    """Give what ``work`` gives, within a ``time_limit`` once it waits for anything.

    Hardly any request does: its jockey is in memory, its body came with its head. To start and to stop a clock for it
    takes as long as to find its answer.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    async with time_limit(scope, seconds):
        return await _Begun(work, waits_for)


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
