"""Turns: work of some milliseconds is done one piece at a time, and small requests are answered between two pieces."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

STEPS = 4
"""Turns of the event loop between two pieces: a small request takes so many to be read, answered and sent."""


class Turns:
    """Hands out turns, first come, first served.

    Without them sixteen requests that arrive together are all worked on in one turn of the event loop, and whoever
    comes next waits for all of them.
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until earlier work and small requests are done, then hold the turn for the block.

        A lock belongs to one event loop; an application may see several, one after the other.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._lock = loop, asyncio.Lock()
        async with self._lock:
            for _ in range(STEPS):
                await asyncio.sleep(0)
            yield
