"""What a race consists of: runners, places, brackets, corners; attributes are those of ``races.model``."""

import datetime as dt
from collections.abc import Awaitable
from typing import Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.execution.purity import pure
from graphql_api.jockeys.schema.jockeys import Jockey, jockey
from graphql_api.jockeys.schema.loading import load
from graphql_api.jockeys.vocabulary import (
    FinishStatus,
    RunningStyle,
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
    "Sort fields of runners. Runners with a null value come last.",
    (
        ("horse_number", "Number of the horse (馬番)."),
        ("finish_position", "Official finishing position (着順)."),
        ("favourite_rank", "Rank by win odds (人気)."),
    ),
)


@strawberry.type(
    description=("A declared horse in a race. If the jockey's file is not in the storage, only the number is known.")
)
class Runner:
    """Public face of ``model.Runner``."""

    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    bracket_number: int | None = strawberry.field(
        description=(
            "Bracket, 1 to 8 (枠番). If no source gives it: computed by the official rule from the number "
            "of declared horses."
        )
    )
    is_known: bool = strawberry.field(name="known", description="Whether more than the number is known.")
    horse_name: str | None = strawberry.field(description="Name of the horse (馬名).")
    jockey_id: strawberry.ID | None = strawberry.field(description="netkeiba's id of the jockey. Null if unknown.")
    jockey_name: str | None = strawberry.field(
        description="Name of the jockey (騎手). In the archive at most four characters."
    )
    carried_weight: float | None = strawberry.field(description="Weight carried in kg (斤量).")
    body_weight: int | None = strawberry.field(description="Weight of the horse in kg (馬体重).")
    body_weight_change: int | None = strawberry.field(
        description="Change of the horse's weight since its last race in kg."
    )
    win_odds: float | None = strawberry.field(
        description=(
            "Win odds (単勝): the return on a stake of 1. Null if there are no odds yet, and for non-starters."
        )
    )
    favourite_rank: int | None = strawberry.field(description="Rank by win odds, 1 = favourite (人気).")
    finish_position: int | None = strawberry.field(description="Official finishing position (着順).")
    finish_status: FinishStatus | None = strawberry.field(
        description=("How the ride ended (着順). Before the race: null, except for a horse that is known not to start.")
    )
    finish_time: float | None = strawberry.field(description="Finishing time in seconds (タイム).")
    margin: float | None = strawberry.field(
        description=(
            "Seconds behind the winner (着差). For the winner: the lead over the second, as a negative number."
        )
    )
    corner_positions: list[int] | None = strawberry.field(description="Positions at the corners in order (通過).")
    last3f: float | None = strawberry.field(
        description=(
            "The horse's time of the last 600 m in seconds (上り). In jump races: the average time of one furlong."
        )
    )
    running_style: RunningStyle | None = strawberry.field(description="Running style (脚質); see RaceRecord.")
    prize_money: float | None = strawberry.field(description="Prize money in yen (賞金).")

    @strawberry.field(
        graphql_type=Jockey | None,
        description="The jockey with its file. Null if the file is not in the storage.",
        metadata=pure(weight=LOAD),
    )
    def jockey(self, info: Info) -> Jockey | Awaitable[Jockey | None] | None:
        """Load the jockey."""
        return None if self.jockey_id is None else load(info.context, self.jockey_id, jockey)


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
        description=(
            "Numbers of the horses at this position. It includes only horses whose jockeys' files are in the storage."
        )
    )


@strawberry.type(
    description=("Order of the horses at a corner. It includes only horses whose jockeys' files are in the storage.")
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
