"""Odds of a race as GraphQL shows them."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD
from graphql_api.execution.purity import PURE, pure
from graphql_api.odds import model
from graphql_api.odds.schema.enums import OddsOrder, OddsStatus
from graphql_api.odds.schema.history import OddsHistoryConnection, history_of
from graphql_api.odds.settings import is_updating
from graphql_api.races.model import Race
from graphql_api.slips.schema.enums import BetType
from graphql_api.tables.paging import check_count

Info = strawberry.Info[Context, None]

ENTRIES = 100
"""Default number of odds."""

MAX_ENTRIES = 10_000
"""A trifecta of 18 horses has 4,896 combinations."""

BOARD = LOAD // 2
"""Cost of a look-up of a board, in values of a response."""


@strawberry.type(description="Odds of one combination: a number, or a range for PLACE and QUINELLA_PLACE.")
class OddsEntry:
    """Public face of ``model.Entry``."""

    combination: list[int] = strawberry.field(
        description="Horse numbers; for BRACKET_QUINELLA bracket numbers. For types with an order: in finishing order."
    )
    odds: float | None = strawberry.field(
        description="Odds (オッズ): the return for a stake of 1. Null before sales, if scratched, and for ranges."
    )
    min: float | None = strawberry.field(
        description="Lower bound of the range. Null if `odds` is a number, or without odds."
    )
    max: float | None = strawberry.field(
        description="Upper bound of the range. Null if `odds` is a number, or without odds."
    )
    rank: int | None = strawberry.field(
        description="Rank by the odds (人気), 1 = lowest; equal odds have the same rank. Null without odds."
    )


@strawberry.type(description="The odds of one type of bet.")
class OddsBoard:
    """Public face of ``model.Board`` for one type."""

    board: strawberry.Private[model.Board]
    race: strawberry.Private[Race]
    type: BetType = strawberry.field(description="The type of the bet.")
    as_of: dt.datetime = strawberry.field(
        description="Time of the odds according to the source. If the source gives none: the time of its response."
    )
    fetched_at: dt.datetime = strawberry.field(description="Time at which the service read the odds from the source.")
    status: OddsStatus = strawberry.field(description="Whether the odds are forecast, open, closed or final.")
    is_stale: bool = strawberry.field(
        name="stale",
        description=(
            "True if newer odds were due two minutes ago or more and could not be read. These are the last known odds."
        ),
    )

    @strawberry.field(description="Seconds since `asOf`.", metadata=PURE)
    def age(self, info: Info) -> int:
        """Compute it from the current time."""
        from graphql_api.odds.service import Odds

        return max(0, int((info.context.use(Odds).now() - self.board.as_of).total_seconds()))

    @strawberry.field(
        description="Time at which newer odds are due. Poll a few seconds later. Null after the last update, and if "
        "odds are not updated by a schedule.",
        metadata=PURE,
    )
    def next_update(self, info: Info) -> dt.datetime | None:
        """Compute it from the current time."""
        from graphql_api.odds.service import Odds

        if not is_updating(info.context.settings):
            return None
        return info.context.use(Odds).next_update(self.race, self.board)

    @strawberry.field(
        description="The odds. A trifecta of 18 horses has 4,896 combinations.",
        metadata=PURE,
    )
    def entries(
        self,
        first: Annotated[
            int, strawberry.argument(description=f"Maximum number of items, up to {MAX_ENTRIES}.")
        ] = ENTRIES,
        order_by: Annotated[OddsOrder, strawberry.argument(description="The order.")] = OddsOrder.COMBINATION,
    ) -> list[OddsEntry]:
        """Return the first odds."""
        check_count("first", first, MAX_ENTRIES)
        by_rank = order_by is OddsOrder.RANK
        return [_entry(each) for each in self.board.entries(self.type, first, by_rank=by_rank)]


def _entry(entry: model.Entry) -> OddsEntry:
    return OddsEntry(
        combination=list(entry.combination), odds=entry.odds, min=entry.least, max=entry.most, rank=entry.rank
    )


@strawberry.type
class RaceOdds:
    """Fields that join ``Race``, whose object is a ``races.model.Race``."""

    @strawberry.field(
        description=(
            "Newest odds. Null if there are no odds of this type: sales have not begun, or the source has only odds to "
            "win, like the archive."
        ),
        metadata=pure(weight=BOARD),
    )
    async def odds(
        self,
        info: Info,
        type: Annotated[BetType, strawberry.argument(description="The type of the bet.")] = BetType.WIN,  # noqa: A002
    ) -> OddsBoard | None:
        """Look up the board."""
        from graphql_api.odds.service import current_board

        race: Any = self
        board = await current_board(info.context, race)
        if board is None or type not in board.lines:
            return None
        return OddsBoard(
            board=board,
            race=race,
            type=type,
            as_of=board.as_of,
            fetched_at=board.fetched_at,
            status=board.status,
            is_stale=board.is_stale,
        )

    @strawberry.field(
        description="History of the odds to win and for a place, oldest first. Empty if odds are not updated.",
        metadata=pure(weight=LOAD),
    )
    async def odds_history(
        self,
        info: Info,
        horse_number: Annotated[
            int | None, strawberry.argument(description="Return only the odds of this horse. Default: of all horses.")
        ] = None,
        first: Annotated[int | None, strawberry.argument(description="Maximum number of items.")] = 100,
        after: Annotated[str | None, strawberry.argument(description="Return only items after this cursor.")] = None,
    ) -> OddsHistoryConnection:
        """Read the history."""
        race: Any = self
        return await history_of(info.context, race, horse_number, first, after)
