"""A runner of a race; most attributes are those of ``races.model.Runner``."""

from collections.abc import Awaitable
from typing import Annotated, Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD
from graphql_api.execution.purity import pure
from graphql_api.jockeys.schema.jockeys import Jockey, jockey
from graphql_api.jockeys.schema.loading import load
from graphql_api.jockeys.vocabulary import FinishStatus, RunningStyle
from graphql_api.races import model
from graphql_api.schema.enums import enum_of

Info = strawberry.Info[Context, None]

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
    description="A declared horse in a race. If the jockey's file is not in the storage, only the number is known."
)
class Runner:
    """Public face of ``model.Runner``."""

    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    bracket_number: int | None = strawberry.field(
        description="Bracket, 1 to 8 (枠番). From a source, or computed by the official rule."
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
        description="Win odds (単勝): the return on a stake of 1. Null if there are no odds yet, and for non-starters."
    )
    favourite_rank: int | None = strawberry.field(description="Rank by win odds, 1 = favourite (人気).")
    finish_position: int | None = strawberry.field(description="Official finishing position (着順).")
    finish_status: FinishStatus | None = strawberry.field(
        description="How the ride ended (着順). Before the race: null, except for a horse that is known not to start."
    )
    finish_time: float | None = strawberry.field(description="Finishing time in seconds (タイム).")
    margin: float | None = strawberry.field(
        description="Seconds behind the winner (着差). For the winner: the lead over the second, as a negative number."
    )
    corner_positions: list[int] | None = strawberry.field(description="Positions at the corners in order (通過).")
    last3f: float | None = strawberry.field(
        description="Time of the last 600 m in seconds (上り). In jump races: average time of one furlong."
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


def sorted_runners(
    race: strawberry.Parent[model.Race],
    order_by: Annotated[RunnerOrderField, strawberry.argument(description="Sort field, ascending.")] = (
        RunnerOrderField.HORSE_NUMBER
    ),
) -> list[model.Runner]:
    """Return the sorted runners. Runners with null are last."""

    def place(runner: model.Runner) -> tuple[bool, int, int]:
        value = getattr(runner, order_by.value)
        return value is None, value or 0, runner.horse_number

    return sorted(race.runners, key=place)
