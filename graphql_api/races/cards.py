"""Cards: one race, or the races of a day, from a provider, and their keys.

The key of a day is its ISO date. The key of a race is its id in netkeiba's form or in that of the bridge.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from graphql_api.races.ids import RacePlace
from graphql_api.races.model import Race

RACE_BYTES = 24_000
"""Memory of a race with a full field, in bytes."""


def day_of(key: str) -> date | None:
    """Return the day of a day's key. None for the key of a race."""
    return date.fromisoformat(key) if "-" in key else None


class Card(Mapping[RacePlace, Race]):
    """Races by their places in the calendar, in the order of the list. Each is made when it is first used.

    The places do not include round and day of the meeting.
    """

    def __init__(self, races: Mapping[RacePlace, Callable[[], Race]]) -> None:
        """Store the functions that make the races."""
        self._makers = {RacePlace(place.day, place.course, place.number): make for place, make in races.items()}
        self._made: dict[RacePlace, Race] = {}

    def __getitem__(self, place: RacePlace) -> Race:
        """Return a race. Two threads may make the same one twice, which is harmless."""
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
        """Return the race with a netkeiba id."""
        return next((race for place in self if (race := self[place]).id == race_id), None)

    @property
    def nbytes(self) -> int:
        """Return the estimated memory of all races, in bytes."""
        return RACE_BYTES * max(1, len(self))
