"""A race as it was run: the card, the field, and who finished in which order."""

from typing import TYPE_CHECKING

from graphql_api.samples.cards import Card
from graphql_api.samples.horses import Horse
from graphql_api.samples.vocabulary import RaceClass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCRATCHED, EXCLUDED, FAILED, DISQUALIFIED, DEMOTED, REMOUNTED = "取", "除", "中", "失", "降", "再"
ABSENT = (SCRATCHED, EXCLUDED)
NOT_PLACED = (FAILED, DISQUALIFIED, REMOUNTED)
NOT_WEIGHED, NOT_WEIGHED_BEFORE = "計不", "前計不"


class Entry:
    """A horse in a race, with its rider as a place in the roster.

    ``strength`` is what the horse could be expected to do, ``performance`` what it did, noise included. ``weight`` is
    its own in kg and ``change`` that since its last race; ``note`` stands where they are not known.
    """

    __slots__ = ("change", "horse", "note", "performance", "rider", "strength", "weight")

    def __init__(self, horse: Horse, rider: int, strength: float, performance: float) -> None:
        """Enter a horse; its weight is that of its last race."""
        self.horse, self.rider, self.strength, self.performance = horse, rider, strength, performance
        self.weight, self.change, self.note = horse.weight, 0, ""


class Run:
    """One race.

    ``entries`` are in the order of their numbers from 1; ``statuses`` tells by place in it who did not finish as usual,
    ``tied`` which place two horses share (0: none), ``blank`` which cell the page leaves empty.
    """

    __slots__ = (
        "age", "blank", "card", "distance", "entries", "kind", "name", "number", "statuses", "surface", "tied",
    )  # fmt: skip

    def __init__(self, card: Card, number: int, kind: RaceClass, name: str, age: int) -> None:
        """Announce a race, without a field."""
        self.card, self.number, self.kind, self.name, self.age = card, number, kind, name, age
        self.surface, self.distance = "", 0
        self.entries: Sequence[Entry] = ()
        self.statuses: Mapping[int, str] = {}
        self.tied = 0
        self.blank = ""

    @property
    def key(self) -> str:
        """Name the race among all of a calendar."""
        return f"{self.card.meeting.day}/{self.card.meeting.course}/{self.number}"

    @property
    def abandoned(self) -> bool:
        """Return whether the race was not run."""
        return self.number >= self.card.abandoned_from

    def starters(self) -> list[int]:
        """Return the places in ``entries`` of those that started; none in an abandoned race."""
        if self.abandoned:
            return []
        if not self.statuses:
            return list(range(len(self.entries)))
        return [place for place in range(len(self.entries)) if self.statuses.get(place) not in ABSENT]

    def crossing(self) -> list[int]:
        """Return the places in ``entries`` in the order in which they passed the post; a remounted horse is last."""
        finished = [place for place in self.starters() if self.statuses.get(place) != FAILED]
        slowness = [-entry.performance for entry in self.entries]
        finished.sort(key=slowness.__getitem__)
        if REMOUNTED in self.statuses.values():
            finished.sort(key=lambda place: self.statuses.get(place) == REMOUNTED)
        return finished

    def official(self) -> dict[int, int]:
        """Return the official position of each placed horse, by its place in ``entries``, the winner first.

        A demoted horse goes behind the next one. Two may share a position; the next one is then left out.
        """
        placed = [place for place in self.crossing() if self.statuses.get(place) not in NOT_PLACED]
        for rank in range(len(placed) - 1):
            if self.statuses.get(placed[rank]) == DEMOTED:
                placed[rank : rank + 2] = placed[rank + 1], placed[rank]
                break
        return {place: rank - (rank == self.tied + 1 and self.tied > 0) for rank, place in enumerate(placed, 1)}
