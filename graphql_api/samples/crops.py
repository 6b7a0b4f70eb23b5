"""The horses of a stable that were foaled in one year, and all their races, run from their first day on.

The horses of a race are of one age, so each crop is a world of its own: to know a race, its crop is run from its start
up to that day, and no further. A horse's chance to win is the softmax of the field's strengths: to each strength Gumbel
noise is added, and the order of the sums is the order of finish.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from heapq import nlargest
from math import exp, log
from operator import attrgetter
from random import Random

from graphql_api.samples.cards import RACES_A_DAY, Card
from graphql_api.samples.duty import SKILLS, Booking, jump_jockeys, riders_for
from graphql_api.samples.horses import Horse, horse_name
from graphql_api.samples.incidents import befall, deal_incidents
from graphql_api.samples.names import MAIN_RACE, race_class, race_name
from graphql_api.samples.places import BANEI, DIRT, DISTANCES, JRA, JUMP, NAR, OVERSEAS, TURF
from graphql_api.samples.runs import NOT_WEIGHED, NOT_WEIGHED_BEFORE, SCRATCHED, Entry, Run
from graphql_api.samples.stables import JUMPERS, STABLES
from graphql_api.samples.vocabulary import DEBUT, GRADED, PRIZE_SHARES, WIN3, RaceClass

DEBUTS = -1
"""The level of horses that have not run yet."""

_REST_DAYS = 13
_LONG_REST_DAYS, _COME_BACK = 150, 0.6
_FORM = 0.6  # how much a horse's strength changes from race to race
_OUT_OF_DISTANCE = 3.0
_MOST_STARTS, _MAIDEN_STARTS = 50, 8
# What a horse gains in kg from race to race, each as likely.
_EVEN_CHANGES = (-12, -10, -8, -6, -6, -4, -4, -4, -2, -2, -2, -2, 0, 0, 0, 0, 2, 2, 2, 2, 4, 4, 4, 6, 6, 8, 10, 12)
_CHANGES = tuple(change + odd for change in _EVEN_CHANGES for odd in (-1, 0, 0, 1))
_SPARE_NAMES = 100
_SHORTEST = 500  # in metres; over ban'ei's straight of 200 there is no question of distance
_RESTED = attrgetter("rested")

Cards = Callable[[date, str], Iterable[Card]]
Bookings = Callable[[date], dict[str, list[Booking]]]


class Crop:
    """One year's horses of a stable, and their races so far."""

    def __init__(self, stable: str, foaled: int, seed: int, cards: Cards, bookings: Bookings) -> None:
        """Start without horses. ``cards`` and ``bookings`` return a day's races and jockeys."""
        self._name, self._foaled, self._seed = stable, foaled, seed
        self._stable = STABLES[stable]
        self._cards, self._bookings = cards, bookings
        self._rng = Random(f"{seed}/crop/{stable}/{foaled}")  # noqa: S311  (sample data, no secret)
        self._incidents = deal_incidents(self._rng)
        self._next, self._last = self._stable.life(foaled)
        self._queues: dict[tuple[int, str], list[Horse]] = {}
        self._horses = 0
        self._runs: dict[tuple[date, str], dict[int, Run]] = {}

    def runs(self, day: date, course: str) -> dict[int, Run]:
        """Return the crop's races at a meeting by number. All earlier races are computed first."""
        while self._next <= min(day, self._last):
            self._race_day(self._next)
            self._next += timedelta(days=1)
        return self._runs.get((day, course), {})

    def _race_day(self, day: date) -> None:
        age = day.year - self._foaled
        for card in self._cards(day, self._stable.home):
            numbers = [number for number, slot in card.slots.items() if slot == (self._name, age)]
            if numbers:
                bookings = self._bookings(day)[card.meeting.course]
                races = {number: self._race(card, number, age, bookings) for number in numbers}
                self._runs[day, card.meeting.course] = races

    def _race(self, card: Card, number: int, age: int, bookings: Sequence[Booking]) -> Run:
        """Run one race: choose its conditions, draw field and riders, and let its horses rise or fall by the result."""
        rng, circuit, day = self._rng, self._stable.circuit, card.meeting.day
        level, surface = self._conditions(card, number, age)
        kind = race_class(circuit, surface, level, age, number, day, rng)
        run = Run(card, number, kind, race_name(circuit, kind, age, number, day, rng), age)
        fewest, most = self._stable.field
        if surface == JUMP:
            bookings = jump_jockeys(bookings, fewest)
        size = min(max(rng.randint(fewest, most), rng.randint(fewest, most)), len(bookings))
        ready = self._ready(level, surface, day, size, kind)
        run.surface = self._track(card.meeting.course, surface)
        run.distance = self._distance(card.meeting.course, run.surface, kind, ready)
        horses = self._field(max(level, 0), surface, ready, size, log(run.distance))
        riders = riders_for(horses, bookings, number, jumps=surface == JUMP, rng=rng)
        run.entries = self._entries(run, horses, riders)
        if circuit != OVERSEAS and not run.abandoned:
            befall(run, next(self._incidents), rng)
        self._weigh(run)
        self._return(run)
        return run

    def _conditions(self, card: Card, number: int, age: int) -> tuple[int, str]:
        """Choose level and surface: where the most horses wait, the higher levels later in the day."""
        surfaces = DISTANCES[card.meeting.course]
        rested = card.meeting.day.toordinal() - _REST_DAYS
        top = max(1, len(self._stable.classes) - 1)
        late = ((7 if number == RACES_A_DAY else number - 1) / 10) ** 2 if len(self._stable.classes) > 1 else 0.0
        strict = 20 if number == MAIN_RACE else 5
        over = self._maidens_are_over(card.meeting.day, age)
        options = {
            (level, surface): max(0, min(30, bisect_right(queue, rested, key=_RESTED)) - 4)
            * exp(-strict * (level / top - late) ** 2)
            for (level, surface), queue in self._queues.items()
            if surface in surfaces and level >= over
        }
        newcomers = self._newcomers(card.meeting.day, age)
        first = DEBUTS if newcomers else int(over)
        for surface in self._surfaces(surfaces):
            # Where no horse waits at all, some come from elsewhere.
            options[first, surface] = options.get((first, surface), 0.0) + newcomers * exp(-strict * late**2) + 0.001
        return self._rng.choices(list(options), list(options.values()))[0]

    def _surfaces(self, surfaces: Iterable[str]) -> list[str]:
        """Return the surfaces for which horses of this stable are bred, of those of a course."""
        if self._name == JUMPERS:
            return [JUMP]
        mixed = self._stable.circuit in (JRA, OVERSEAS)
        return [each for each in surfaces if each == DIRT or (mixed and each == TURF)]

    def _newcomers(self, day: date, age: int) -> float:
        """Return the number of places for horses that have not run yet, while there are names."""
        if self._horses >= self._stable.names[1] - _SPARE_NAMES:
            return 0.0
        if self._name == JUMPERS or self._stable.circuit == OVERSEAS:
            return 1.0
        if age > min(self._stable.late):
            return 6.0 if age == 3 and day.month <= 3 else 0.0
        return 25.0 if self._stable.circuit == JRA else 5.0

    def _maidens_are_over(self, day: date, age: int) -> bool:
        """Return whether JRA has no more flat races for horses that never won: from the autumn of their third year."""
        return self._name == JRA and (age > 3 or (age == 3 and day.month > 9))

    def _track(self, course: str, surface: str) -> str:
        """Run some local races on turf, where there is any, with horses of the dirt."""
        if self._stable.circuit == NAR and TURF in DISTANCES[course] and self._rng.random() < 0.1:
            return TURF
        return surface

    def _ready(self, level: int, surface: str, day: date, size: int, kind: RaceClass) -> list[Horse]:
        """Return the horses to choose a field from: those that wait longest, for a graded race those that won most."""
        queue = self._queues.get((level, surface), [])
        rested = bisect_right(queue, day.toordinal() - _REST_DAYS, key=_RESTED)
        if kind.suffix in GRADED:
            return nlargest(size + 4, queue[:rested], key=lambda horse: horse.won)
        tired = day.toordinal() - _LONG_REST_DAYS
        window = queue[: min(rested, 2 * size)]
        gone = {horse for horse in window if horse.rested < tired and self._rng.random() > _COME_BACK}
        if gone:
            queue[: len(window)] = window = [horse for horse in window if horse not in gone]
        return window

    def _distance(self, course: str, surface: str, kind: RaceClass, ready: Sequence[Horse]) -> int:
        """Choose a distance that suits one of the horses; the longest races are for the better ones."""
        distances = DISTANCES[course][surface]
        if surface != JUMP and kind.prize <= WIN3.prize:
            longest = 2000 if kind is DEBUT else 2600
            distances = tuple(each for each in distances if each <= longest)
        best = self._rng.choice(ready).best if ready else self._rng.gauss(7.37, 0.2)
        return min(distances, key=lambda each: abs(log(each) - best) + 0.15 * self._rng.random())

    def _field(self, level: int, surface: str, ready: list[Horse], size: int, distance: float) -> list[Horse]:
        """Take the field out of those that wait, such as like the distance; fill it up where too few do."""
        rng, fewest = self._rng, self._stable.field[0]
        field = sorted(ready, key=lambda horse: abs(horse.best - distance) + 0.4 * rng.random())[:size]
        if field:
            taken = set(field)
            queue = self._queues[level, surface]
            reach = bisect_right(queue, max(map(_RESTED, field)), key=_RESTED)
            queue[:reach] = [horse for horse in queue[:reach] if horse not in taken]
        for _ in range((size if not field else fewest) - len(field)):
            field.append(self._new_horse(surface, level))
        return field

    def _new_horse(self, surface: str, level: int) -> Horse:
        first, most = self._stable.names
        name = horse_name(self._foaled, first + self._horses % most, self._seed)
        self._horses += 1
        return Horse(name, self._foaled, surface, level, self._rng, draught=self._stable.circuit == BANEI)

    def _entries(self, run: Run, horses: Sequence[Horse], riders: Sequence[int]) -> list[Entry]:
        """Give the horses their strengths and performances of the day, and draw their numbers."""
        random, gauss = self._rng.random, self._rng.gauss
        distance = log(run.distance)
        unsuited = _OUT_OF_DISTANCE if run.distance > _SHORTEST else 0.0
        entries = []
        for horse, rider in zip(horses, riders, strict=True):
            grown = horse.ability + horse.growth * (run.age - 4)
            strength = grown - unsuited * abs(horse.best - distance) + SKILLS[rider] + gauss(0.0, _FORM)
            entries.append(Entry(horse, rider, strength, strength - log(-log(random() or 0.5))))
        self._rng.shuffle(entries)
        return entries

    def _weigh(self, run: Run) -> None:
        """Write each horse's weight into its entry, and keep it for the next race's change."""
        changes = _EVEN_CHANGES if self._stable.circuit == JRA else _CHANGES
        for place, entry in enumerate(run.entries):
            horse = entry.horse
            if run.statuses.get(place) == SCRATCHED:
                entry.note = NOT_WEIGHED
                continue
            if horse.starts:
                entry.change = changes[int(self._rng.random() * len(changes))]
            horse.weight += entry.change
            entry.weight = horse.weight
            if horse.unweighed and not entry.note:
                entry.note = NOT_WEIGHED_BEFORE
            horse.unweighed = entry.note == NOT_WEIGHED

    def _return(self, run: Run) -> None:
        """Send the horses home, the winner to a higher level, and some that were beaten far to a lower one."""
        today, official = run.card.meeting.day.toordinal(), {} if run.abandoned else run.official()
        for place, entry in enumerate(run.entries):
            horse = entry.horse
            horse.rested, horse.rider = today, entry.rider
            horse.starts += not run.abandoned
            position = official.get(place, 0)
            if 0 < position <= len(PRIZE_SHARES):
                horse.won += run.kind.prize * PRIZE_SHARES[position - 1]
            horse.level = self._new_level(horse.level, position, len(run.entries))
            if not self._retires(horse):
                self._queues.setdefault((horse.level, horse.surface), []).append(horse)

    def _retires(self, horse: Horse) -> bool:
        """Return whether the horse has run for the last time: JRA sends away those that do not win."""
        return horse.starts >= (_MAIDEN_STARTS if self._name == JRA and horse.level == 0 else _MOST_STARTS)

    def _new_level(self, level: int, position: int, runners: int) -> int:
        if position == 1 and self._rng.random() < self._stable.rise:
            return min(level + 1, len(self._stable.classes) - 1)
        if 2 * position > runners and self._rng.random() < self._stable.fall:
            return max(level - 1, 0)
        return level
