"""The card of a meeting: weather, going and conditions of its races, drawn only from the seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from graphql_api.samples.places import BANEI, DISTANCES, JRA, JUMP, OVERSEAS, Meeting, meetings
from graphql_api.samples.stables import JUMPERS, STABLES
from graphql_api.samples.vocabulary import GOING_WEIGHTS, GOINGS, WEATHERS

RACES_A_DAY, _RACES_ABROAD = 12, 8
_BROKEN_OFF = 1 / 60  # meetings whose last races were abandoned
_TWO_JUMP_RACES = 0.5
_SNOW_MONTHS = (12, 1, 2)


@dataclass(frozen=True, slots=True)
class Card:
    """The data of a meeting before its races. ``slots`` are each race's stable and the age of its horses.

    Races from number ``abandoned_from`` on are abandoned. ``moisture`` is ban'ei's, in per cent.
    """

    meeting: Meeting
    weather: str
    going: str
    moisture: float | None
    abandoned_from: int
    slots: Mapping[int, tuple[str, int]]


def draw_card(meeting: Meeting, seed: int) -> Card:
    """Draw the card of a meeting."""
    rng = Random(f"{seed}/card/{meeting.day}/{meeting.course}")  # noqa: S311  (sample data, no secret)
    weather = _weather(meeting.day, rng)
    going = rng.choices(GOINGS, GOING_WEIGHTS[weather])[0]
    moisture = 1.5 + 0.4 * GOINGS.index(going) + 0.4 * rng.random() if meeting.circuit == BANEI else None
    broken = meeting.circuit != OVERSEAS and rng.random() < _BROKEN_OFF
    abandoned_from = rng.randint(4, RACES_A_DAY) if broken else RACES_A_DAY + 1
    slots = _slots(meeting, rng)
    return Card(meeting, weather, going, None if moisture is None else round(moisture, 1), abandoned_from, slots)


def hosts_jumps(meeting: Meeting) -> bool:
    """Return whether the day's jump races are here: one of JRA's meetings has them all, so that the jockeys meet."""
    hosts = [each for each in meetings(meeting.day) if each.circuit == JRA and JUMP in DISTANCES[each.course]]
    return bool(hosts) and hosts[(meeting.day.toordinal() - 1) // 7 % len(hosts)] == meeting


def _slots(meeting: Meeting, rng: Random) -> dict[int, tuple[str, int]]:
    ages = STABLES[meeting.stable].ages(meeting.day)
    many = _RACES_ABROAD if meeting.circuit == OVERSEAS else RACES_A_DAY
    drawn = sorted(rng.choices(list(ages), list(ages.values()), k=many))
    main = rng.randrange(many)  # the main race is for any age, the others rise by age
    drawn[-2], drawn[main] = drawn[main], drawn[-2]
    slots = {number: (meeting.stable, age) for number, age in enumerate(drawn, 1)}
    if meeting.circuit == JRA and hosts_jumps(meeting):
        ages = STABLES[JUMPERS].ages(meeting.day)
        for number in (1, 8) if rng.random() < _TWO_JUMP_RACES else (rng.choice((1, 4, 8)),):
            slots[number] = (JUMPERS, rng.choices(list(ages), list(ages.values()))[0])
    return slots


def _weather(day: date, rng: Random) -> str:
    weather = rng.choices(list(WEATHERS), list(WEATHERS.values()))[0]
    if day.month in _SNOW_MONTHS and rng.random() < 0.1:
        return rng.choice(("小雪", "雪"))
    return "小雨" if "雪" in weather else weather
