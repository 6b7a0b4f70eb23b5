"""The provider ``mock``: the fictional calendar as if it were live, with odds that move and no results.

All follows from the time of day, so that the same moment always shows the same.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Lock

from graphql_api.errors import NotFound
from graphql_api.jockeys.race_names import race_name
from graphql_api.jockeys.vocabulary import GOINGS, SURFACES, WEATHERS, FinishStatus
from graphql_api.races.cards import Card, day_of
from graphql_api.races.ids import COURSE_CODES, RACECOURSES, RacePlace, race_ids
from graphql_api.races.model import Race, RaceProvider, RaceSource, RaceStatus, Runner
from graphql_api.samples.calendar import JST, Calendar
from graphql_api.samples.calendar import Race as Announced
from graphql_api.samples.calendar import Runner as AnnouncedRunner
from graphql_api.samples.market import CLOSES, Quote
from graphql_api.samples.places import Meeting, meetings
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import StoredObject

SEED = 1
"""The calendar of the sample files, unless they were written with another seed."""

ANNOUNCED_DAYS = range(-1, 14)
"""Days from today on whose cards are told."""


class MockCards:
    """A ``CardProvider`` of the calendar."""

    name = "livecards"
    key_field = "card"

    def __init__(self, calendar: Calendar, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Tell of ``calendar``; ``now`` tells the time of day."""
        self._calendar = calendar
        self._now = now
        self._lock = Lock()  # a calendar is one thread's at a time

    def checked(self, key: str) -> str:
        """Return the key as it is: clients never name one."""
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Tell the minute, from which the card follows. Raises ``NotFound`` for what is not announced then."""
        now = self._now().astimezone(JST).replace(second=0, microsecond=0)
        if _day(key, now) is None:
            raise NotFound("There is no such card.")
        version = f"{now:%Y%m%d%H%M}"
        return None if version == etag else StoredObject(key, now.isoformat().encode(), version, now)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Card:  # noqa: ARG002 - of the protocol
        """Draw the card as it is at that minute."""
        moment = datetime.fromisoformat(stored.data.decode())
        day = _day(key, moment)
        assert day is not None  # noqa: S101 - as when it was read
        with self._lock:
            announced = [race for race in self._calendar.races(day) if race.meeting.course in COURSE_CODES]
            if day_of(key) is None:
                announced = [race for race in announced if key in (race.id, race_ids(_place(race)).bridge)]
            quotes = [self._calendar.odds(race, moment) for race in announced]
        races = zip(announced, quotes, strict=True)
        return Card({_place(race): partial(_race, race, offered, moment) for race, offered in races})

    def size(self, value: Card) -> int:
        """Estimate a card's bytes."""
        return value.nbytes

    def close(self) -> None:
        """Do nothing: a calendar holds no connection."""


def _day(key: str, now: datetime) -> date | None:
    """Return the day of a card; None where it is not announced, or has no races."""
    return next((day for offset in ANNOUNCED_DAYS if _has(day := now.date() + timedelta(offset), key)), None)


def _has(day: date, key: str) -> bool:
    """Say whether a day has a card of this key; of a race the meeting is looked for."""
    held = [meeting for meeting in meetings(day) if meeting.course in COURSE_CODES]
    if day_of(key) is not None:
        return bool(held) and key == day.isoformat()
    return any(key.startswith(_prefixes(meeting)) for meeting in held)


def _prefixes(meeting: Meeting) -> tuple[str, str]:
    """Return how the ids of a meeting's races begin: netkeiba's, and the bridge's."""
    return str(meeting.race_id(1))[:10], f"{meeting.day:%Y%m%d}_{COURSE_CODES[meeting.course]}_"


def _place(race: Announced) -> RacePlace:
    return RacePlace(race.start.date(), COURSE_CODES[race.meeting.course], race.number)


def _race(race: Announced, quotes: tuple[Quote, ...], moment: datetime) -> Race:
    place, meeting = _place(race), race.meeting
    name, grade, race_class = race_name(race.name)
    offered = {quote.number: quote for quote in quotes}
    return Race(
        id=race.id,
        date=place.day,
        racecourse=RACECOURSES[place.course],
        jurisdiction=place.jurisdiction,
        race_number=race.number,
        meeting_round=meeting.round or None,
        meeting_day=meeting.number or None,
        name=name,
        grade=grade,
        race_class=race_class,
        surface=SURFACES[race.surface],
        distance=race.distance,
        going=GOINGS[race.going],
        weather=WEATHERS[race.weather],
        field_size=sum(not runner.scratched for runner in race.runners),
        declared_runners=len(race.runners),
        post_time=race.start,
        betting_deadline=race.start - CLOSES,
        status=RaceStatus.UPCOMING if moment < race.start else RaceStatus.UNKNOWN,
        runners=tuple(_runner(runner, offered) for runner in race.runners),
        sources=(RaceSource(RaceProvider.MOCK, moment),),
    )


def _runner(runner: AnnouncedRunner, offered: Mapping[int, Quote]) -> Runner:
    quote = offered.get(runner.number)
    return Runner(
        horse_number=runner.number,
        bracket_number=runner.bracket,
        horse_name=runner.horse,
        jockey_id=runner.jockey_id,
        jockey_name=runner.jockey,
        carried_weight=runner.carried,
        body_weight=runner.weight,
        body_weight_change=runner.change,
        win_odds=quote.odds if quote else None,
        favourite_rank=quote.rank if quote else None,
        finish_status=FinishStatus.SCRATCHED if runner.scratched else None,
    )
