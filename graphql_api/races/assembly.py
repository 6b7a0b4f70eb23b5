"""Making a race from the rides in its jockeys' files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.races.brackets import dealt_brackets, declared_runners
from graphql_api.races.claims import Claim, FileAge, conflict, settle
from graphql_api.races.model import NON_STARTERS, Conflict, Race, RaceSource, RaceStatus, Runner
from graphql_api.races.placings import by_name, runners_up, winners
from graphql_api.races.rides import Ride

SETTLED = (
    "date",
    "meeting_round",
    "meeting_day",
    "race_name",
    "surface",
    "distance",
    "going",
    "weather",
    "track_moisture",
    "field_size",
    "pace_first3f",
    "pace_last3f",
)
"""Fields of the race itself. All files should have the same values."""

_NAMES = {"race_name": "name"}
"""Fields that have another name in a race than in a ride."""

_OF_RUNNERS = tuple(field.name for field in fields(Runner) if field.name not in {"horse_number", "is_known"})
_values_of = attrgetter(*_OF_RUNNERS)


def assemble(rides: Sequence[Ride], age: FileAge, source: RaceSource) -> Race:
    """Return the race of all of ``rides``, of which there must be at least one. ``age`` orders their files by time.

    If files disagree, the majority decides, then the newest file. Other values are conflicts. A ride without a
    horse number counts for this, but is not a runner.
    """
    values, conflicts = _settle_race(rides, age)
    known, of_runners = _runners(rides, age)
    names = by_name(known.values())
    won, untrue = winners(rides, names, age)
    conflicts += [conflict("winner_name", untrue)] if untrue else []
    declared = _declared(known, values["field_size"])
    first = rides[0]
    return Race(
        id=first.race_id,
        racecourse=first.racecourse,
        jurisdiction=first.jurisdiction,
        race_number=first.race_number,
        **{_NAMES.get(name, name): value for name, value in values.items()},
        **_of_name(rides, values["race_name"]),
        declared_runners=declared,
        status=_status(rides),
        runners=tuple(_whole_field(known, declared, values["field_size"])),
        winners=won,
        runners_up=runners_up(rides, names, won),
        conflicts=(*conflicts, *of_runners),
        sources=(source,),
    )


def _settle_race(rides: Sequence[Ride], age: FileAge) -> tuple[dict[str, Any], list[Conflict]]:
    """Return the values of the race's own fields, and their conflicts."""
    values: dict[str, Any] = {}
    conflicts = []
    for name in SETTLED:
        get = attrgetter(name)
        told = {value for value in map(get, rides) if value is not None}
        if len(told) < 2:  # nearly always
            values[name] = told.pop() if told else None
            continue
        values[name], others = settle((Claim(get(ride), ride.jockey_id) for ride in rides), age)
        conflicts.append(conflict(name, others))
    return values, conflicts


def _of_name(rides: Iterable[Ride], name: str) -> dict[str, Any]:
    """Return the fields that follow from the race's name."""
    ride = next(ride for ride in rides if ride.race_name == name)
    return {"grade": ride.grade, "race_class": ride.race_class}


def _runners(rides: Iterable[Ride], age: FileAge) -> tuple[dict[int, Runner], list[Conflict]]:
    """Return a runner for each horse number, and the conflicts: two jockeys' files may contain the same ride."""
    by_number: dict[int, list[Ride]] = {}
    for ride in rides:
        if ride.horse_number is not None:
            by_number.setdefault(ride.horse_number, []).append(ride)
    known, conflicts = {}, []
    for number in sorted(by_number):
        if len(by_number[number]) == 1:
            known[number] = _runner(number, by_number[number][0])
            continue
        chosen, others = settle((Claim(ride.horse_name, ride.jockey_id) for ride in by_number[number]), age)
        same = [ride for ride in by_number[number] if ride.horse_name == chosen]
        newest = max(same, key=lambda ride: (age(ride.jockey_id), ride.jockey_id))
        others += [Claim(ride.horse_name, ride.jockey_id) for ride in same if ride is not newest]
        known[number] = _runner(number, newest)
        conflicts.append(conflict("horse_name", others, number))
    return known, conflicts


def _runner(number: int, ride: Ride) -> Runner:
    return Runner(horse_number=number, **dict(zip(_OF_RUNNERS, _values_of(ride), strict=True)))


def _least(known: Mapping[int, Runner], field_size: int | None) -> int:
    """Return the minimum number of declared horses: the starters and the known scratched ones."""
    scratched = sum(runner.finish_status in NON_STARTERS for runner in known.values())
    return max((field_size or 0) + scratched, *known, 0)


def _declared(known: Mapping[int, Runner], field_size: int | None) -> int | None:
    brackets = {number: runner.bracket_number for number, runner in known.items()}
    return declared_runners(brackets, _least(known, field_size))


def _whole_field(known: Mapping[int, Runner], declared: int | None, field_size: int | None) -> Iterable[Runner]:
    """Yield all runners by number, also those without a file."""
    dealt = dealt_brackets(declared) if declared else ()
    for number in range(1, (declared or _least(known, field_size)) + 1):
        bracket = dealt[number - 1] if dealt else None
        yield known.get(number) or Runner(horse_number=number, bracket_number=bracket, is_known=False)


def _status(rides: Sequence[Ride]) -> RaceStatus:
    """Return the status of the race. A result is official, since files are written after it."""
    finishes = {ride.finish_status for ride in rides}
    if FinishStatus.ABANDONED in finishes or all(ride.field_size == 0 for ride in rides):
        return RaceStatus.ABANDONED
    return RaceStatus.OFFICIAL if finishes - {*NON_STARTERS, FinishStatus.UNKNOWN} else RaceStatus.UNKNOWN
