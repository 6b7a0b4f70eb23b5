"""The budget of a request: values, bytes and seconds, including work that cannot be interrupted."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graphql_api.errors import QueryTooComplex, RequestTimeout, ResponseTooLarge, ServiceError

LOOK_EVERY = 100
"""Number of values between two checks of the clock, which is slower than most values."""

SHORT = 60_000
"""Maximum work of a request on the event loop at any time, in values of a list: about 5 ms."""

AT_ONCE = 200_000
"""Maximum work of a request on the event loop in its turn: about 20 ms."""

VARIABLE = AT_ONCE // 300
"""Work of one value in variables: coercion and arguments of three hundred take about 20 ms."""


class LongWork(BaseException):
    """The work is more than a request may do on the event loop. It has to be done again elsewhere.

    It is not an ``Exception``, for the same reason as ``Exhausted``.
    """


class Exhausted(BaseException):
    """The budget is spent. ``error`` says which part.

    It is not an ``Exception``, since the executor would convert that to an error of the field and continue.
    """

    def __init__(self, error: ServiceError) -> None:
        """Store the error for the client."""
        super().__init__(error.message)
        self.error = error


@contextmanager
def answered() -> Iterator[None]:
    """Raise the error of an ``Exhausted``, for routes without an executor."""
    try:
        yield
    except Exhausted as exhausted:
        raise exhausted.error from exhausted


@dataclass(slots=True)
class Budget:
    """The budget of one request, from which all parts of its response are charged. The default has no limits.

    ``seconds`` are counted from ``since`` by ``clock``. None means from now. ``allowance`` is the work that is allowed
    at the current place.
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
        """Start the work, or start it again. Earlier charges do not count."""
        self.allowance = allowance
        self.spent = self.written = self.worked = self.next_look = 0

    @property
    def left(self) -> float:
        """Return the seconds that are left. Zero or less after ``stop``."""
        return self.seconds - (self.clock() - self.begun)

    def stop(self) -> None:
        """Stop work in another thread at its next check of the clock."""
        self.seconds = -1

    def spend(self, values: int, work: int | None = None) -> None:
        """Charge values of the response, before they are written.

        ``work`` is the work of writing them, in values of a list. None means their number. Raises ``Exhausted``, and
        ``LongWork`` if it exceeds the allowance.
        """
        self.spent += values
        self.worked += values if work is None else work
        if self.worked > self.next_look or self.spent > self.values:
            self._look()

    def charge(self, values: int) -> None:
        """Charge work of a known cost, before it is done. Raises ``Exhausted``."""
        self.spent += values
        if self.spent > self.values:
            message = f"The operation costs {self.spent:,.0f}, of {self.values:,.0f} at most: ask for less at once."
            raise Exhausted(QueryTooComplex(message, spent=self.spent))

    def work(self, amount: int) -> None:
        """Charge work without values, before it is done. Raises as ``spend``."""
        self.worked += amount
        if self.worked > self.next_look:
            self._look()

    def _look(self) -> None:
        """Check the values and the clock, and set the next check."""
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
        """Charge bytes of the response. Raises ``Exhausted``."""
        self.written += size
        check_size(self.written, self.bytes)


def check_size(size: int, most: float) -> None:
    """Raise ``Exhausted`` if a response is larger than ``most`` bytes."""
    if size > most:
        raise Exhausted(ResponseTooLarge(f"The answer is larger than {most:,.0f} bytes: ask for fewer rows or fields."))


def coercion_work(variables: Mapping[str, Any] | None) -> int:
    """Return the work of coercing variables and making resolvers' arguments, in values of a list."""
    count, unseen = 0, [*variables.values()] if variables else []
    while unseen:
        value = unseen.pop()
        count += 1
        if isinstance(value, dict):
            unseen.extend(value.values())
        elif isinstance(value, list):
            unseen.extend(value)
    return VARIABLE * count
