"""What answering one request may take: values, bytes, and seconds, also of work that nothing can interrupt."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graphql_api.errors import QueryTooComplex, RequestTimeout, ResponseTooLarge, ServiceError

LOOK_EVERY = 100
"""Values between two looks at the clock, which takes longer than writing most of them."""

SHORT = 60_000
"""Work that a request may do on the event loop at any time, in values of a list: some 5 ms."""

AT_ONCE = 200_000
"""Work that a request may do on the event loop in a turn of its own: some 20 ms."""

VARIABLE = AT_ONCE // 300
"""Work of one value of the variables: three hundred take some 20 ms to be coerced and made arguments of."""


class LongWork(BaseException):
    """There is more work than a request may do on the event loop: it is to be done again, elsewhere.

    No ``Exception``, for the reason that ``Exhausted`` is none.
    """


class Exhausted(BaseException):
    """The budget is spent; ``error`` says of what.

    No ``Exception``, since the executor would make a field's error of it and go on with the next field.
    """

    def __init__(self, error: ServiceError) -> None:
        """Carry what the client is told."""
        super().__init__(error.message)
        self.error = error


@contextmanager
def answered() -> Iterator[None]:
    """Raise the error that an ``Exhausted`` carries, for routes that respond with one error and have no executor."""
    try:
        yield
    except Exhausted as exhausted:
        raise exhausted.error from exhausted


@dataclass(slots=True)
class Budget:
    """One request's budget; all that takes part in its answer spends from it. The default is without bounds.

    ``seconds`` count from ``since`` by ``clock``; None is from now on. ``allowance`` is the work that may be done where
    it is being done.
    """

    values: float = math.inf
    seconds: float = math.inf
    bytes: float = math.inf
    clock: Callable[[], float] = time.monotonic
    since: float | None = None
    allowance: float = math.inf
    spent: int = 0
    written: int = 0
    worked: int = 0
    begun: float = field(init=False)
    next_look: float = 0

    def __post_init__(self) -> None:
        """Set the clock."""
        self.begun = self.clock() if self.since is None else self.since

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the request's deadline."""
        return self.seconds - (self.clock() - self.begun)

    def begin(self, allowance: float) -> None:
        """Start the work, or start it again: what was paid for before does not count."""
        self.allowance = allowance
        self.spent = self.written = self.worked = self.next_look = 0

    @property
    def left(self) -> float:
        """Return the seconds that are left; zero or less after ``stop``."""
        return self.seconds - (self.clock() - self.begun)

    def stop(self) -> None:
        """Stop work in another thread, when it next checks the clock."""
        self.seconds = -1

    def spend(self, values: int, work: int | None = None) -> None:
        """Pay for so many values of the answer, before they are written.

        ``work`` is what writing them takes, in values of a list; None is as much as they are. Raises ``Exhausted``, and
        ``LongWork`` where it passes the allowance.
        """
        self.spent += values
        self.worked += values if work is None else work
        if self.worked > self.next_look or self.spent > self.values:
            self._look()

    def charge(self, values: int) -> None:
        """Pay for work whose cost the caller computed, before it is done. Raises ``Exhausted``."""
        self.spent += values
        if self.spent > self.values:
            message = f"The operation costs {self.spent:,.0f}, of {self.values:,.0f} at most: ask for less at once."
            raise Exhausted(QueryTooComplex(message, spent=self.spent))

    def work(self, amount: int) -> None:
        """Pay for work of which no value is written, before it is done. Raises as ``spend``."""
        self.worked += amount
        if self.worked > self.next_look:
            self._look()

    def _look(self) -> None:
        """Check the values and the clock, and set when to check next."""
        if self.spent > self.values:
            message = f"The answer would hold more than {self.values:,.0f} values: ask for fewer rows or fields."
            raise Exhausted(ResponseTooLarge(message, spent=self.spent))
        if self.worked > self.allowance:
            raise LongWork
        next_look = self.worked + LOOK_EVERY
        self.next_look = next_look if next_look < self.allowance else self.allowance
        if self.clock() - self.begun > self.seconds:
            raise Exhausted(RequestTimeout(f"The request took longer than {round(self.seconds, 1):g} seconds."))

    def write(self, size: int) -> None:
        """Pay for so many bytes of the answer. Raises ``Exhausted``."""
        self.written += size
        check_size(self.written, self.bytes)


def check_size(size: int, most: float) -> None:
    """Raise ``Exhausted`` if an answer is larger than ``most`` bytes."""
    if size > most:
        raise Exhausted(ResponseTooLarge(f"The answer is larger than {most:,.0f} bytes: ask for fewer rows or fields."))


def coercion_work(variables: Mapping[str, Any] | None) -> int:
    """Return the work that it takes to coerce variables and make resolvers' arguments of them, in values of a list."""
    count, unseen = 0, [*variables.values()] if variables else []
    while unseen:
        value = unseen.pop()
        count += 1
        if isinstance(value, dict):
            unseen.extend(value.values())
        elif isinstance(value, list):
            unseen.extend(value)
    return VARIABLE * count
