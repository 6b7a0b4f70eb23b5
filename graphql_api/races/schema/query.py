"""The root fields of races, and the race of each ride."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.archive import costs
from graphql_api.archive.editions import edition
from graphql_api.archive.questions import Rides
from graphql_api.archive.schema.arguments import First, page_size
from graphql_api.errors import BadUserInput
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.schema.filters import RaceRecordFilter
from graphql_api.races import model
from graphql_api.races.calendar import Span
from graphql_api.races.days import DayList
from graphql_api.races.ids import netkeiba_id
from graphql_api.races.listing import RaceList
from graphql_api.races.lookup import race_by_id, races_by_ids
from graphql_api.races.records import RACES
from graphql_api.races.schema.pages import RaceConnection, RaceDayConnection, RaceOrder
from graphql_api.races.schema.types import Info, Race
from graphql_api.schema.filters import condition
from graphql_api.schema.orders import orders

MAX_IDS = 50
"""Maximum number of races of one field."""

PAGE = 100
"""Default number of races or days on a page."""

RACE_OF_A_RIDE = RACES // 10
"""Cost of the race of a ride. The races of a page are one query."""


@strawberry.type
class Query:
    """The slice's entry points."""

    @strawberry.field(
        graphql_type=Race | None,
        description="One race. Null if the race is unknown. Requires the index or a provider of race cards.",
        metadata=pure(weight=RACES),
    )
    async def race(
        self,
        info: Info,
        id: Annotated[  # noqa: A002
            strawberry.ID, strawberry.argument(description="netkeiba's id of a race, 12 digits.")
        ],
    ) -> model.Race | None:
        """Look up a race."""
        return await race_by_id(info.context, netkeiba_id(id))

    @strawberry.field(
        graphql_type=list[Race | None],
        description=f"Several races, in the order of `ids`. Null for each unknown race. At most {MAX_IDS} ids.",
        metadata=pure(weight=RACE_OF_A_RIDE),
    )
    async def races_by_ids(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="netkeiba's ids of races.")],
    ) -> Sequence[model.Race | None]:
        """Look up races."""
        if len(ids) > MAX_IDS:
            raise BadUserInput(f"Argument 'ids' takes at most {MAX_IDS} ids, but there are {len(ids)}.")
        return await races_by_ids(info.context, [netkeiba_id(each) for each in ids])

    @strawberry.field(
        description="Races in the archive that have a ride matching the filter, newest first. Requires the index.",
        metadata=pure(weight=costs.PAGE),
    )
    async def races(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002
            RaceRecordFilter | None,
            strawberry.argument(
                description=(
                    "Return only races in which at least one ride matches this filter. Conditions on `video` and "
                    "`pageNumber` are refused."
                )
            ),
        ] = None,
        order_by: Annotated[
            list[RaceOrder] | None,
            strawberry.argument(
                description=(
                    "Sort keys, most important first. Rides that are still equal are sorted newest first. "
                    "Default: newest first."
                )
            ),
        ] = None,
        first: First = PAGE,
        after: Annotated[str | None, strawberry.argument(description="Return only races after this cursor.")] = None,
    ) -> RaceConnection:
        """Choose a page of races."""
        count = page_size(first, PAGE, info.context.settings.max_page)
        asked = RaceList(Rides(condition(filter, "filter")), orders(order_by, "orderBy"), count, after)
        return RaceConnection(edition=await edition(info.context), asked=asked)

    @strawberry.field(
        description=(
            "Days with races, oldest first. Requires the index or a provider of race cards. Days of the "
            "provider are included if `from` and `to` span at most 14 days."
        ),
        metadata=PURE,
    )
    async def race_days(
        self,
        info: Info,
        since: Annotated[
            date | None, strawberry.argument(name="from", description="Return only this day and later days.")
        ] = None,
        until: Annotated[
            date | None, strawberry.argument(name="to", description="Return only this day and earlier days.")
        ] = None,
        first: First = PAGE,
        after: Annotated[str | None, strawberry.argument(description="Return only days after this cursor.")] = None,
    ) -> RaceDayConnection:
        """List days."""
        count = page_size(first, PAGE, info.context.settings.max_page)
        asked = DayList(Span(since, until), count, None if after is None else _day(after))
        return RaceDayConnection(asked=asked, page=await asked.page(info.context))


def _day(cursor: str) -> date:
    try:
        return date.fromisoformat(cursor)
    except ValueError as error:
        raise BadUserInput("Argument 'after' is not a cursor of this connection.") from error


async def _race(ride: strawberry.Parent[Any], info: Info) -> model.Race | None:
    identifier = ride.race_id
    return None if identifier is None else await race_by_id(info.context, identifier)


@strawberry.type
class RideRace:
    """The field that races add to rides."""

    race: Race | None = strawberry.field(
        resolver=_race,
        graphql_type=Race | None,
        description=(
            "The race with all its runners. Null for overseas races. Requires the index or a provider of race cards."
        ),
        metadata=pure(weight=RACE_OF_A_RIDE),
    )
