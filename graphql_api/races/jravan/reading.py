"""Reading races from the JSON of a bridge.

Some of its values mean null: odds of 0.0 before sales, ``****`` and ``----`` for a scratched horse, 0 for
an unknown bracket or rank. Times have no zone. Values that cannot be read are null. Only a race
without an id, or a runner without a number, is an error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from graphql_api.japan_time import day_in_japan, read_time
from graphql_api.jockeys.race_names import race_name
from graphql_api.jockeys.vocabulary import GOINGS, GRADES, FinishStatus, Grade, Surface
from graphql_api.races.ids import RACECOURSES, RacePlace, bridge_place, is_meeting, race_ids
from graphql_api.races.model import Race, RaceSource, RaceStatus, Runner

Json = Mapping[str, Any]

_SCRATCHED = frozenset({"****", "----"})
_SURFACES = {"芝": Surface.TURF, "ダ": Surface.DIRT, "障": Surface.JUMP}
_MAX_NUMBER, _MAX_DISTANCE, _MAX_ODDS, _MAX_KILOGRAMS = 28, 10_000, 9_999.9, 2_000


@dataclass(frozen=True, slots=True)
class BridgeRace:
    """A race of the bridge: the JSON object of the race, and those of its runners. None if they were not requested."""

    race: Json
    runners: list[Json] | None = None


def read_place(race: Json) -> RacePlace:
    """Return the place of a race, with round and day if the bridge has them. Raises ``BadUserInput``."""
    place = bridge_place(str(race.get("race_id")))
    meeting_round, meeting_day = _whole(race.get("kaisai_kai"), 9), _whole(race.get("kaisai_nichime"), 99)
    if meeting_round is None or meeting_day is None or not is_meeting(meeting_round, meeting_day):
        return place
    return RacePlace(place.day, place.course, place.number, meeting_round, meeting_day)


def read_race(told: BridgeRace, source: RaceSource, now: datetime) -> Race:
    """Return a race. By ``now`` it is upcoming or not. Raises ``BadUserInput``, ``KeyError`` or ``TypeError``."""
    race, place = told.race, read_place(told.race)
    runners = None if told.runners is None else tuple(_read_runners(told.runners))
    name, grade, race_class = race_name(_text(race.get("race_name")) or "")
    post_time = read_time(race.get("start_time"))
    return Race(
        id=race_ids(place).netkeiba,
        date=place.day,
        racecourse=RACECOURSES[place.course],
        jurisdiction=place.jurisdiction,
        race_number=place.number,
        meeting_round=place.meeting_round,
        meeting_day=place.meeting_day,
        name=name or None,
        grade=grade or _grade(race.get("grade_class")),
        race_class=race_class,
        surface=_surface(race),
        distance=_whole(race.get("distance"), _MAX_DISTANCE),
        going=GOINGS.get(_text(race.get("track_condition")) or ""),
        field_size=None if not runners else sum(runner.finish_status is None for runner in runners),
        declared_runners=len(runners) if runners else _whole(race.get("horse_count"), _MAX_NUMBER),
        post_time=post_time,
        betting_deadline=read_time(race.get("betting_deadline")),
        status=RaceStatus.UPCOMING if _is_to_come(place.day, post_time, now) else RaceStatus.UNKNOWN,
        runners=runners or (),
        sources=(source,),
    )


def _read_runners(runners: Iterable[Json]) -> Iterable[Runner]:
    for runner in sorted(runners, key=lambda each: int(each["horse_number"])):
        scratched = {str(runner.get(name)).strip() for name in ("odds", "weight", "popularity")} & _SCRATCHED
        yield Runner(
            horse_number=int(runner["horse_number"]),
            bracket_number=_whole(runner.get("waku_ban"), 8),
            horse_name=_text(runner.get("horse_name")),
            jockey_name=_text(runner.get("jockey_name")),
            carried_weight=_number(runner.get("weight"), 1_200),
            win_odds=None if scratched else _number(runner.get("odds"), _MAX_ODDS),
            favourite_rank=None if scratched else _whole(runner.get("popularity"), _MAX_NUMBER),
            finish_status=FinishStatus.SCRATCHED if scratched else None,
        )


def _is_to_come(day: date, post_time: datetime | None, now: datetime) -> bool:
    return post_time > now if post_time else day >= day_in_japan(now)


def _surface(race: Json) -> Surface | None:
    if race.get("is_obstacle") is True:
        return Surface.JUMP
    return _SURFACES.get((_text(race.get("track_type")) or "")[:1])


def _grade(text: Any) -> Grade | None:
    return GRADES.get((_text(text) or "").upper())


def _text(value: Any) -> str | None:
    """Return a text. None if it is blank or consists of asterisks."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text.strip("*") else None


def _number(value: Any, most: float) -> float | None:
    """Return a positive number, also from a text. None for 0, which means unknown."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number <= most else None


def _whole(value: Any, most: int) -> int | None:
    number = _number(value, most)
    return None if number is None or number != int(number) else int(number)
