"""What is known of a ride by the files of others: the horse's run before, and the race's other rides.

It is looked up for the rides of a page, all at once, when it is asked for. What no file tells is null: a race is known
by the riders whose files are there, and a horse by its name.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from graphql_api.archive.columns import TYPES, value_column
from graphql_api.archive.conditions import Parameters
from graphql_api.archive.counting import SqlCounting
from graphql_api.archive.questions import Statement, value_of
from graphql_api.archive.years import ALL_YEARS
from graphql_api.jockeys.vocabulary import FinishStatus, RaceClass

Ride = Mapping[str, Any]
"""A ride's values by field."""


class ClassChange(Enum):
    """Change of class (クラス) from the horse's previous run. Both runs are in JRA, or both in NAR."""

    UP = "昇級"
    SAME = "同級"
    DOWN = "降級"


CHANGES: Mapping[Enum, str] = MappingProxyType(
    {
        ClassChange.UP: "昇級: a higher class than in the previous run.",
        ClassChange.SAME: "同級: the same class.",
        ClassChange.DOWN: "降級: a lower class.",
    }
)

_LEVELS = MappingProxyType(
    {
        RaceClass.NEWCOMER: ("JRA", 0),
        RaceClass.MAIDEN: ("JRA", 0),
        RaceClass.ONE_WIN: ("JRA", 1),
        RaceClass.TWO_WINS: ("JRA", 2),
        RaceClass.THREE_WINS: ("JRA", 3),
        RaceClass.OPEN: ("JRA", 4),
        RaceClass.NAR_C: ("NAR", 0),
        RaceClass.NAR_B: ("NAR", 1),
        RaceClass.NAR_A: ("NAR", 2),
    }
)


def class_change(before: RaceClass | None, now: RaceClass | None) -> ClassChange | None:
    """Compare two classes, 新馬 and 未勝利 being one; null where one is unknown, and between JRA and NAR."""
    if before is None or now is None or _LEVELS[before][0] != _LEVELS[now][0]:
        return None
    step = _LEVELS[now][1] - _LEVELS[before][1]
    return ClassChange.UP if step > 0 else ClassChange.DOWN if step < 0 else ClassChange.SAME


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """What the files tell of a race: how many rides, the positions and the last 3 furlongs of all."""

    rides: int
    positions: Sequence[int | None]
    last3f: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Companion:
    """One such field. ``compute`` takes the ride and its run before, or its race: None where that is not known."""

    name: str
    type: Any
    description: str
    compute: Callable[[Ride, Any], Any]


def _difference(name: str) -> Callable[[Ride, Ride | None], Any]:
    def difference(ride: Ride, before: Ride | None) -> Any:
        known = before is not None and before[name] is not None and ride[name] is not None
        return ride[name] - before[name] if known and before is not None else None

    return difference


def _of_before(name: str) -> Callable[[Ride, Ride | None], Any]:
    return lambda _ride, before: None if before is None else before[name]


def _days_off(ride: Ride, before: Ride | None) -> int | None:
    return None if before is None else (ride["date"] - before["date"]).days


def _jockey_changed(ride: Ride, before: Ride | None) -> bool | None:
    return None if before is None else ride["jockey_id"] != before["jockey_id"]


def _class_change(ride: Ride, before: Ride | None) -> ClassChange | None:
    return None if before is None else class_change(before["race_class"], ride["race_class"])


def _last3f_rank(ride: Ride, race: Race) -> int | None:
    own = ride["last3f"]
    return None if own is None else 1 + sum(each is not None and each < own for each in race.last3f)


def _dead_heat(ride: Ride, race: Race) -> bool | None:
    own = ride["finish_position"]
    return None if own is None else race.positions.count(own) > 1


PREVIOUS: tuple[Companion, ...] = (
    Companion(
        "previous_date",
        date,
        "Date of the horse's previous run (前走). Null if no file has one.",
        _of_before("date"),
    ),
    Companion("previous_race_name", str, "Race name of the previous run (前走).", _of_before("race_name")),
    Companion(
        "previous_finish_position",
        int,
        "Finishing position in the previous run (前走着順). Null if there is none.",
        _of_before("finish_position"),
    ),
    Companion(
        "previous_finish_status", FinishStatus, "How the previous run ended (前走).", _of_before("finish_status")
    ),
    Companion("previous_jockey_id", str, "netkeiba's id of the jockey in the previous run.", _of_before("jockey_id")),
    Companion("days_off", int, "Days since the previous run (休養). 7 means a run one week later (連闘).", _days_off),
    Companion(
        "distance_change",
        int,
        "Change of distance from the previous run in metres. Positive: 距離延長. Negative: 距離短縮.",
        _difference("distance"),
    ),
    Companion(
        "carried_weight_change",
        float,
        "Change of the weight carried from the previous run in kg (斤量増減).",
        _difference("carried_weight"),
    ),
    Companion(
        "jockey_changed",
        bool,
        "Whether another jockey rode in the previous run (乗り替わり). False means 継続騎乗.",
        _jockey_changed,
    ),
    Companion(
        "class_change",
        ClassChange,
        "Change of class from the previous run (昇級, 降級). Null if a class is unknown, and between JRA and NAR.",
        _class_change,
    ),
)
"""What the horse's run before tells: its latest start on an earlier day, by the horse's name."""

