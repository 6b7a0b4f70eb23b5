"""Long work in a thread, so that the event loop goes on answering small requests.

Work begins on the loop, where most of it ends at once. What turns out not to be short, by what it is about to pay for,
is given up and done again from the start: in its turn, where small requests are answered before it, or in a thread
where it is long. Only pure operations are, which have done nothing but reading by then. Threads hand over the
interpreter to the loop many times a second, but take a third longer for a list than the loop does.
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
"""Long pieces of work at once. Two would hand the interpreter to each other more often than to the event loop."""

LONG_COST = 50_000
"""Reckoned cost from which an operation is long work before anything is known of its data."""

USUAL_PACE = 1e-6
"""Seconds that a unit of cost takes in a thread, before any was measured."""

WEIGHT = 0.25
"""Of what was measured last, in the pace that is reckoned with."""

BUSY = "The server has more long operations to answer than it can in time. Try again later, or ask for less at once."

AT_ROOT = 3_000
"""Work in which all fields that a root may have are resolved, by the general executor too."""

Result = TypeVar("Result")


class Offload:
    """Runs what is long in a thread of its own, what is short on the caller's event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        """Allow ``threads`` at once; work that has to wait is bounded too (``UpstreamUnavailable``)."""
        self._workers = Workers(threads, "answer")
        self._turns = Turns()
        self._threads = threads
        self._ahead = 0
        self._pace = USUAL_PACE

    async def execute(self, engine: "Engine", request: "OperationRequest", context: Context, cost: int) -> "Answer":
        """Run one operation, of estimated ``cost``. Raises as ``Engine.execute``.

        One that may have effects is run once, on the loop as a whole; the budget's values and seconds bound it.
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
        """Do long work of so much cost in a thread, unless what waits already takes the time that the request has.

        It would be done in vain, and all others would be late by it. Raises ``Overloaded``.
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
        """Do ``work`` that never waits; ``amount`` is its size, in values of a list."""
        if amount <= SHORT:
            return work()
        if amount > AT_ONCE:
            return await self.run(work)
        async with self._turns.turn():
            return work()

    async def run(self, work: Callable[[], Result], stop: Callable[[], None] = lambda: None) -> Result:
        """Do ``work`` in a thread; a caller that gives up asks it to ``stop``, and waits until it has."""
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
        """Refuse further work, and what waits for a thread."""
        self._workers.close()


async def _loaded(context: Context, allowance: float, work: Callable[[], Awaitable["Answer"]]) -> "Answer":
    """Do work in a turn or a thread without waiting in it for loads, which are awaited between two attempts.

    Each attempt after the first knows at least one key more; nearly always all are asked for by the first.
    """
    while True:
        await context.finish_loads()
        context.budget.begin(allowance)
        with suppress(Unloaded):
            return await work()
