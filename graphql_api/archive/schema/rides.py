"""Rides of all jockeys: their fields, pages, statistics and groups."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.types.field import StrawberryField

from graphql_api.archive import costs
from graphql_api.archive.columns import LEFT_OUT
from graphql_api.archive.companions import CHANGES, COMPANIONS, ClassChange
from graphql_api.archive.editions import Edition, edition
from graphql_api.archive.pages import CURSOR, JOCKEY, Page, RidePage, read_page
from graphql_api.archive.questions import Grouping, Rides, count_statement
from graphql_api.archive.schema.arguments import PAGE, After, First, OrderBy, page_size
from graphql_api.archive.schema.groups import GROUPED, RideGroupBase, RideKey, grouped
from graphql_api.archive.schema.jockeys import JockeySummary
from graphql_api.archive.schema.lookahead import Info, beneath, figures_of, names_of, summaries_of
from graphql_api.archive.tallies import Tally, tally
from graphql_api.execution.encoding import SAME_ROW, Binding
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.schema.arguments import FirstGroups, GroupOrderBy, Having
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.schema.enums import declare
from graphql_api.schema.fields import annotations_of, graphql_type
from graphql_api.schema.filters import condition
from graphql_api.schema.orders import orders
from graphql_api.schema.pages import PageInfo
from graphql_api.tables.conditions import Condition
from graphql_api.tables.ordering import Order
from graphql_api.tables.table import ColumnTable, Row
from graphql_api.tables.windows import Window

declare(ClassChange, CHANGES)


def _column(name: str, description: str) -> StrawberryField:
    binding = Binding(lambda _arguments: (f"ride {name}", lambda table: table.fields[name]))
    declared: StrawberryField = strawberry.field(description=description, metadata={Binding: binding})
    return declared


def _ride() -> type:
    """Make the Ride type of the column table and of the table of companions."""
    stored = [field for field in FIELDS if field.name not in LEFT_OUT]
    namespace = {
        "__annotations__": {
            **annotations_of(stored),
            **{name: graphql_type(each.type) | None for name, each in COMPANIONS.items()},
            JOCKEY: JockeySummary,
        },
        "__doc__": "A row of the archive.",
        **{field.name: _column(field.name, field.description) for field in stored},
        **{name: _column(name, each.description) for name, each in COMPANIONS.items()},
        JOCKEY: strawberry.field(description="Summary of the jockey from the index."),
    }
    return strawberry.type(
        type("Ride", (), namespace),
        description=(
            "One jockey's ride in one race, with data about the horse and the race from the files of other jockeys."
        ),
    )


if TYPE_CHECKING:  # made of tables
    Ride = Row[ColumnTable]
else:
    Ride = _ride()


def _itself(row: strawberry.Parent[Row[ColumnTable]]) -> Row[ColumnTable]:
    return row


@strawberry.type(description="A ride with its cursor.")
class RideEdge:
    """An edge of a connection; its object is the row itself."""

    cursor: str = _column(CURSOR, "An opaque cursor, for `after`.")  # type: ignore[assignment]
    node: Ride = strawberry.field(
        resolver=_itself, graphql_type=Ride, description="The ride.", metadata={**PURE, Binding: SAME_ROW}
    )


@strawberry.type(description="A group of rides with the same key values.")
class RideGroup(RideGroupBase):
    """One of the groups of some rides."""

    @strawberry.field(description="Rides of the group.", metadata=pure(weight=costs.PAGE))
    def rides(self, info: Info, order_by: OrderBy = None, first: First = PAGE, after: After = None) -> "RideConnection":
        """Choose a page of the group's rides."""
        return connection(info, self.edition, self.group_rides, orders(order_by, "orderBy"), first, after)


@strawberry.type(description="Rides of all jockeys: one page of rides, and statistics and groups of all rides.")
class RideConnection:
    """A choice of rides in one edition, and the page of them that was asked for."""

    edition: strawberry.Private[Edition]
    rides: strawberry.Private[Rides]
    page: strawberry.Private[Page]

    @strawberry.field(graphql_type=list[Ride], description="Rides on this page.", metadata=PURE)
    async def nodes(self, info: Info) -> Window[Row[ColumnTable]]:
        """Read the page."""
        return (await self._page(info)).window

    @strawberry.field(
        graphql_type=list[RideEdge], description="Rides on this page, each with its cursor.", metadata=PURE
    )
    async def edges(self, info: Info) -> Window[Row[ColumnTable]]:
        """Read the page."""
        return (await self._page(info)).window

    @strawberry.field(description="Position of this page in the connection.", metadata=PURE)
    async def page_info(self, info: Info) -> PageInfo:
        """Read the page."""
        page = await self._page(info)
        rows = page.window

        def cursor_at(place: int) -> str | None:
            return getattr(rows[place], CURSOR) if len(rows) else None

        return PageInfo(cursor_at=cursor_at, has_next_page=page.has_next, has_previous_page=self.page.after is not None)

    @strawberry.field(description="Number of rides on all pages.", metadata=pure(weight=costs.COUNT))
    async def total_count(self, info: Info) -> int:
        """Count the rides."""
        rows = await self.edition.ask(info.context, count_statement(self.rides), costs.COUNT)
        return int(rows[0][0])

    @strawberry.field(
        graphql_type=StatisticsType,
        description=(
            "Statistics of the rides on all pages (all rides that match the filter). Streaks are defined "
            "for one jockey or one horse, so the filter must select one of them."
        ),
        metadata=pure(weight=costs.STATISTICS),
    )
    async def statistics(self, info: Info) -> Tally:
        """Count what is selected."""
        selected = beneath(info)
        grouping = Grouping(self.rides, figures_of(selected))
        return Tally(await tally(self.edition, info.context, grouping, summaries_of(selected)), 0)

    @strawberry.field(graphql_type=list[RideGroup], description=GROUPED, metadata=PURE)
    async def group_by(
        self,
        info: Info,
        by: Annotated[list[RideKey], strawberry.argument(description="The group keys, at least one.")],
        having: Having = None,
        order_by: GroupOrderBy = None,
        first: FirstGroups = None,
    ) -> Window[Any]:
        """Group the rides."""
        return await grouped(info, self.edition, self.rides, by, having, order_by, first, RideGroup)

    @strawberry.field(
        description="Time at which the index was written. Null if the storage does not know it.", metadata=PURE
    )
    def indexed_at(self) -> datetime | None:
        """Date the edition."""
        return self.edition.made

    async def _page(self, info: Info) -> RidePage:
        return await read_page(self.edition, info.context, self.page)


def connection(
    info: Info, read: Edition, rides: Rides, order: tuple[Order, ...], first: int | None, after: str | None
) -> RideConnection:
    """Show some rides. Raises ``BadUserInput`` for a number out of bounds."""
    count = page_size(first, PAGE, info.context.settings.max_page)
    fields = names_of([*beneath(info, "nodes"), *beneath(info, "edges", "node")])
    return RideConnection(edition=read, rides=rides, page=Page(rides, order, count, after, fields))


async def rides_where(
    info: Info, wanted: Condition, order_by: Any, first: int | None, after: str | None
) -> RideConnection:
    """Show the rides that meet a condition. Raises ``IndexRequired`` and ``BadUserInput``."""
    order = orders(order_by, "orderBy")
    return connection(info, await edition(info.context), Rides(wanted), order, first, after)


async def filtered_rides(info: Info, given: Any, order_by: Any, first: int | None, after: str | None) -> RideConnection:
    """Show the rides that a filter takes."""
    return await rides_where(info, condition(given, "filter"), order_by, first, after)
