"""Odds as the API knows them, wherever they come from. Numbers are in tenths: 35 is 3.5 times the stake; 0 is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from graphql_api.language import Label
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType, Combination

RANGES = frozenset({BetType.PLACE, BetType.QUINELLA_PLACE})
"""Types whose odds are a range: they depend on which other horses are placed."""


NEVER = 2**32
"""In tenths: more than any odds."""


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
    """The odds of one type in tenths, in the order of ``every_combination``; 0 before sales and for scratched horses.

    ``most`` is the upper bound of a range, whose lower one is ``least``; None for types without a range.
    """

    least: Sequence[int]
    most: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The odds of one combination: a number, or the bounds of a range; None where there are none.

    ``rank`` counts from the lowest odds of the type, equal odds alike.
    """

    combination: Combination
    odds: float | None = None
    least: float | None = None
    most: float | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All odds of a race at one moment. ``race_id`` is the bridge's id, ``runners`` the declared horses.

    ``as_of`` is the source's own time of the odds, and never after ``fetched_at``, when this service read them.
    ``is_stale`` where a newer version could not be read.
    """

    race_id: str
    runners: int
    status: OddsStatus
    as_of: datetime
    fetched_at: datetime
    lines: Mapping[BetType, Line]
    is_stale: bool = False

    def entries(self, bet_type: BetType, count: int | None = None, *, by_rank: bool = False) -> list[Entry]:
        """Return the odds of a type; empty if it has none.

        They are in ascending order of their combinations, or lowest odds first and those without any last; ``count``
        of them at most.
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
    """Return odds as clients see them; None for none."""
    return tenths / 10 if tenths else None


def tenths_of(odds: float | None) -> int:
    """Return odds in tenths; 0 for none."""
    return 0 if odds is None else round(odds * 10)


def _ranks(line: Sequence[int]) -> dict[int, int]:
    """Return the rank of each odds that there are."""
    ranks: dict[int, int] = {}
    for place, tenths in enumerate(sorted(filter(None, line)), 1):
        ranks.setdefault(tenths, place)
    return ranks


class Point(NamedTuple):
    """The odds to win and for a place, by horse number from 1, at one moment of the history."""

    as_of: datetime
    status: OddsStatus
    win: Sequence[int]
    place: Line
