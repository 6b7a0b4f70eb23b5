"""When and what a sample rider rides: race days backwards from the newest, and the races of each day."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from graphql_api.samples.careers import Career
from graphql_api.samples.vocabulary import (
    BANEI,
    CARDS,
    DEBUT,
    DIRT,
    DISTANCES,
    GOING_WEIGHTS,
    GOINGS,
    JRA,
    JRA_CARD,
    JRA_MEETINGS,
    JUMP,
    JUMP_CARD,
    MAIDEN,
    NAMED,
    NAR,
    OLD_GRADES,
    OLD_SUFFIXES,
    OVERSEAS,
    RACE_KINDS,
    RACE_NAMES,
    RACING_DAYS,
    TURF,
    WEATHERS,
    WIN3,
    RaceClass,
)

RACES_A_DAY = 12
_CAREER = 30  # years: more rows make a rider busier before they make the career longer
_OLD_GRADES_UNTIL, _OLD_CLASSES_UNTIL = date(2005, 1, 1), date(2019, 6, 1)
_MEETINGS = {
    week: [(course, turn, week - first) for course, turn, first, weeks in JRA_MEETINGS if first <= week < first + weeks]
    for week in range(1, 54)
}
_WEATHERS, _WEATHER_STEPS = tuple(WEATHERS), tuple(accumulate(WEATHERS.values()))


@dataclass(frozen=True, slots=True)
class Race:
    """One race as the calendar knows it; ``number`` is None overseas, ``moisture`` is ban'ei's."""

    day: date
    circuit: str
    meeting: str
    course: str
    weather: str
    going: str
    moisture: float | None
    number: int | None
    name: str
    kind: RaceClass
    surface: str
    distance: int


def races(career: Career, rows: int, rng: Random) -> Iterator[Race]:
    """Yield the races that the rider took part in, newest first, without end."""
    need = rows / (_CAREER * 52 * 2)  # rides per racing day of two a week
    fewest, most = career.rides
    rides = (min(RACES_A_DAY, max(fewest, round(need))), min(RACES_A_DAY, max(most, round(1.5 * need))))
    salt = rng.randrange(1000)
    day = date.fromisoformat(career.newest)
    while True:
        for circuit, chance in career.circuits.items():
            if day.weekday() in RACING_DAYS[circuit] and rng.random() < chance:
                yield from _race_day(day, circuit, career, rides, salt, rng)
                break
        day -= timedelta(days=1)


def _race_day(
    day: date, circuit: str, career: Career, rides: tuple[int, int], salt: int, rng: Random
) -> Iterator[Race]:
    """Yield one day's races, the last first; none where no meeting is on."""
    if (venue := _venue(day, circuit, career, salt)) is None:
        return
    meeting, course = venue
    weather = _weather(day, rng)
    going = rng.choices(GOINGS, GOING_WEIGHTS[weather])[0]
    moisture = round(1.5 + 0.4 * GOINGS.index(going) + rng.random() * 0.4, 1) if circuit == BANEI else None
    many = rng.randint(*((1, 2) if circuit == OVERSEAS else rides))
    for number in sorted(rng.sample(range(1, RACES_A_DAY + 1), many), reverse=True):
        surface, kind = _card(circuit, course, number, career, rng)
        yield Race(
            day, circuit, meeting, course, weather, going, moisture, None if circuit == OVERSEAS else number,
            _name(circuit, kind, surface, day, rng), kind, surface, rng.choice(_distances(course, surface, kind)),
        )  # fmt: skip


def _venue(day: date, circuit: str, career: Career, salt: int) -> tuple[str, str] | None:
    """Give the meeting as netkeiba writes it, and its racecourse; riders stay a week at one course."""
    _, week, weekday = day.isocalendar()
    if circuit == JRA:
        if not (meetings := _MEETINGS[week]):
            return None
        course, turn, weeks = meetings[(week + salt) % len(meetings)]
        return f"{turn}{course}{2 * weeks + weekday - 5}", course
    courses = career.abroad if circuit == OVERSEAS else career.courses
    course = courses[(day.toordinal() // 7 + salt) % len(courses)]
    return course, course


def _weather(day: date, rng: Random) -> str:
    weather = _WEATHERS[bisect(_WEATHER_STEPS, rng.random() * _WEATHER_STEPS[-1])]
    if day.month in (12, 1, 2) and rng.random() < 0.1:
        return rng.choice(("小雪", "雪"))
    return "小雨" if "雪" in weather else weather


def _card(circuit: str, course: str, number: int, career: Career, rng: Random) -> tuple[str, RaceClass]:
    """Choose the race's surface and class by its place on the card."""
    surfaces = DISTANCES[course]
    if circuit == JRA and JUMP in surfaces and rng.random() < career.jumps:
        return JUMP, rng.choice(JUMP_CARD)
    turf = TURF in surfaces and (DIRT not in surfaces or rng.random() < (0.1 if circuit == NAR else 0.5))
    card = JRA_CARD[number] if circuit == JRA else CARDS[circuit]
    return (TURF if turf else DIRT), rng.choice(card)


def _distances(course: str, surface: str, kind: RaceClass) -> tuple[int, ...]:
    """Leave the longest races to the better horses."""
    distances = DISTANCES[course][surface]
    if surface == JUMP or kind.prize > WIN3.prize:
        return distances
    return tuple(each for each in distances if each <= (2000 if kind is DEBUT else 2600))


def _name(circuit: str, kind: RaceClass, surface: str, day: date, rng: Random) -> str:
    """Write the race's name, with class or grade as the last parenthesis where it has a name of its own."""
    suffix = kind.suffix
    if circuit == JRA:
        suffix = _suffix_of_the_time(suffix, day, rng)
        if surface == JUMP and kind.suffix == MAIDEN.suffix:
            return f"障害{3 if day.month > 5 else 4}歳以上{suffix}"
        if kind in (MAIDEN, DEBUT):
            return f"{2 if day.month > 8 or (kind is DEBUT and day.month > 5) else 3}歳{suffix}"
        if kind.suffix in OLD_SUFFIXES and rng.random() < 0.75:
            return f"{3 if day.month > 5 else 4}歳以上{suffix}"
    elif kind.suffix not in NAMED and circuit != OVERSEAS and rng.random() < 0.75:
        return f"{suffix}{rng.choice(('ー', '', ' '))}{rng.randint(1, 9)}"
    ends = RACE_KINDS.get(kind.suffix, RACE_KINDS["JUMP" if surface == JUMP else ""])
    juvenile = "(2歳)" if kind.suffix == "OP" and surface != JUMP and rng.random() < 0.2 else ""
    return f"{rng.choice(RACE_NAMES)}{rng.choice(ends)}({suffix}){juvenile}"


def _suffix_of_the_time(suffix: str, day: date, rng: Random) -> str:
    if day < _OLD_GRADES_UNTIL and suffix in OLD_GRADES:
        return rng.choice((suffix, *OLD_GRADES[suffix]))
    return OLD_SUFFIXES.get(suffix, suffix) if day < _OLD_CLASSES_UNTIL else suffix
