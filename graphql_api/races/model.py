"""The model of a race, for all sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from graphql_api.jockeys.vocabulary import (
    FinishStatus,
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    RunningStyle,
    Surface,
    Weather,
)
from graphql_api.language import Label
from graphql_api.races.ids import COURSE_CODES, RaceIds, RacePlace, race_ids
from graphql_api.slips.tickets.types import BetType, Combination

NON_STARTERS = frozenset({FinishStatus.SCRATCHED, FinishStatus.EXCLUDED, FinishStatus.ABANDONED})
"""Finish statuses of horses that were declared but did not start."""


class RaceStatus(Enum):
    """Status of a race."""

    UPCOMING = "upcoming"
    OFFICIAL = "official"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"


class RaceProvider(Enum):
    """Source of races."""

    RECORDS = "records"
    MOCK = "mock"
    JRAVAN = "jravan"


STATUSES: Mapping[Enum, str] = MappingProxyType(
    {
        RaceStatus.UPCOMING: "The race is in the future, by its post time or its date.",
        RaceStatus.OFFICIAL: "The race has an official result.",
        RaceStatus.ABANDONED: "The race was cancelled (取止).",
        RaceStatus.UNKNOWN: "The race is over, but no result is known.",
    }
)

STATUS_LABELS: Mapping[Enum, Label] = MappingProxyType(
    {
        RaceStatus.UPCOMING: Label("発走前", "Upcoming"),
        RaceStatus.OFFICIAL: Label("確定", "Official"),
        RaceStatus.ABANDONED: Label("取止", "Abandoned"),
        RaceStatus.UNKNOWN: Label("結果不明", "No result known"),
    }
)

PROVIDERS: Mapping[Enum, str] = MappingProxyType(
    {
        RaceProvider.RECORDS: "The archive of race records.",
        RaceProvider.MOCK: "A fictional calendar.",
        RaceProvider.JRAVAN: "A server that provides JRA-VAN data (bridge).",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A declared horse. If ``is_known`` is False, only its number and its bracket (by the rule) are known."""

    horse_number: int
    bracket_number: int | None = None
    is_known: bool = True
    horse_name: str | None = None
    jockey_id: str | None = None
    jockey_name: str | None = None
    carried_weight: float | None = None
    body_weight: int | None = None
    body_weight_change: int | None = None
    win_odds: float | None = None
    favourite_rank: int | None = None
    finish_position: int | None = None
    finish_status: FinishStatus | None = None
    finish_time: float | None = None
    margin: float | None = None
    corner_positions: tuple[int, ...] | None = None
    last3f: float | None = None
    running_style: RunningStyle | None = None
    prize_money: float | None = None

    @property
    def is_starter(self) -> bool:
        """Return whether it is known to have started."""
        return self.finish_status is not None and self.finish_status not in NON_STARTERS


