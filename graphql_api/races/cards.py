"""Cards: the races of a meeting or of a day, as one answer of a provider has them, held as one version."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from graphql_api.races.ids import RacePlace
from graphql_api.races.model import Race, RaceProvider
from graphql_api.snapshots.source import Source

RACE_BYTES = 24_000
"""What a race of a full field takes in memory."""


class Card(Mapping[RacePlace, Race]):
    """Races by their places in the calendar, in the order in which they are listed; each is made when first asked for.

    Round and day of the meeting are not part of the places here.
    """

    def __init__(self, races: Mapping[RacePlace, Callable[[], Race]]) -> None:
        """Know how each race is made."""
        self._makers = {RacePlace(place.day, place.course, place.number): make for place, make in races.items()}
        self._made: dict[RacePlace, Race] = {}

    def __getitem__(self, place: RacePlace) -> Race:
        """Return a race; two threads may make the same one twice, which does no harm."""
        made = self._made.get(place)
        if made is None:
            made = self._made[place] = self._makers[place]()
        return made

    def __iter__(self) -> Iterator[RacePlace]:
        """List the places."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Count the races."""
        return len(self._makers)

    def by_id(self, race_id: str) -> Race | None:
        """Return the race with an id of netkeiba's."""
        return next((race for place in self if (race := self[place]).id == race_id), None)

    @property
    def nbytes(self) -> int:
        """Estimate what all of it takes in memory."""
        return RACE_BYTES * max(1, len(self))


class CardProvider(Source[Card], Protocol):
    """Where cards come from: a source of snapshots, whose keys name cards.

    A day's key is its ISO date; ``key_of_id`` and ``key_of_place`` name the card that has a race.
    """

    provider: RaceProvider

    def key_of_id(self, race_id: str, /) -> str:
        """Return the key of the card that has the race with an id of netkeiba's."""

    def key_of_place(self, place: RacePlace, /) -> str:
        """Return the key of the card that has the race at a place."""
