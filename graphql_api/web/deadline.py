"""How long a request may take: its own limit, within what is left of the Lambda invocation that it came by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Scope

from graphql_api.errors import RequestTimeout

RESERVE = 0.5
"""Seconds of an invocation kept for writing the answer; Lambda kills what takes longer, and its cache with it."""


@asynccontextmanager
async def time_limit(scope: Scope, seconds: float) -> AsyncIterator[None]:
    """Give up on the block after ``seconds``, or what the invocation has left if that is less.

    Raises ``RequestTimeout``. Work in threads goes on, for whoever asks next.
    """
    context = scope.get("aws.context")
    if context is not None:
        seconds = min(seconds, max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE))
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise RequestTimeout(f"The request took longer than {round(seconds, 1):g} seconds.") from error
