"""How long a request may take: its own limit, within what is left of the Lambda invocation that it came by."""

import asyncio
from types import TracebackType

from starlette.types import Scope

from graphql_api.errors import RequestTimeout

RESERVE = 0.5
"""Seconds of an invocation kept for writing the answer; Lambda kills what takes longer, and its cache with it."""


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
