"""A race and its runners. Most attributes are those of ``races.model``."""

import datetime as dt
from typing import Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.vocabulary import (
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    Surface,
    Weather,
)
from graphql_api.races import model
from graphql_api.races.schema.runners import Runner, sorted_runners
from graphql_api.schema.enums import declare

Info = strawberry.Info[Context, None]

FIELD = 16
"""Estimated number of runners of a race."""

declare(model.RaceStatus, model.STATUSES, model.STATUS_LABELS)
declare(model.RaceProvider, model.PROVIDERS)


@strawberry.type(description="A horse that finished first or second.")
class PlacedHorse:
    """Public face of ``model.Placed``."""

    horse_name: str = strawberry.field(description="Name of the horse (馬名).")
    horse_number: int | None = strawberry.field(
        description="Number of the horse. Null if the horse is known only from the files of other jockeys."
    )


@strawberry.type(description="A bracket (枠).")
class Bracket:
    """Public face of ``model.Bracket``."""

    number: int = strawberry.field(description="1 to 8.")
    horse_numbers: list[int] = strawberry.field(description="Numbers of the horses declared in this bracket.")


@strawberry.type(description="Horses at one position.")
class CornerPosition:
    """Public face of ``model.CornerPosition``."""

    position: int = strawberry.field(description="The position, 1 = leading.")
    horse_numbers: list[int] = strawberry.field(
        description="Numbers of the horses at this position. Only horses with a file in the storage are included."
    )


@strawberry.type(
    description="Order of the horses at a corner. It includes only horses whose jockeys' files are in the storage."
)
class Corner:
    """Public face of ``model.Corner``."""

    number: int = strawberry.field(
        description="Number of the corner in this race, from 1. The last corner is before the straight."
    )
    positions: list[CornerPosition] = strawberry.field(
        metadata=cost(size=FIELD),
        description="Positions in ascending order. Positions without a known horse are left out.",
    )


@strawberry.type(description="How many of the starters are known.")
class RaceCompleteness:
    """Public face of ``model.Completeness``."""

    runners_known: int = strawberry.field(description="Number of runners of which more than the number is known.")
    field_size: int | None = strawberry.field(description="Number of starters (頭数), without scratched horses.")
    is_complete: bool = strawberry.field(name="complete", description="Whether every starter is known.")
    missing_numbers: list[int] = strawberry.field(
        description="Horse numbers without a known runner. In a complete race these are non-starters."
    )


@strawberry.type(
    description=(
        "A value on which the files disagree. The API uses the value of most files; if numbers are "
        "equal, the value of the file with the newest race. This type lists the other values."
    )
)
class RaceConflict:
    """Public face of ``model.Conflict``."""

    field: str = strawberry.field(description="Name of the field of race records, in snake case.")
    horse_number: int | None = strawberry.field(
        description="Number of the runner. Null if the value belongs to the race itself."
    )
    values: list[str] = strawberry.field(description="The values that were not used.")
    jockey_ids: list[strawberry.ID] = strawberry.field(
        description="Ids of the jockeys whose files have these values. Empty if the values are from a race card."
    )


@strawberry.type(description="Source of a race or of a part of it.")
class RaceSource:
    """Public face of ``model.RaceSource``."""

    provider: model.RaceProvider = strawberry.field(description="The source.")
    as_of: dt.datetime | None = strawberry.field(
        description="Time at which the provider answered or the archive was written."
    )
    is_stale: bool = strawberry.field(
        name="stale", description="True if the provider is not available and this is its last known answer."
    )


def _bridge_id(race: strawberry.Parent[model.Race]) -> str:
    return race.ids.bridge