@dataclass(frozen=True, slots=True)
class Placed:
    """A horse at a place. ``horse_number`` is None if its jockey's file is missing."""

    horse_name: str
    horse_number: int | None


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket (枠) and its declared horses."""

    number: int
    horse_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CornerPosition:
    """The known horses at one position. Several if files give the same position."""

    position: int
    horse_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corner:
    """The order at one corner. ``number`` counts the corners of the race. The last one is before the straight."""

    number: int
    positions: tuple[CornerPosition, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The known part of the field.

    ``missing_numbers`` are horse numbers that no file contains. In a complete race they belong to non-starters.
    """

    runners_known: int
    field_size: int | None
    is_complete: bool
    missing_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict between jockeys' files.

    ``values`` are the rejected ones, and ``jockey_ids`` the jockeys whose files contain them. ``horse_number`` is
    that of the runner. None if the conflict is about the race itself.
    """

    field: str
    horse_number: int | None
    values: tuple[str, ...]
    jockey_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaceSource:
    """The source of a race or of a part of it, and its time. ``is_stale``: it could not be read again."""

    provider: RaceProvider
    as_of: datetime | None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Payout:
    """The payout in yen for 100 yen on a winning combination of horse or bracket numbers (払戻金)."""

    bet_type: BetType
    combination: Combination
    yen: int


@dataclass(frozen=True, kw_only=True)
class Race:
    """A race. ``id`` is netkeiba's. None if a provider does not give the meeting of a race of JRA.

    ``field_size`` counts starters. 0 means that the race was abandoned. ``payouts`` are all of the race. Empty if
    no provider has them.
    """

    id: str | None
    date: date
    racecourse: str
    jurisdiction: Jurisdiction
    race_number: int
    name: str | None = None
    grade: Grade | None = None
    race_class: RaceClass | None = None
    meeting_round: int | None = None
    meeting_day: int | None = None
    surface: Surface | None = None
    distance: int | None = None
    going: Going | None = None
    weather: Weather | None = None
    track_moisture: float | None = None
    field_size: int | None = None
    declared_runners: int | None = None
    pace_first3f: float | None = None
    pace_last3f: float | None = None
    post_time: datetime | None = None
    betting_deadline: datetime | None = None
    status: RaceStatus = RaceStatus.UNKNOWN
    runners: tuple[Runner, ...] = ()
    winners: tuple[Placed, ...] = ()
    runners_up: tuple[Placed, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    sources: tuple[RaceSource, ...] = ()
    payouts: tuple[Payout, ...] = ()

    @property
    def place(self) -> RacePlace:
        """Return its place in the calendar."""
        course = COURSE_CODES[self.racecourse]
        return RacePlace(self.date, course, self.race_number, self.meeting_round, self.meeting_day)

    @property
    def ids(self) -> RaceIds:
        """Return its ids in each form."""
        return race_ids(self.place)

    @cached_property
    def known(self) -> tuple[Runner, ...]:
        """Return the runners with ``is_known``."""
        return tuple(runner for runner in self.runners if runner.is_known)

    @cached_property
    def completeness(self) -> Completeness:
        """Compare the known runners with the field."""
        starters = sum(runner.is_starter for runner in self.known)
        missing = tuple(runner.horse_number for runner in self.runners if not runner.is_known)
        return Completeness(len(self.known), self.field_size, 0 < (self.field_size or 0) <= starters, missing)

    @cached_property
    def brackets(self) -> tuple[Bracket, ...]:
        """Return the known brackets with their horses."""
        horses: dict[int, list[int]] = {}
        for runner in self.runners:
            if runner.bracket_number is not None:
                horses.setdefault(runner.bracket_number, []).append(runner.horse_number)
        return tuple(Bracket(number, tuple(horses[number])) for number in sorted(horses))

    @cached_property
    def corners(self) -> tuple[Corner, ...]:
        """Return the order of the known horses at each corner."""
        passed = [(runner.horse_number, runner.corner_positions or ()) for runner in self.known]
        return tuple(_corner(place, passed) for place in range(max((len(each) for _, each in passed), default=0)))

    @cached_property
    def winning_time(self) -> float | None:
        """Return the winner's time in seconds: its own, or another finisher's minus its margin. None if unknown."""
        times = sorted((runner.finish_position or 0, time) for runner in self.known if (time := _winners_time(runner)))
        return times[0][1] if times else None


def _winners_time(runner: Runner) -> float | None:
    """Return the winner's time computed from one runner, in seconds. None if that is not possible."""
    if not runner.finish_position or not runner.finish_time:
        return None
    if runner.finish_position == 1:
        return runner.finish_time
    return None if runner.margin is None else round(runner.finish_time - runner.margin, 1)


def _corner(place: int, passed: list[tuple[int, tuple[int, ...]]]) -> Corner:
    """Return the horses by position at one corner. A horse that fell before it is omitted."""
    horses: dict[int, list[int]] = {}
    for number, positions in passed:
        if place < len(positions):
            horses.setdefault(positions[place], []).append(number)
    return Corner(place + 1, tuple(CornerPosition(each, tuple(horses[each])) for each in sorted(horses)))
