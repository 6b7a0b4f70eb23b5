"""Movers of a day: the horses whose win odds have changed most since the first odds of the day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import log
from types import MappingProxyType
from typing import TYPE_CHECKING

from graphql_api.odds.model import OddsStatus

if TYPE_CHECKING:
    from graphql_api.odds.stored import Row

STEAM, DRIFT = 0.8, 1.25
"""Limits of newest odds divided by first odds: a steamer up to the first, a drifter from the second."""


class OddsMove(Enum):
    """Change of the odds to win since the first odds of the day."""

    STEAM = "STEAM"
    DRIFT = "DRIFT"
    STEADY = "STEADY"


MOVES: Mapping[Enum, str] = MappingProxyType(
    {
        OddsMove.STEAM: "Shortened: the newest odds are at most 80 % of the first odds of the day.",
        OddsMove.DRIFT: "Lengthened: the newest odds are at least 125 % of the first odds of the day.",
        OddsMove.STEADY: "Changed less than that.",
    }
)


@dataclass(frozen=True, slots=True)
class Mover:
    """A horse's first and newest win odds of a day, in tenths."""

    race_id: str
    horse_number: int
    first: int
    last: int
    first_at: datetime
    as_of: datetime
    status: OddsStatus

    @property
    def change(self) -> float:
        """Return the change in percent of the first odds. Negative if the odds shortened."""
        return percent(self.first, self.last)

    @property
    def move(self) -> OddsMove:
        """Return the kind of the change."""
        ratio = self.last / self.first
        if ratio <= STEAM:
            return OddsMove.STEAM
        return OddsMove.DRIFT if ratio >= DRIFT else OddsMove.STEADY


def movers(rows: "Iterable[Row]") -> list[Mover]:
    """Return the horses whose odds changed, largest change first. Half and double the odds are equal changes."""
    found = [each for row in rows for each in _of_race(row) if each.first != each.last]
    return sorted(found, key=lambda each: (-abs(log(each.last / each.first)), each.race_id, each.horse_number))


def percent(first: int, last: int) -> float:
    """Return a change in percent, to a hundredth."""
    return round(100 * (last / first - 1), 2)


def _of_race(row: "Row") -> Iterator[Mover]:
    for number, (first, last) in enumerate(zip(row.first, row.last, strict=False), 1):
        if first and last:
            yield Mover(row.race_id, number, first, last, row.first_at, row.as_of, row.status)
