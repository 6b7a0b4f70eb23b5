"""Cards: one race, or the races of a day, as a provider tells them; and the keys by which they are asked for.

A day's key is its ISO date; a race's is its id in netkeiba's form or in that of the bridge.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from graphql_api.races.ids import RacePlace
from graphql_api.races.model import Race

RACE_BYTES = 24_000
"""What a race of a full field takes in memory."""


def day_of(key: str) -> date | None:
    """Return the day of a day's key; None for that of a race."""
    return date.fromisoformat(key) if "-" in key else None


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
