"""Rate limits as one number each: the generic cell rate algorithm (GCRA), reckoned in nanoseconds of the rate.

The number is a mark: the moment at which everything taken so far has been earned again. To take an amount moves the
mark on by as long as the rate needs to earn that amount. A mark may lie at most ``burst`` behind now, in the future.
What is admitted in any interval ``t`` is then at most ``burst`` and what is earned in ``t``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Draw:
    """What to take from one limit, in nanoseconds: ``least`` or nothing, and up to ``most`` where there is so much.

    ``owed`` was spent before without being taken. It is taken whatever the limit says, and before all else.
    ``part`` names one of the item's numbers. If the item has it, that number replaces ``most``, and ``least`` is
    0: so the first call for an item that the caller has not read takes the right amount. It is at most ``burst``.
    """

    least: int
    most: int
    burst: int
    owed: int = 0
    part: str = ""

    def of_item(self, numbers: Mapping[str, int]) -> "Draw":
        """Return this draw with the amount that the item names, if it does."""
        amount = numbers.get(self.part)
        return self if amount is None else replace(self, least=0, most=amount)


class Settled(NamedTuple):
    """What becomes of draws: whether they are granted, how much each takes besides what was owed, and the marks."""

    granted: bool
    taken: dict[str, int]
    marks: dict[str, int]


def settle(draws: Mapping[str, Draw], marks: Mapping[str, int], now: int) -> Settled:
    """Return the outcome of draws against an item's numbers, its marks among them: all are granted, or none."""
    draws = {name: draw.of_item(marks) for name, draw in draws.items()}
    begun = {name: max(marks.get(name, 0), now) + draw.owed for name, draw in draws.items()}
    rooms = {name: now + draw.burst - begun[name] for name, draw in draws.items()}
    granted = all(rooms[name] >= draw.least for name, draw in draws.items())
    taken = {name: min(draw.most, rooms[name]) if granted else 0 for name, draw in draws.items()}
    return Settled(granted, taken, {name: mark + taken[name] for name, mark in begun.items()})
