"""The provider ``mock``: the fictional calendar in real time, with changing odds, then results and payouts.

Everything depends only on the time, so that the same moment always gives the same data.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, NamedTuple, Self

from graphql_api.errors import NotFound
from graphql_api.japan_time import JST
from graphql_api.jockeys.race_names import race_name
from graphql_api.jockeys.vocabulary import GOINGS, NON_FINISHES, SURFACES, WEATHERS, FinishStatus
from graphql_api.races.cards import Card, day_of
from graphql_api.races.ids import COURSE_CODES, RACECOURSES, RacePlace, race_ids
from graphql_api.races.model import Payout, Placed, Race, RaceProvider, RaceSource, RaceStatus, Runner
from graphql_api.samples.calendar import Calendar
from graphql_api.samples.calendar import Race as Announced
from graphql_api.samples.calendar import Runner as AnnouncedRunner
from graphql_api.samples.market import CLOSES, Quote
from graphql_api.samples.payouts import Payout as Paid
from graphql_api.samples.places import Meeting, meetings
from graphql_api.samples.results import Finish, Result
from graphql_api.services import Services
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import StoredObject

SEED = 1
"""Seed of the calendar, which is that of the sample files by default."""

ANNOUNCED_DAYS = range(-1, 14)
"""Days, counted from today, whose cards exist."""


OFFICIAL_AFTER = timedelta(minutes=15)
"""Time after the post time at which a race has an official result and payouts."""


class RaceState(NamedTuple):
    """The state of a race at a moment. ``result`` is None before it is official."""

    race: Announced
    quotes: tuple[Quote, ...]
    result: Result | None = None
    payouts: tuple[Paid, ...] = ()


class FictionalRacing:
    """The service with the calendar and its time of day. Hold ``lock`` to use the calendar."""

    def __init__(self, calendar: Calendar, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Use ``calendar``. ``now`` returns the time of day."""
        self.calendar = calendar
        self.now = now
        self.lock = Lock()

    @classmethod
    def open(cls, _services: Services) -> Self:
        """Return the service with the calendar of the sample files."""
        return cls(Calendar(SEED))


class MockCards:
    """A ``CardProvider`` of the calendar."""

    name = "livecards"
    key_field = "card"

    def __init__(self, racing: FictionalRacing) -> None:
        """Use ``racing``."""
        self._calendar = racing.calendar
        self._now = racing.now
        self._lock = racing.lock  # a calendar is one thread's at a time

    def checked(self, key: str) -> str:
        """Return the key as it is: clients never name one."""
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Return the minute, which determines the card. Raises ``NotFound`` for a race that is not announced then."""
        now = self._now().astimezone(JST).replace(second=0, microsecond=0)
        if _day(key, now) is None:
            raise NotFound("There is no such card.")
        version = f"{now:%Y%m%d%H%M}"
        return None if version == etag else StoredObject(key, now.isoformat().encode(), version, now)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Card:  # noqa: ARG002 - of the protocol
        """Return the card of that minute."""
        moment = datetime.fromisoformat(stored.data.decode())
        day = _day(key, moment)
        assert day is not None  # noqa: S101 - as when it was read
        with self._lock:
            announced = [race for race in self._calendar.races(day) if race.meeting.course in COURSE_CODES]
            if day_of(key) is None:
                announced = [race for race in announced if key in (race.id, race_ids(_place(race)).bridge)]
            told = [self._told(race, moment) for race in announced]
        return Card({_place(each.race): partial(_race, each, moment) for each in told})

    def _told(self, race: Announced, moment: datetime) -> RaceState:
        """Return the state of a race at a moment. The caller holds the lock of the calendar."""
        quotes = self._calendar.odds(race, moment)
        if moment < race.start + OFFICIAL_AFTER:
            return RaceState(race, quotes)
        return RaceState(race, quotes, self._calendar.result(race), self._calendar.payouts(race))

    def size(self, value: Card) -> int:
        """Estimate a card's bytes."""
        return value.nbytes

    def close(self) -> None:
        """Do nothing: a calendar holds no connection."""


def _day(key: str, now: datetime) -> date | None:
    """Return the day of a card. None if it is not announced, or has no races."""
    return next((day for offset in ANNOUNCED_DAYS if _has(day := now.date() + timedelta(offset), key)), None)


def _has(day: date, key: str) -> bool:
    """Return whether a day has the card of a key. For a race, it must have its meeting."""
    held = [meeting for meeting in meetings(day) if meeting.course in COURSE_CODES]
    if day_of(key) is not None:
        return bool(held) and key == day.isoformat()
    return any(key.startswith(_prefixes(meeting)) for meeting in held)


def _prefixes(meeting: Meeting) -> tuple[str, str]:
    """Return the prefixes of the ids of a meeting's races: netkeiba's and the bridge's."""
    return str(meeting.race_id(1))[:10], f"{meeting.day:%Y%m%d}_{COURSE_CODES[meeting.course]}_"


def _place(race: Announced) -> RacePlace:
    return RacePlace(race.start.date(), COURSE_CODES[race.meeting.course], race.number)


def _race(told: RaceState, moment: datetime) -> Race:
    race = told.race
    place, meeting = _place(race), race.meeting
    name, grade, race_class = race_name(race.name)
    runners = tuple(_runners(told))
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
        field_size=_field_size(told),
        declared_runners=len(race.runners),
        post_time=race.start,
        betting_deadline=race.start - CLOSES,
        status=_status(told, moment),
        runners=runners,
        winners=_placed(runners, 1),
        runners_up=_placed(runners, 2),
        sources=(RaceSource(RaceProvider.MOCK, moment),),
        payouts=tuple(Payout(paid.bet_type, paid.combination, paid.yen) for paid in told.payouts),
    )


def _field_size(told: RaceState) -> int:
    """Return the number of starters. 0 for an abandoned race."""
    if told.result is not None and not told.result.finishes:
        return 0
    return sum(not runner.scratched for runner in told.race.runners)


def _status(told: RaceState, moment: datetime) -> RaceStatus:
    if told.result is not None:
        return RaceStatus.OFFICIAL if told.result.finishes else RaceStatus.ABANDONED
    return RaceStatus.UPCOMING if moment < told.race.start else RaceStatus.UNKNOWN


def _placed(runners: Iterable[Runner], position: int) -> tuple[Placed, ...]:
    placed = (runner for runner in runners if runner.finish_position == position)
    return tuple(Placed(runner.horse_name or "", runner.horse_number) for runner in placed)


def _runners(told: RaceState) -> Iterator[Runner]:
    offered = {quote.number: quote for quote in told.quotes}
    finishes = {finish.number: finish for finish in told.result.finishes} if told.result else {}
    for runner in told.race.runners:
        known = _runner(runner, offered.get(runner.number))
        finish = finishes.get(runner.number)
        yield known if finish is None else replace(known, **_finished(finish))


def _finished(finish: Finish) -> dict[str, Any]:
    """Return the fields of a runner from the result."""
    return {
        "finish_position": finish.position,
        "finish_status": NON_FINISHES.get(finish.status, FinishStatus.FINISHED),
        "finish_time": _seconds(finish.time),
        "margin": _seconds(finish.margin),
        "corner_positions": finish.corners or None,
        "last3f": _seconds(finish.last3f),
    }


def _seconds(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _runner(runner: AnnouncedRunner, quote: Quote | None) -> Runner:
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
