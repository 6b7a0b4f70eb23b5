"""A race, its runners, and what is known of it; most attributes are those of ``races.model``."""

import datetime as dt
from collections.abc import Awaitable
from typing import Annotated, Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.schema.jockeys import Jockey, jockey
from graphql_api.jockeys.schema.loading import load
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
from graphql_api.races import model
from graphql_api.schema.enums import declare, enum_of

Info = strawberry.Info[Context, None]

FIELD = 16
"""Runners that a race is reckoned to have."""

declare(model.RaceStatus, model.STATUSES)
declare(model.RaceProvider, model.PROVIDERS)

RunnerOrderField: Any = enum_of(
    "RunnerOrderField",
    "What runners can be ordered by; where it is null, they stand behind the others.",
    (
        ("horse_number", "Number of the horse (馬番)."),
        ("finish_position", "Official finishing position (着順)."),
        ("favourite_rank", "Rank by win odds (人気)."),
    ),
)


@strawberry.type(
    description="A declared horse in a race. Of one whose rider's file is not held only the number is known."
)
class Runner:
    """Public face of ``model.Runner``."""

    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    bracket_number: int | None = strawberry.field(
        description="Bracket, 1 to 8 (枠番): as told, else by the rule where it is known how many horses were declared."
    )
    is_known: bool = strawberry.field(name="known", description="Whether more is known than the number.")
    horse_name: str | None = strawberry.field(description="Horse (馬名).")
    jockey_id: strawberry.ID | None = strawberry.field(description="netkeiba's id of the jockey; null where not told.")
    jockey_name: str | None = strawberry.field(description="Jockey (騎手), in archives cut to four characters.")
    carried_weight: float | None = strawberry.field(description="Weight carried in kg (斤量).")
    body_weight: int | None = strawberry.field(description="Weight of the horse in kg (馬体重).")
    body_weight_change: int | None = strawberry.field(description="Change since its last race in kg.")
    win_odds: float | None = strawberry.field(
        description="Win odds (単勝), the return on 1; null where there are none yet, and for non-starters."
    )
    favourite_rank: int | None = strawberry.field(description="Rank by win odds, 1 = favourite (人気).")
    finish_position: int | None = strawberry.field(description="Official finishing position (着順).")
    finish_status: FinishStatus | None = strawberry.field(
        description="How the ride ended (着順); null before the race, unless the horse is known not to start."
    )
    finish_time: float | None = strawberry.field(description="Finishing time in seconds (タイム).")
    margin: float | None = strawberry.field(
        description="Seconds behind the winner (着差); the winner's lead is negative."
    )
    corner_positions: list[int] | None = strawberry.field(description="Positions at the corners in order (通過).")
    last3f: float | None = strawberry.field(
        description="The horse's last 600 m in seconds (上り); in jump races its average furlong."
    )
    running_style: RunningStyle | None = strawberry.field(description="Running style (脚質); see RaceRecord.")
    prize_money: float | None = strawberry.field(description="Prize money in yen (賞金).")

    @strawberry.field(
        graphql_type=Jockey | None,
        description="The jockey's own file; null where it is not held.",
        metadata=pure(weight=LOAD),
    )
    def jockey(self, info: Info) -> Jockey | Awaitable[Jockey | None] | None:
        """Load the jockey."""
        return None if self.jockey_id is None else load(info.context, self.jockey_id, jockey)


@strawberry.type(description="A horse that came first or second.")
class PlacedHorse:
    """Public face of ``model.Placed``."""

    horse_name: str = strawberry.field(description="Horse (馬名).")
    horse_number: int | None = strawberry.field(
        description="Its number; null where it is known by the files of others alone."
    )


@strawberry.type(description="A bracket (枠).")
class Bracket:
    """Public face of ``model.Bracket``."""

    number: int = strawberry.field(description="1 to 8.")
    horse_numbers: list[int] = strawberry.field(description="The numbers of the horses that were declared in it.")


@strawberry.type(description="Horses at one position.")
class CornerPosition:
    """Public face of ``model.CornerPosition``."""

    position: int = strawberry.field(description="The position, 1 = leading.")
    horse_numbers: list[int] = strawberry.field(description="The numbers of the horses whose riders' files are held.")


@strawberry.type(description="The order at a corner, of the horses whose riders' files are held.")
class Corner:
    """Public face of ``model.Corner``."""

    number: int = strawberry.field(description="Counts the corners of this race; the last is before the straight.")
    positions: list[CornerPosition] = strawberry.field(
        metadata=cost(size=FIELD), description="Ascending; those that nobody is known at are left out."
    )


@strawberry.type(description="How much of the field is known.")
class RaceCompleteness:
    """Public face of ``model.Completeness``."""

    runners_known: int = strawberry.field(description="Runners of whom more is known than the number.")
    field_size: int | None = strawberry.field(description="Starters (頭数), without scratched horses.")
    is_complete: bool = strawberry.field(name="complete", description="Whether every starter is known.")
    missing_numbers: list[int] = strawberry.field(
        description="Horse numbers that nobody is known for. Of a complete race they belong to non-starters."
    )


