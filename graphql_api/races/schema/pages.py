"""Lists of races and of race days as connections."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import strawberry

from graphql_api.archive import costs
from graphql_api.archive.editions import Edition
from graphql_api.archive.schema.arguments import PAGE, First, OrderBy
from graphql_api.archive.schema.arguments import After as AfterRide
from graphql_api.archive.schema.rides import RideConnection, connection
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.columns import FIELDS
from graphql_api.races import listing, lookup, model, records
from graphql_api.races.calendar import RaceDay as Day
from graphql_api.races.days import DayList, DayPage
from graphql_api.races.listing import RaceIdPage, RaceList
from graphql_api.races.schema.types import Info, Race
from graphql_api.schema.enums import Direction, Nulls, enum_of
from graphql_api.schema.orders import DIRECTION, NULLS, orders
from graphql_api.schema.pages import PageInfo

RACES_A_DAY = 48
"""Estimated number of races of a day: four meetings."""

WHOLE_RACES = pure(each=records.READ + records.RACE)
"""Cost of each race of a page: it is assembled from all its rides, whatever fields are selected."""

_DESCRIPTIONS = {field.name: field.description for field in FIELDS}

RaceOrderField: Any = enum_of(
    "RaceOrderField",
    "Sort fields of races.",
    ((name, _DESCRIPTIONS[name]) for name in listing.ORDER_FIELDS),
)


@strawberry.input(description="One sort key of races.")
class RaceOrder:
    """A field of the races to sort by."""

    field: RaceOrderField = strawberry.field(description="The sort field.")
    direction: Direction = strawberry.field(default=Direction.ASC, description=DIRECTION)
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description=NULLS)


@strawberry.type(description="A race with its cursor.")
class RaceEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: Race = strawberry.field(description="The race.")


@strawberry.type(description="Races with a ride that matches the filter: one page of races, and all matching rides.")
class RaceConnection:
    """A selection of races in one edition, and the requested page."""

    edition: strawberry.Private[Edition]
    asked: strawberry.Private[RaceList]

    @strawberry.field(graphql_type=list[Race], description="Races on this page.", metadata=WHOLE_RACES)
    async def nodes(self, info: Info) -> list[model.Race]:
        """Read the page's races."""
        return await records.races(self.edition, info.context, (await self._page(info)).ids)

    @strawberry.field(
        graphql_type=list[RaceEdge], description="Races on this page, each with its cursor.", metadata=WHOLE_RACES
    )
    async def edges(self, info: Info) -> list[RaceEdge]:
        """Read the page's races."""
        races: Sequence[Any] = await self.nodes(info)
        return [RaceEdge(cursor=listing.cursor(self.edition.version, race.id), node=race) for race in races]

    @strawberry.field(description="Position of this page in the connection.", metadata=PURE)
    async def page_info(self, info: Info) -> PageInfo:
        """Read the page."""
        page = await self._page(info)

        def cursor_at(place: int) -> str | None:
            return listing.cursor(self.edition.version, page.ids[place]) if page.ids else None

        has_previous = self.asked.after is not None
        return PageInfo(cursor_at=cursor_at, has_next_page=page.has_next, has_previous_page=has_previous)

    @strawberry.field(description="Number of races on all pages.", metadata=pure(weight=costs.COUNT))
    async def total_count(self, info: Info) -> int:
        """Count the races."""
        return await listing.count(self.edition, info.context, self.asked)

    @strawberry.field(
        description="All rides that match the filter, with the same statistics and groups as `rides`.",
        metadata=pure(weight=costs.PAGE),
    )
    def rides(
        self, info: Info, order_by: OrderBy = None, first: First = PAGE, after: AfterRide = None
    ) -> RideConnection:
        """Choose a page of the rides."""
        return connection(info, self.edition, self.asked.rides, orders(order_by, "orderBy"), first, after)

    @strawberry.field(
        description="Time at which the index was written. Null if the storage does not know it.", metadata=PURE
    )
    def indexed_at(self) -> dt.datetime | None:
        """Return the time of the edition."""
        return self.edition.made

    async def _page(self, info: Info) -> RaceIdPage:
        return await listing.read_page(self.edition, info.context, self.asked)


async def _races(day: strawberry.Parent[Day], info: Info) -> Sequence[model.Race]:
    return await lookup.races_on(info.context, day.date)


@strawberry.type(description="A day with races.")
class RaceDay:
    """Public face of ``calendar.RaceDay``."""

    date: dt.date = strawberry.field(description="The date.")
    racecourses: list[str] = strawberry.field(description="Racecourses with races on this day, in Japanese.")
    race_count: int = strawberry.field(description="Number of known races.")
    races: Any = strawberry.field(
        resolver=_races,
        graphql_type=list[Race],
        description="Races of the day, sorted by racecourse and race number.",
        metadata=pure(weight=records.RACES // RACES_A_DAY, size=RACES_A_DAY),
    )


@strawberry.type(description="A day with its cursor.")
class RaceDayEdge:
    """An edge of the list."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: RaceDay = strawberry.field(description="The date.")


@strawberry.type(description="Days with races, oldest first.")
class RaceDayConnection:
    """A page of days."""

    asked: strawberry.Private[DayList]
    page: strawberry.Private[DayPage]

    @strawberry.field(graphql_type=list[RaceDay], description="Days on this page.", metadata=PURE)
    def nodes(self) -> Sequence[Day]:
        """List the days."""
        return self.page.days

    @strawberry.field(
        graphql_type=list[RaceDayEdge], description="Days on this page, each with its cursor.", metadata=PURE
    )
    def edges(self) -> Sequence[Any]:
        """List the days."""
        return [RaceDayEdge(cursor=day.date.isoformat(), node=day) for day in self.page.days]  # type: ignore[arg-type]

    @strawberry.field(description="Position of this page in the connection.", metadata=PURE)
    def page_info(self) -> PageInfo:
        """Describe the page."""

        def cursor_at(place: int) -> str | None:
            return self.page.days[place].date.isoformat() if self.page.days else None

        has_previous = self.asked.after is not None
        return PageInfo(cursor_at=cursor_at, has_next_page=self.page.has_next, has_previous_page=has_previous)

    @strawberry.field(description="Number of days on all pages.", metadata=PURE)
    async def total_count(self, info: Info) -> int:
        """Count the days."""
        return await self.asked.total(info.context)
