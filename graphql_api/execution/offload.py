"""Long work in threads, so that the event loop can still answer small requests.

Work starts on the loop, where most of it ends at once. If its charges show that it is not short, it
is cancelled and done again: in its turn, before which small requests are answered, or in a thread
if it is long. Only pure operations are repeated, since they only read. Threads release the
interpreter to the loop many times a second, but need a third more time for a list than the loop.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from graphql_api.errors import Overloaded
from graphql_api.execution.budget import AT_ONCE, SHORT, Budget, LongWork, coercion_work
from graphql_api.execution.context import Context, Unloaded
from graphql_api.execution.turns import Turns
from graphql_api.workers import Workers, done

if TYPE_CHECKING:
    from graphql_api.execution.document import OperationRequest
    from graphql_api.execution.engine import Answer, Engine

THREADS = 1
"""Maximum number of long tasks at the same time. Two would slow down the event loop."""

LONG_COST = 50_000
"""Estimated cost from which an operation is long work before its data is known."""

USUAL_PACE = 1e-6
"""Initial estimate of the seconds of a unit of cost in a thread."""

WEIGHT = 0.25
"""Weight of the last measurement in the estimate."""

BUSY = "The server has more long operations to answer than it can in time. Try again later, or ask for less at once."

AT_ROOT = 3_000
"""Work in which all allowed root fields can be resolved, also by the general executor."""

Result = TypeVar("Result")


class Offload:
    """Runs long work in a thread, and short work on the caller's event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        """Allow ``threads`` at the same time. The number of waiting tasks is limited too (``UpstreamUnavailable``)."""
        self._workers = Workers(threads, "answer")
        self._turns = Turns()
        self._threads = threads
        self._ahead = 0
        self._pace = USUAL_PACE

    async def execute(self, engine: "Engine", request: "OperationRequest", context: Context, cost: int) -> "Answer":
        """Run one operation, of estimated ``cost``. Raises as ``Engine.execute``.

        An operation that may have effects is run once, completely on the loop, within the budget's values and seconds.
        """
        budget = context.budget
        # Loads are waited for on the loop: an operation known to be long may resolve the fields of its root there.
        run = engine.prepare(request)
        if not request.document.is_pure(engine.schema, request.name):
            budget.begin(math.inf)
            return await run(context)
        given = coercion_work(request.variables)
        try:
            budget.begin(SHORT if cost < LONG_COST else AT_ROOT)
            if given <= SHORT:
                return await run(context)
        except LongWork:
            pass
        context.may_wait = False

        async def in_turn() -> "Answer":
            async with self._turns.turn():
                return await run(context)

        if cost < LONG_COST and max(given, budget.worked) <= AT_ONCE:
            with suppress(LongWork):
                return await _loaded(context, AT_ONCE, in_turn)
        amount = max(cost, budget.worked)
        return await _loaded(context, math.inf, lambda: self.queue(lambda: asyncio.run(run(context)), budget, amount))

    async def queue(self, work: Callable[[], Result], budget: Budget, amount: int) -> Result:
        """Do long work of a given cost in a thread, unless waiting work already needs all the time of the request.

        Then it would be useless and would delay others. Raises ``Overloaded``.
        """
        if self._ahead * self._pace / self._threads > budget.left:
            raise Overloaded(BUSY, ahead=self._ahead)

        def timed() -> Result:
            begun = time.perf_counter()
            try:
                done_work = work()
            except BaseException:  # it was broken off, and would have taken longer
                self._pace = max(self._pace, (time.perf_counter() - begun) / max(1, amount))
                raise
            self._pace += ((time.perf_counter() - begun) / max(1, amount) - self._pace) * WEIGHT
            return done_work

        self._ahead += amount
        try:
            return await self.run(timed, budget.stop)
        finally:
            self._ahead -= amount

    async def call(self, work: Callable[[], Result], amount: int) -> Result:
        """Do ``work`` that never waits. ``amount`` is its size, in values of a list."""
        if amount <= SHORT:
            return work()
        if amount > AT_ONCE:
            return await self.run(work)
        async with self._turns.turn():
            return work()

    async def run(self, work: Callable[[], Result], stop: Callable[[], None] = lambda: None) -> Result:
        """Do ``work`` in a thread. If the caller is cancelled, call ``stop`` and wait until it has ended."""
        future = self._workers.begin(work)
        try:
            await asyncio.sleep(0)  # however soon the thread is done, this waits: a request that is late is told so
            await done(future)
        except asyncio.CancelledError:
            stop()
            if not future.cancel():
                await done(future)
            raise
        return future.result()

    def close(self) -> None:
        """Refuse further and waiting work."""
        self._workers.close()


async def _loaded(context: Context, allowance: float, work: Callable[[], Awaitable["Answer"]]) -> "Answer":
    """Do work in a turn or a thread. Loads are not awaited in it but between two attempts.

    Each attempt has at least one more key than the one before. In most cases the first one requests all keys.
    """
    while True:
        await context.finish_loads()
        context.budget.begin(allowance)
        with suppress(Unloaded):
            return await work()
