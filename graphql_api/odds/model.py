"""Odds of any source. Numbers are in tenths: 35 is 3.5 times the stake. 0 means no odds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from graphql_api.language import Label
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType, Combination

RANGES = frozenset({BetType.PLACE, BetType.QUINELLA_PLACE})
"""Types of bets whose odds are a range, because they depend on the other placed horses."""


AHEAD = timedelta(minutes=2)
"""How far a stored time may be ahead of the clock of a process. A later one is from a clock that is wrong: it is not
believed, since it would delay everything until then."""

NEVER = 2**32
"""A number of tenths above all odds."""


class OddsStatus(Enum):
    """Status of odds."""

    FORECAST = "FORECAST"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    FINAL = "FINAL"


STATUSES: Mapping[Enum, str] = MappingProxyType(
    {
        OddsStatus.FORECAST: "Sales have not begun. Odds, if any, are a forecast.",
        OddsStatus.OPEN: "Tickets are being sold; the odds change.",
        OddsStatus.CLOSED: "Sales have ended, but the result is not official.",
        OddsStatus.FINAL: "The final odds, after the official result.",
    }
)


STATUS_LABELS: Mapping[Enum, Label] = MappingProxyType(
    {
        OddsStatus.FORECAST: Label("予想", "Forecast"),
        OddsStatus.OPEN: Label("発売中", "Open"),
        OddsStatus.CLOSED: Label("締切", "Closed"),
        OddsStatus.FINAL: Label("確定", "Final"),
    }
)


class Line(NamedTuple):
    """The odds of one type in tenths, in the order of ``every_combination``. 0 before sales and for scratched horses.

    ``least`` and ``most`` are the bounds of a range. ``most`` is None for types without a range.
    """

    least: Sequence[int]
    most: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The odds of one combination: a number, or the bounds of a range. None if there are none.

    ``rank`` counts from the lowest odds of the type. Equal odds have the same rank.
    """

    combination: Combination
    odds: float | None = None
    least: float | None = None
    most: float | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All odds of a race at one moment. ``race_id`` is the bridge's id, ``runners`` the declared horses.

    ``as_of`` is the source's time of the odds. It is never after ``fetched_at``, when this service read them.
    ``is_stale``: a newer version could not be read.
    """

    race_id: str
    runners: int
    status: OddsStatus
    as_of: datetime
    fetched_at: datetime
    lines: Mapping[BetType, Line]
    is_stale: bool = False

    def entries(self, bet_type: BetType, count: int | None = None, *, by_rank: bool = False) -> list[Entry]:
        """Return the odds of a type. Empty if it has none.

        They are ordered by combination, or by odds, lowest first and those without odds last. ``count`` is their
        maximum number.
        """
        line = self.lines.get(bet_type)
        if line is None:
            return []
        combinations, least, most = every_combination(bet_type, self.runners), line.least, line.most
        ranks = _ranks(least)
        places: Sequence[int] = range(len(combinations))
        if by_rank:
            places = sorted(places, key=lambda place: least[place] or NEVER)
        return [
            Entry(combinations[place], odds=shown(least[place]), rank=ranks.get(least[place]))
            if most is None
            else Entry(
                combinations[place], least=shown(least[place]), most=shown(most[place]), rank=ranks.get(least[place])
            )
            for place in places[:count]
        ]


def shown(tenths: int) -> float | None:
    """Return odds as a decimal number. None if there are no odds."""
    return tenths / 10 if tenths else None


def tenths_of(odds: float | None) -> int:
    """Return odds in tenths. 0 for None."""
    return 0 if odds is None else round(odds * 10)


def _ranks(line: Sequence[int]) -> dict[int, int]:
    """Return the rank of all odds that exist."""
    ranks: dict[int, int] = {}
    for place, tenths in enumerate(sorted(filter(None, line)), 1):
        ranks.setdefault(tenths, place)
    return ranks


class Point(NamedTuple):
    """Win and place odds at one moment of the history, by horse number from 1."""

    as_of: datetime
    status: OddsStatus
    win: Sequence[int]
    place: Line