@strawberry.type(
    description="What files disagree on. What most of them say counts; of as many, what the file with the newest race "
    "says. Here stands what the others say."
)
class RaceConflict:
    """Public face of ``model.Conflict``."""

    field: str = strawberry.field(description="The field, as race records name it in snake case.")
    horse_number: int | None = strawberry.field(
        description="The runner that is meant; null where it is the race itself."
    )
    values: list[str] = strawberry.field(description="The values that were not taken.")
    jockey_ids: list[strawberry.ID] = strawberry.field(
        description="The riders whose files hold them; empty where it is a card that says otherwise."
    )


@strawberry.type(description="Where a race, or a part of it, comes from.")
class RaceSource:
    """Public face of ``model.RaceSource``."""

    provider: model.RaceProvider = strawberry.field(description="Who tells it.")
    as_of: dt.datetime | None = strawberry.field(description="When it was told, or the archive written.")
    is_stale: bool = strawberry.field(
        name="stale", description="True while the provider fails and this is the last that it told."
    )


def _bridge_id(race: strawberry.Parent[model.Race]) -> str:
    return race.ids.bridge


def _runners(
    race: strawberry.Parent[model.Race],
    order_by: Annotated[RunnerOrderField, strawberry.argument(description="What to sort by, ascending.")] = (
        RunnerOrderField.HORSE_NUMBER
    ),
) -> list[model.Runner]:
    """Sort the runners; those of whom it is null stand behind the others."""

    def place(runner: model.Runner) -> tuple[bool, int, int]:
        value = getattr(runner, order_by.value)
        return value is None, value or 0, runner.horse_number

    return sorted(race.runners, key=place)


@strawberry.type(description="A race: its result as the files of its riders tell it, its card as a provider tells it.")
class Race:
    """Public face of ``model.Race``, whose attributes it shares."""

    id: strawberry.ID | None = strawberry.field(
        description="netkeiba's id, 12 digits; null for a race of JRA of which a provider tells no round and day "
        "of the meeting."
    )
    date: dt.date = strawberry.field(description="Day of the race (日付).")
    racecourse: str = strawberry.field(description="Racecourse in Japanese (開催).")
    jurisdiction: Jurisdiction = strawberry.field(description="Who runs the meeting.")
    meeting_round: int | None = strawberry.field(description="Which meeting of the year at this course. JRA only.")
    meeting_day: int | None = strawberry.field(description="Which day of the meeting. JRA only.")
    race_number: int = strawberry.field(description="Number of the race on its day (R).")
    name: str | None = strawberry.field(description="Name with its suffixes (レース名).")
    grade: Grade | None = strawberry.field(description="Grade; null for ungraded races.")
    race_class: RaceClass | None = strawberry.field(description="Class; null where the name tells none.")
    surface: Surface | None = strawberry.field(description="Turf, dirt or jumps (距離).")
    distance: int | None = strawberry.field(description="Distance in metres (距離).")
    going: Going | None = strawberry.field(description="Going (馬場).")
    weather: Weather | None = strawberry.field(description="Weather (天気).")
    track_moisture: float | None = strawberry.field(description="Moisture of the track in % (水分量). Ban'ei only.")
    field_size: int | None = strawberry.field(
        description="Starters (頭数), of a race to come those not scratched so far. 0: the race was abandoned."
    )
    declared_runners: int | None = strawberry.field(
        description="Horses that were declared, scratched ones included: as told, or by the brackets of those known."
    )
    post_time: dt.datetime | None = strawberry.field(description="Post time (発走), by a provider alone.")
    betting_deadline: dt.datetime | None = strawberry.field(
        description="When sales of tickets end, by a provider alone."
    )
    status: model.RaceStatus = strawberry.field(description="How far the race has come.")
    winning_time: float | None = strawberry.field(
        description="The winner's time in seconds: its own, else a finisher's less its margin."
    )
    pace_first3f: float | None = strawberry.field(
        description="Seconds of the first 600 m (ペース). Mostly null in NAR."
    )
    pace_last3f: float | None = strawberry.field(description="Seconds of the last 600 m (ペース).")
    winners: list[PlacedHorse] = strawberry.field(
        metadata=cost(size=1),
        description="The winner, several of a dead heat (同着): by their own files, and by those of the others.",
    )
    runners_up: list[PlacedHorse] = strawberry.field(
        metadata=cost(size=1),
        description="Second horses, as far as files tell. Of a dead heat of which one winner's file is held alone, the "
        "other winner stands here.",
    )
    brackets: list[Bracket] = strawberry.field(
        metadata=cost(size=8), description="The brackets (枠) with the horses declared in them."
    )
    corners: list[Corner] = strawberry.field(metadata=cost(size=4), description="The order at each corner (通過).")
    completeness: RaceCompleteness = strawberry.field(description="How much of the field is known.")
    conflicts: list[RaceConflict] = strawberry.field(metadata=cost(size=4), description="What files disagree on.")
    sources: list[RaceSource] = strawberry.field(
        metadata=cost(size=2), description="Where it comes from: the archive, a provider, or both."
    )

    bridge_id: str = strawberry.field(
        resolver=_bridge_id,
        description="Id in the form `YYYYMMDD_course_RR`, by which the REST routes and a bridge to JRA-VAN know it.",
        metadata=PURE,
    )
    runners: Any = strawberry.field(
        resolver=_runners,
        graphql_type=list[Runner],
        description="All runners, those of whom only the number is known included.",
        metadata=pure(size=FIELD),
    )