@strawberry.type(description="A race. The result comes from the jockeys' files, the race card from a provider.")
class Race:
    """Public face of ``model.Race``, whose attributes it shares."""

    id: strawberry.ID | None = strawberry.field(
        description=(
            "netkeiba's id, 12 digits. Null for a JRA race if the provider does not give the number and "
            "the day of the meeting."
        )
    )
    date: dt.date = strawberry.field(description="Date of the race (日付).")
    racecourse: str = strawberry.field(description="Racecourse in Japanese (開催).")
    jurisdiction: Jurisdiction = strawberry.field(description="Organiser of the meeting.")
    meeting_round: int | None = strawberry.field(
        description="Number of the meeting in the year at this racecourse. JRA only."
    )
    meeting_day: int | None = strawberry.field(description="Number of the day in the meeting. JRA only.")
    race_number: int = strawberry.field(description="Number of the race on its day (R).")
    name: str | None = strawberry.field(description="Name of the race, suffixes included (レース名).")
    grade: Grade | None = strawberry.field(description="Grade. Null for ungraded races.")
    race_class: RaceClass | None = strawberry.field(description="Class. Null if the name does not include a class.")
    surface: Surface | None = strawberry.field(description="Turf, dirt or jumps (距離).")
    distance: int | None = strawberry.field(description="Distance in metres (距離).")
    going: Going | None = strawberry.field(description="Going (馬場).")
    weather: Weather | None = strawberry.field(description="Weather (天気).")
    track_moisture: float | None = strawberry.field(description="Moisture of the track in % (水分量). Ban'ei only.")
    field_size: int | None = strawberry.field(
        description=(
            "Number of starters (頭数). Before the race: the horses not scratched so far. 0 means that the "
            "race was abandoned."
        )
    )
    declared_runners: int | None = strawberry.field(
        description=(
            "Number of declared horses, scratched horses included. From the provider, or computed from "
            "the brackets of the known horses."
        )
    )
    post_time: dt.datetime | None = strawberry.field(description="Post time (発走). Only from a provider.")
    betting_deadline: dt.datetime | None = strawberry.field(
        description="Time at which ticket sales end. Only from a provider."
    )
    status: model.RaceStatus = strawberry.field(description="Status of the race.")
    winning_time: float | None = strawberry.field(
        description=(
            "Time of the winner in seconds. If the winner's file is missing: the time of another finisher "
            "minus its margin."
        )
    )
    pace_first3f: float | None = strawberry.field(
        description="Time of the first 600 m in seconds (ペース). Null for most NAR races."
    )
    pace_last3f: float | None = strawberry.field(description="Time of the last 600 m in seconds (ペース).")
    winners: list[PlacedHorse] = strawberry.field(
        metadata=cost(size=1),
        description="The winner, or several winners of a dead heat (同着). From the files of all jockeys in the race.",
    )
    runners_up: list[PlacedHorse] = strawberry.field(
        metadata=cost(size=1),
        description=(
            "Horses in second place, if the files show them. After a dead heat for first place, if the "
            "file of only one winner is in the storage, the other winner is listed here."
        ),
    )
    brackets: list[Bracket] = strawberry.field(
        metadata=cost(size=8), description="Brackets (枠), each with its declared horses."
    )
    corners: list[Corner] = strawberry.field(metadata=cost(size=4), description="The order at each corner (通過).")
    completeness: RaceCompleteness = strawberry.field(description="How many of the starters are known.")
    conflicts: list[RaceConflict] = strawberry.field(
        metadata=cost(size=4), description="Values on which the files disagree."
    )
    sources: list[RaceSource] = strawberry.field(
        metadata=cost(size=2), description="Sources of this race: the archive, a provider, or both."
    )

    bridge_id: str = strawberry.field(
        resolver=_bridge_id,
        description="Id in the form `YYYYMMDD_course_RR`. The REST routes and the JRA-VAN bridge use it.",
        metadata=PURE,
    )
    runners: Any = strawberry.field(
        resolver=sorted_runners,
        graphql_type=list[Runner],
        description="All runners, including runners of which only the number is known.",
        metadata=pure(size=FIELD),
    )
