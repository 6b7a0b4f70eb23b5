"""Limits a minute, and what is held of them in memory for a moment; all amounts are in nanoseconds of the rate."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from graphql_api.access.callers import KEPT_COST
from graphql_api.access.records import COST, REQUESTS
from graphql_api.store.rate_limits import Draw

MINUTE = 60 * 10**9

LEASE_SECONDS = 2.0
"""How long what a process has taken of a limit may be spent; what is left then is void."""

SHARE = 50
"""A process takes a part of this many of a limit at once, at most."""

GROWTH = 4
"""Times what was used of late that a process takes at once, at most."""

FIRST_SHARE = 200
"""A process takes a part of this many of a minute at least with the first request of a key."""

COST_STEPS = 20
"""Steps of cost in a key's item: 100, 200, 400, and so on up to 52 million."""

USUAL_COST = 20_000
"""Cost that is expected of an operation at first: most read one jockey."""

_REQUEST_PART, _COST_PART = "first_requests", "cost_{}"
"""Names of the numbers of an item that say what a first request takes; those of cost have their step."""


class Rate(NamedTuple):
    """A limit: ``limit`` a minute, of which each takes ``unit``; a whole minute's may be used at once."""

    limit: int
    unit: int

    @property
    def burst(self) -> int:
        """Return what may be used at once."""
        return self.limit * self.unit

    @classmethod
    def of(cls, limit: int) -> "Rate":
        """Make a rate; a unit is rounded up, so that no more than ``limit`` is earned in a minute."""
        return cls(limit, -(-MINUTE // limit))


def first_parts(requests: int | None, cost: int | None) -> dict[str, int]:
    """Return the numbers for the item of a key with limits of its own: what the first request of a process takes.

    The process does not know the limits yet, and DynamoDB cannot multiply. So there is a number for each step of cost.
    """
    parts = {} if requests is None else {_REQUEST_PART: _first_part(1, requests)}
    if cost is not None:
        parts |= {_COST_PART.format(step): _first_part(KEPT_COST << step, cost) for step in range(COST_STEPS)}
    return parts


def first_draws(defaults: Mapping[str, int], cost: int) -> dict[str, Draw]:
    """Return what to take for the first request of a key, whose record is not known yet, and which has this cost.

    That is what its item names, or, for a key without limits of its own, what it takes of those of the settings.
    """
    step = (-(-cost // KEPT_COST) - 1).bit_length()
    return {
        REQUESTS: _first_draw(1, defaults[REQUESTS], _REQUEST_PART),
        COST: _first_draw(cost, defaults[COST], _COST_PART.format(step)),
    }


def _first_draw(amount: int, limit: int, part: str) -> Draw:
    return Draw(min(MINUTE, amount * Rate.of(limit).unit), _first_part(amount, limit), MINUTE, part=part)


def _first_part(amount: int, limit: int) -> int:
    """Return what a first request takes of a limit: that amount, or a small part of a minute if that is more."""
    return min(MINUTE, max(amount * Rate.of(limit).unit, MINUTE // FIRST_SHARE))


class Purse:
    """What a process holds of one limit of one key: parts, each void at its time, and what is owed.

    ``total`` is right after ``drop_void``. Times are those of a monotonic clock, in seconds.
    """

    __slots__ = ("_largest", "_parts", "_since", "_used", "owed", "total")

    def __init__(self, largest: int) -> None:
        """Begin empty; ``largest`` is what is expected to be spent at once."""
        self._parts: deque[tuple[float, int]] = deque()  # the time at which it is void, and the amount
        self.total = 0
        self.owed = 0
        self._used = 0
        self._largest = largest
        self._since = float("-inf")

    @property
    def void_at(self) -> float:
        """Return when the oldest part is void; the past where there is none."""
        return self._parts[0][0] if self._parts else float("-inf")

    def drop_void(self, now: float) -> int:
        """Forget what is void, and return the total."""
        parts = self._parts
        while parts and parts[0][0] <= now:
            self.total -= parts.popleft()[1]
        return self.total

    def add_part(self, amount: int, now: float) -> None:
        """Add a part that was taken ``now``, to those that are there; what is used is counted anew."""
        self._since, self._used, self._largest = now, 0, self._largest // 2
        if amount > 0:
            self._parts.append((now + LEASE_SECONDS, amount))
            self.total += amount

    def spend(self, amount: int) -> None:
        """Spend from the oldest part on; what is not there is owed."""
        self._used += amount
        self._largest = max(self._largest, amount)
        held = min(amount, self.total)
        self.owed += amount - held
        self.total -= held
        parts = self._parts
        while held:
            void_at, amount = parts.popleft()
            if amount > held:
                parts.appendleft((void_at, amount - held))
            held -= min(amount, held)

    def wanted(self, rate: Rate, now: float) -> int:
        """Return how much to take now, by what was used since the last part was taken, and at once of late."""
        elapsed, used = max(now - self._since, 0.001), self._used
        expected = int(min(used * LEASE_SECONDS / 2 / elapsed, GROWTH * used))
        return min(max(expected, self._largest), rate.burst // SHARE)
