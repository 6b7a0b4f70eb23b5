"""Threads for blocking work, which any event loop can await.

Neither side is tied to the other: no future belongs to a loop, so work may outlive the loop and the request that began
it, and be awaited from several loops at once. (``asyncio.wrap_future`` passes a cancellation on to the work, and a
``shield`` around it reports what the work raises later as nobody's exception.)
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import Any, TypeVar

from graphql_api.errors import UpstreamUnavailable
from graphql_api.process import let_others_first

MAX_WAITING = 1_000
"""Maximum number of waiting tasks. More would end when nobody waits for them any longer."""

UNABLE = "The service cannot read data now; try again later."
T = TypeVar("T")


class Workers:
    """A limited pool of threads, which start when there is work, with a limited queue."""

    def __init__(self, threads: int, name: str = "load", *, behind: bool = False) -> None:
        """Allow ``threads`` of this ``name``. ``MAX_WAITING`` more tasks wait.

        With ``behind``, the other threads of the process have priority.
        """
        self._pool = ThreadPoolExecutor(threads, name, initializer=let_others_first if behind else None)
        self._room = BoundedSemaphore(threads + MAX_WAITING)

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Run ``work`` in the caller's context, so that its log lines carry the caller's request id.

        Raises ``UpstreamUnavailable`` after ``close``, and if too many tasks wait.
        """
        if not self._room.acquire(blocking=False):
            raise UpstreamUnavailable(UNABLE, waiting=MAX_WAITING)
        try:
            future = self._pool.submit(copy_context().run, work)
        except RuntimeError as error:  # closed, or no thread to be had
            self._room.release()
            raise UpstreamUnavailable(UNABLE) from error
        future.add_done_callback(lambda _: self._room.release())
        return future

    def close(self) -> None:
        """Refuse new and waiting work. Running work continues."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def done(future: Future[Any], seconds: float | None = None) -> bool:
    """Wait until work has ended with any result, but at most ``seconds``. Return whether it has ended.

    Raises ``UpstreamUnavailable`` if it was refused.
    """
    if not future.done():
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def wake(_: Future[Any]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(over.set)

        future.add_done_callback(wake)
        try:
            await asyncio.wait_for(over.wait(), seconds)
        except TimeoutError:
            return False
    if future.cancelled():
        raise UpstreamUnavailable(UNABLE)
    return True
