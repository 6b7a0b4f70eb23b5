"""The duty of jockeys: their racecourse on a day, their races, and their horses."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations
from math import log
from random import Random
from typing import NamedTuple

from graphql_api.samples.cards import RACES_A_DAY, hosts_jumps
from graphql_api.samples.careers import ROSTER, Career
from graphql_api.samples.horses import Horse
from graphql_api.samples.places import JRA, OVERSEAS, RACING_DAYS, meetings

RIDERS = tuple(ROSTER.items())
"""All jockeys. Other modules refer to a jockey by the place in this list."""

SKILLS = tuple(0.6 * log(career.skill) for _, career in RIDERS)
"""The contribution of each jockey to a horse's strength."""

_ALL = (1 << RACES_A_DAY) - 1
_BOOKINGS = [
    [sum(1 << race for race in chosen) for chosen in combinations(range(RACES_A_DAY), many)] for many in range(13)
]
_LOYAL = 0.75  # how often a horse keeps its rider where both are booked
_JUMP_JOCKEY = 0.5


class Booking(NamedTuple):
    """A rider at a meeting, with the races on the flat and over jumps that he is booked for, a bit each."""

    rider: int
    flat: int
    jumps: int


class Duty:
    """The jockeys' calendar. It depends only on the seed, not on the order of calls."""

    def __init__(self, seed: int) -> None:
        """Store the seed, which determines everything."""
        self._seed = seed
        self.bookings = lru_cache(maxsize=2048)(self._bookings)

    def _bookings(self, day: date) -> dict[str, list[Booking]]:
        """Return the bookings at each racecourse of a day."""
        places = _Places(day, self._seed)
        rng = Random(f"{self._seed}/duty/{day}")  # noqa: S311  (sample data, no secret)
        booked: dict[str, list[Booking]] = {}
        for rider, career in _may_ride(day.weekday()):
            circuit, booking = _circuit(career, day, rng), _book(rider, career, rng)
            course = circuit and places.of(rider, career, circuit)
            if course and career.since <= day <= career.until:
                booked.setdefault(course, []).append(booking)
        return booked


def jump_jockeys(bookings: Sequence[Booking], fewest: int) -> Sequence[Booking]:
    """Return who rides over jumps, if they are enough for a race, else all."""
    booked = [each for each in bookings if each.jumps]
    return booked if len(booked) >= fewest else bookings


def riders_for(
    horses: Sequence[Horse], bookings: Sequence[Booking], number: int, *, jumps: bool, rng: Random
) -> list[int]:
    """Return a rider for each horse: booked ones first, the better on the better horses, regular pairs together."""
    bit = 1 << (number - 1)
    keys = [
        (_eagerness(each, bit, jumps=jumps), -SKILLS[each.rider] - 0.4 * rng.random(), each.rider) for each in bookings
    ]
    free = [rider for _, _, rider in sorted(keys)[: len(horses)]]
    riders: dict[int, int] = {}
    for place, horse in enumerate(horses):
        if horse.rider in free and rng.random() < _LOYAL:
            riders[place] = horse.rider
            free.remove(horse.rider)
    free.sort(key=lambda rider: -SKILLS[rider] - rng.random())
    others = [place for place in range(len(horses)) if place not in riders]
    others.sort(key=lambda place: -horses[place].ability - 3.0 * rng.random())
    riders.update(zip(others, free, strict=True))
    return [riders[place] for place in range(len(horses))]


def _eagerness(booking: Booking, bit: int, *, jumps: bool) -> int:
    """Return 0 for who is booked for a race, 1 for who steps in, 2 for a jump jockey, who steps in last."""
    if (booking.jumps if jumps else booking.flat) & bit:
        return 0
    return 2 if booking.jumps == _ALL else 1


class _Places:
    """The racecourses of a day, and which of them a rider goes to."""

    def __init__(self, day: date, seed: int) -> None:
        self.week = (day.toordinal() - 1) // 7
        held = meetings(day)
        self.jra = [each.course for each in held if each.circuit == JRA]
        self.jumps = next((each.course for each in held if each.circuit == JRA and hosts_jumps(each)), None)
        self.regions = {each.stable: each.course for each in held if each.circuit != JRA}
        self.deal = _deal(self.week, seed) if self.jra else []

    def of(self, rider: int, career: Career, circuit: str) -> str | None:
        """Return the racecourse where a rider of this circuit is; None where there is none."""
        if circuit == JRA:
            if career.jumps > _JUMP_JOCKEY and self.jumps:
                return self.jumps
            return self.jra[self.deal[rider] % len(self.jra)] if self.jra else None
        if circuit == OVERSEAS:
            return self.regions.get("海外")
        return self.regions.get(career.regions[(self.week + rider) % len(career.regions)])


@lru_cache(maxsize=64)
def _deal(week: int, seed: int) -> list[int]:
    """Deal JRA's riders for a week, so that each meeting has as many."""
    rng = Random(f"{seed}/deal/{week}")  # noqa: S311  (sample data, no secret)
    regular = [rider for rider, (_, career) in enumerate(RIDERS) if career.circuits.get(JRA, 0) > 0.5]
    rng.shuffle(regular)
    places = {rider: place for place, rider in enumerate(regular)}
    return [places.get(rider, rider) for rider in range(len(RIDERS))]


@lru_cache(maxsize=7)
def _may_ride(weekday: int) -> list[tuple[int, Career]]:
    return [
        (rider, career)
        for rider, (_, career) in enumerate(RIDERS)
        if any(weekday in RACING_DAYS[circuit] for circuit in career.circuits)
    ]


def _circuit(career: Career, day: date, rng: Random) -> str | None:
    """Draw the circuit on which the rider rides on a day; None for a day off."""
    for circuit, chance in career.circuits.items():
        if day.weekday() in RACING_DAYS[circuit] and rng.random() < chance:
            return circuit
    return None


def _book(rider: int, career: Career, rng: Random) -> Booking:
    fewest, most = career.rides
    booked = _BOOKINGS[fewest + int(rng.random() * (most - fewest + 1))]
    races = booked[int(rng.random() * len(booked))]
    if career.jumps > _JUMP_JOCKEY:
        return Booking(rider, races if rng.random() > career.jumps else 0, _ALL)
    return Booking(rider, races, races if rng.random() < career.jumps else 0)
