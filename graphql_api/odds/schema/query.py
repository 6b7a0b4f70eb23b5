"""``oddsMovers``: horses whose odds changed most on a day; and ``oddsWatch``."""

import datetime as dt
from typing import Annotated

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.execution.purity import pure
from graphql_api.japan_time import day_in_japan
from graphql_api.odds import movers
from graphql_api.odds.model import shown
from graphql_api.odds.schema.enums import OddsMove, OddsStatus
from graphql_api.odds.schema.watches import OddsWatch, WatchId, show_watch
from graphql_api.odds.settings import is_updating
from graphql_api.races import model
from graphql_api.races.ids import bridge_place
from graphql_api.races.lookup import race_at
from graphql_api.races.schema.types import Race
from graphql_api.tables.paging import check_count

Info = strawberry.Info[Context, None]

MOVERS = 20


@strawberry.type(description="A horse whose odds to win changed since the first odds of the day.")
class OddsMover:
    """Public face of ``movers.Mover``."""

    bridge_id: str = strawberry.field(description="Id of the race, in the form `YYYYMMDD_course_RR`.")
    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    first_odds: float = strawberry.field(description="First odds to win of the day.")
    odds: float = strawberry.field(description="Newest odds to win.")
    change: float = strawberry.field(description="Change in percent of the first odds. Below 0 if the odds shortened.")
    move: OddsMove = strawberry.field(description="Whether the odds shortened or lengthened strongly.")
    first_at: dt.datetime = strawberry.field(description="Time of the first odds.")
    as_of: dt.datetime = strawberry.field(description="Time of the newest odds.")
    status: OddsStatus = strawberry.field(description="Whether the newest odds are forecast, open, closed or final.")

    @strawberry.field(
        graphql_type=Race | None,
        description="The race. Null if the race is unknown.",
        metadata=pure(weight=LOAD // 2),
    )
    async def race(self, info: Info) -> model.Race | None:
        """Look up the race."""
        return await race_at(info.context, bridge_place(self.bridge_id))


@strawberry.type
class Query:
    """The slice's entry point."""

    @strawberry.field(
        description=(
            "Horses whose odds to win changed since the first odds of the day, largest change first. Half and double "
            "are changes of the same size. Empty if odds are not updated."
        ),
        metadata=pure(weight=LOAD // MOVERS),
    )
    async def odds_movers(
        self,
        info: Info,
        date: Annotated[dt.date | None, strawberry.argument(description="The day. Default: today in Japan.")] = None,
        first: Annotated[int, strawberry.argument(description="Maximum number of items.")] = MOVERS,
    ) -> list[OddsMover]:
        """Compare the odds of a day."""
        from graphql_api.odds.service import Odds

        check_count("first", first, info.context.settings.max_page)
        if not is_updating(info.context.settings):
            return []
        odds = info.context.use(Odds)
        day = date or day_in_japan(odds.now())
        return [_mover(each) for each in movers.movers(await odds.rows(day))[:first]]

    @strawberry.field(
        description="A watch of odds. Null if there is no watch with this id, or if it has expired.",
        metadata=cost(weight=LOAD),
    )
    async def odds_watch(self, info: Info, id: WatchId) -> OddsWatch | None:  # noqa: A002
        """Read a watch."""
        from graphql_api.odds.watches.service import Watches

        found = await info.context.use(Watches).find(id)
        return None if found is None else show_watch(id, found)


def _mover(mover: movers.Mover) -> OddsMover:
    return OddsMover(
        bridge_id=mover.race_id,
        horse_number=mover.horse_number,
        first_odds=shown(mover.first) or 0.0,
        odds=shown(mover.last) or 0.0,
        change=mover.change,
        move=mover.move,
        first_at=mover.first_at,
        as_of=mover.as_of,
        status=mover.status,
    )
