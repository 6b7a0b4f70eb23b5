"""The stables: horses that race among each other, with the ages at which they run and the classes they rise through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from graphql_api.samples.places import BANEI, JRA, OVERSEAS, REGIONS
from graphql_api.samples.vocabulary import (
    JUMP_MAIDEN,
    JUMP_OPEN,
    LOCAL_CLASSES,
    MAIDEN,
    OPEN,
    OVERSEAS_GRADES,
    WIN1,
    WIN2,
    WIN3,
    RaceClass,
)

JUMPERS = "障害"


@dataclass(frozen=True, slots=True)
class Stable:
    """One population of horses.

    ``home`` is the stable on whose meetings it runs. ``early`` gives the share of races by age until the juveniles
    start in month ``start``, ``late`` after it. ``classes`` are its levels. A winner rises with chance ``rise``; who
    is beaten far falls with chance ``fall``. ``field`` is how few and many run. ``names`` is where its horses' numbers
    begin among all that were foaled in a year, and how many it may have.
    """

    circuit: str
    home: str
    early: Mapping[int, float]
    late: Mapping[int, float]
    start: int
    classes: tuple[RaceClass, ...]
    field: tuple[int, int]
    names: tuple[int, int]
    rise: float = 1.0
    fall: float = 0.0

    def ages(self, day: date) -> Mapping[int, float]:
        """Return the ages that race on a day, with their shares of the races."""
        return self.early if day.month < self.start else self.late

    def life(self, foaled: int) -> tuple[date, date]:
        """Return the first and the last day on which horses of a year of birth can run."""
        first = min(self.late)
        return date(foaled + first, self.start, 1), date(foaled + max(self.early), 12, 31)


_JRA_CLASSES = (MAIDEN, WIN1, WIN2, WIN3, OPEN)
_LOCAL_EARLY = {3: 0.5, 4: 0.5}
_LOCAL_LATE = {2: 0.18, 3: 0.42, 4: 0.4}
_LOCAL_NAMES, _LOCAL_FIRST = 1100, 4900


def _regional(name: str, place: int) -> Stable:
    field = (7, 10) if REGIONS[name].circuit == BANEI else (5, 12)
    names = (_LOCAL_FIRST + _LOCAL_NAMES * place, _LOCAL_NAMES)
    return Stable(
        REGIONS[name].circuit, name, _LOCAL_EARLY, _LOCAL_LATE, 4, LOCAL_CLASSES, field, names, rise=0.6, fall=0.06
    )


STABLES = {
    JRA: Stable(
        JRA, JRA, {3: 0.55, 4: 0.27, 5: 0.18}, {2: 0.32, 3: 0.38, 4: 0.18, 5: 0.12}, 6,
        _JRA_CLASSES, (5, 18), (0, 4600),
    ),
    JUMPERS: Stable(
        JRA, JRA, {4: 0.4, 5: 0.4, 6: 0.2}, {4: 0.4, 5: 0.4, 6: 0.2}, 1,
        (JUMP_MAIDEN, JUMP_OPEN), (7, 14), (4600, 300),
    ),
    **{
        name: _regional(name, place)
        for place, name in enumerate(name for name, each in REGIONS.items() if each.circuit != OVERSEAS)
    },
    "海外": Stable(
        OVERSEAS, "海外", {3: 0.4, 4: 0.35, 5: 0.25}, {3: 0.4, 4: 0.35, 5: 0.25}, 1, OVERSEAS_GRADES[:1], (5, 18),
        (14800, 1200),
    ),
}  # fmt: skip
"""Every stable by name."""