RACE: tuple[Companion, ...] = (
    Companion(
        "rides_known",
        int,
        "Number of known rides of this race, 取 and 除 included. Compare it with fieldSize to see how "
        "much of the race is known.",
        lambda _ride, race: race.rides,
    ),
    Companion(
        "last3f_rank",
        int,
        "Rank of the time of the last 3 furlongs (上がり順位) among the known rides of the race. 1 is the fastest.",
        _last3f_rank,
    ),
    Companion(
        "dead_heat",
        bool,
        "Whether another known ride of the race has the same position (同着). Null if there is no position.",
        _dead_heat,
    ),
)
"""What the race's other rides tell."""

COMPANIONS: Mapping[str, Companion] = MappingProxyType({each.name: each for each in (*PREVIOUS, *RACE)})

_BEFORE = (
    "horse_name",
    "date",
    "jockey_id",
    "race_name",
    "race_class",
    "distance",
    "carried_weight",
    "finish_position",
    "finish_status",
)
_HORSE, _DATE = _BEFORE.index("horse_name"), _BEFORE.index("date")
_OF_RACE = ("date", "meeting", "race_number", "race_name", "last3f", "finish_position")
_PREVIOUS_NAMES = frozenset(each.name for each in PREVIOUS)


def needed_fields(asked: Iterable[str]) -> set[str]:
    """Name the fields of the ride itself that the companions asked for are computed from."""
    names = set(asked) & COMPANIONS.keys()
    needed: set[str] = set()
    if names & _PREVIOUS_NAMES:
        needed |= set(_BEFORE)
    if names - _PREVIOUS_NAMES:
        needed |= set(_OF_RACE)
    return needed


def previous_statement(rides: Sequence[Ride]) -> Statement:
    """Write the starts of the rides' horses before the latest of the rides' days, by horse and day."""
    parameters = Parameters()
    horses = ", ".join(parameters.add(each) for each in sorted({ride["horse_name"] for ride in rides} - {"", None}))
    last_day = max(ride["date"] for ride in rides)
    latest = parameters.add(last_day)
    started = SqlCounting().rides.text  # type: ignore[attr-defined]
    text = f"""SELECT {", ".join(map(value_column, _BEFORE))} FROM rides
    WHERE horse_name IN ({horses or "NULL"}) AND date < {latest} AND {started}
    ORDER BY horse_name, date, race_number NULLS FIRST, jockey_id, file_row"""
    return Statement(text, tuple(parameters.values), years=(ALL_YEARS[0], last_day.year))


def race_statement(rides: Sequence[Ride]) -> Statement:
    """Write the races of some rides: how many rides are known, their last 3 furlongs, and their positions."""
    parameters = Parameters()
    dates = sorted({ride["date"] for ride in rides})
    days = ", ".join(map(parameters.add, dates))
    meetings = ", ".join(parameters.add(each) for each in sorted({ride["meeting"] for ride in rides} - {None}))
    key = "date, meeting, race_number, CASE WHEN race_number IS NULL THEN race_name END"
    text = f"""SELECT {key}, count(*), list(last3f), list(finish_position)
    FROM rides WHERE date IN ({days}) AND meeting IN ({meetings or "NULL"}) GROUP BY {key}"""
    return Statement(text, tuple(parameters.values), years=(dates[0].year, dates[-1].year))


class Previous:
    """The runs before, of the rows of ``previous_statement``."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        """Arrange the rows by horse; most are never read, so that only those that are asked for are."""
        self._runs: dict[str, list[Sequence[Any]]] = {}
        for row in rows:
            self._runs.setdefault(row[_HORSE], []).append(row)

    def __call__(self, ride: Ride) -> Ride | None:
        """Return the latest run of the ride's horse on an earlier day."""
        runs = self._runs.get(ride["horse_name"], [])
        place = bisect_left(runs, ride["date"], key=itemgetter(_DATE))
        if not place:
            return None
        return {name: value_of(name, value) for name, value in zip(_BEFORE, runs[place - 1], strict=True)}


class Races:
    """The races of some rides, of the rows of ``race_statement``."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        """Arrange the rows by race."""
        self._races = {tuple(key): Race(rides, positions, last3f) for *key, rides, last3f, positions in rows}

    def __call__(self, ride: Ride) -> Race:
        """Return the ride's race, which is known by this ride at least."""
        number = ride["race_number"]
        key = (ride["date"], ride["meeting"], number, ride["race_name"] if number is None else None)
        return self._races.get(key) or Race(1, [ride["finish_position"]], [ride["last3f"]])


assert set(_BEFORE) | set(_OF_RACE) <= TYPES.keys()  # noqa: S101 - all are stored
