"""The fictional racing calendar: days, cards, results, payouts and odds, past and to come, without pandas.

Everything follows from the seed. Nothing here reads the clock: to show a calendar as if it were live, pass the
time, and use results and payouts only of races that are over.

    calendar = Calendar(seed=1)
    for race in calendar.races(date(2026, 4, 5)):
        calendar.odds(race, at=datetime.now(JST))
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from graphql_api.japan_time import JST
from graphql_api.samples.cards import Card, draw_card
from graphql_api.samples.crops import Crop
from graphql_api.samples.duty import RIDERS, Duty
from graphql_api.samples.loads import loads_of
from graphql_api.samples.market import Market, Quote
from graphql_api.samples.payouts import Payout, payouts_of
from graphql_api.samples.places import BANEI, JRA, NAR, OVERSEAS, Meeting, meetings
from graphql_api.samples.results import Result, result_of
from graphql_api.samples.runs import NOT_WEIGHED, SCRATCHED, Run
from graphql_api.slips.tickets.field import race_field

if TYPE_CHECKING:
    from graphql_api.samples.quotations import Pools

_FIRST_RACES = {JRA: time(9, 50), NAR: time(14, 0), BANEI: time(14, 30), OVERSEAS: time(13, 0)}
_BETWEEN_RACES, _BETWEEN_MEETINGS = timedelta(minutes=33), timedelta(minutes=10)
_CROPS, _CARDS, _OUTCOMES = 128, 8192, 8192  # kept


@dataclass(frozen=True, slots=True)
class Runner:
    """A declared horse. ``weight`` and ``change`` in kg are None if it was not weighed, or not before."""

    number: int
    bracket: int | None
    horse: str
    age: int
    jockey_id: str
    jockey: str
    carried: float
    weight: int | None
    change: int | None
    scratched: bool


@dataclass(frozen=True, slots=True)
class Race:
    """A race as it is announced. ``id`` is netkeiba's, None overseas; ``prize`` is the winner's in 10,000 yen."""

    id: str | None
    meeting: Meeting
    number: int
    name: str
    class_name: str
    prize: float
    surface: str
    distance: int
    weather: str
    going: str
    start: datetime
    runners: tuple[Runner, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers of a race: its result, the final odds, and the carried weights in kg."""

    result: Result
    odds: tuple[Quote, ...]
    loads: tuple[float, ...]


class Calendar:
    """The calendar of one seed. Results do not depend on the order of calls. Not safe for threads.

    The first call for a meeting computes the careers of its horses up to that day, which takes about a second. Later
    calls continue from there.
    """

    def __init__(self, seed: int) -> None:
        """Store the seed, which determines everything."""
        self.seed = seed
        self._duty = Duty(seed)
        self._crop = lru_cache(maxsize=_CROPS)(self._new_crop)
        self._card = lru_cache(maxsize=_CARDS)(self._new_card)
        self._outcome = lru_cache(maxsize=_OUTCOMES)(self._new_outcome)

    def races(self, day: date) -> tuple[Race, ...]:
        """Return the races of a day as they are announced, by meeting and number."""
        return tuple(
            self._announced(run, place)
            for place, meeting in enumerate(meetings(day))
            for run in self.runs(meeting).values()
        )

    def result(self, race: Race) -> Result:
        """Return the result of a race."""
        return self.outcome(self._run(race)).result

    def payouts(self, race: Race) -> tuple[Payout, ...]:
        """Return the payouts of a race. Empty for an abandoned one."""
        run = self._run(race)
        return payouts_of(run, Market(run, self.seed).shares())

    def odds(self, race: Race, at: datetime) -> tuple[Quote, ...]:
        """Return the win odds at a time with a zone, in the order of the numbers. Empty before sales open."""
        return Market(self._run(race), self.seed).at(at, race.start)

    def pools(self, race: Race, at: datetime) -> "Pools | None":
        """Return the odds of all types at a time with a zone. None before sales open."""
        run = self._run(race)
        shares = Market(run, self.seed).shares_at(at, race.start)
        if shares is None:
            return None
        from graphql_api.samples.quotations import pools_of  # numpy, which the command line does without

        return pools_of(run.card.meeting, len(run.entries), shares)

    def runs(self, meeting: Meeting) -> dict[int, Run]:
        """Return the races of a meeting by number, as they were run."""
        slots = self._card(meeting).slots
        runs: dict[int, Run] = {}
        for stable, age in set(slots.values()):
            runs.update(self._crop(stable, meeting.day.year - age).runs(meeting.day, meeting.course))
        return dict(sorted(runs.items()))

    def place_of(self, rider: int, day: date) -> str | None:
        """Return the racecourse of a jockey, given by the place in the roster, on a day."""
        for course, bookings in self._duty.bookings(day).items():
            if any(booking.rider == rider for booking in bookings):
                return course
        return None

    def outcome(self, run: Run) -> Outcome:
        """Return a race in figures."""
        return self._outcome(run)

    def _run(self, race: Race) -> Run:
        return self.runs(race.meeting)[race.number]

    def _new_crop(self, stable: str, foaled: int) -> Crop:
        return Crop(stable, foaled, self.seed, self._cards, self._duty.bookings)

    def _new_card(self, meeting: Meeting) -> Card:
        return draw_card(meeting, self.seed)

    def _new_outcome(self, run: Run) -> Outcome:
        return Outcome(result_of(run, self.seed), Market(run, self.seed).final(), loads_of(run, self.seed))

    def _cards(self, day: date, stable: str) -> Iterator[Card]:
        return (self._card(meeting) for meeting in meetings(day) if meeting.stable == stable)

    def _announced(self, run: Run, place: int) -> Race:
        meeting = run.card.meeting
        first = datetime.combine(meeting.day, _FIRST_RACES[meeting.circuit], JST)
        start = first + (run.number - 1) * _BETWEEN_RACES + place % 3 * _BETWEEN_MEETINGS
        return Race(
            meeting.race_id(run.number), meeting, run.number, run.name, run.kind.suffix, run.kind.prize, run.surface,
            run.distance, run.card.weather, run.card.going, start, tuple(_runners(run, self.outcome(run).loads)),
        )  # fmt: skip


def _runners(run: Run, loads: tuple[float, ...]) -> Iterator[Runner]:
    overseas = run.card.meeting.circuit == OVERSEAS
    brackets = race_field(len(run.entries)).bracket_of
    for place, entry in enumerate(run.entries):
        jockey_id, career = RIDERS[entry.rider]
        weighed = entry.note != NOT_WEIGHED
        yield Runner(
            place + 1, None if overseas else brackets[place], entry.horse.name, run.age,
            jockey_id, career.name, loads[place], entry.weight if weighed else None,
            entry.change if weighed and not overseas else None, run.statuses.get(place) == SCRATCHED,
        )  # fmt: skip
