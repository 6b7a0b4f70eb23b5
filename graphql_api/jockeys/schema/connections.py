"""Race records of a jockey as a connection: pages, statistics and groups of one selection."""

from typing import Annotated

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.grouping import Groups
from graphql_api.jockeys.keys import check_keys, check_order
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.schema.arguments import FirstGroups, GroupOrderBy, Having
from graphql_api.jockeys.schema.enums import GroupKey
from graphql_api.jockeys.schema.filters import GroupHaving, having
from graphql_api.jockeys.schema.groups import RaceGroup, race_groups
from graphql_api.jockeys.schema.orders import GroupOrder
from graphql_api.jockeys.schema.records import GroupedRecordConnection, page_fields
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.jockeys.settings import JockeysSettings
from graphql_api.schema.orders import orders
from graphql_api.tables.ordering import Order
from graphql_api.tables.paging import PageArguments, Selection, check_count, page
from graphql_api.tables.windows import Window

GROUPS_SIZE = 100
"""Estimated number of groups without an argument."""


@strawberry.type(description="Race records of a jockey: one page of records, and statistics and groups of all records.")
class RaceRecordConnection(GroupedRecordConnection):
    """A page of a selection, and statistics and groups of the whole selection."""

    selection: strawberry.Private[Selection[RaceRecords]]

    @strawberry.field(
        graphql_type=StatisticsType,
        description="Statistics of the records on all pages (all records that match the filter).",
        metadata=PURE,
    )
    def statistics(self, info: strawberry.Info[Context, None]) -> Statistics:
        """Return statistics. Each figure is computed when it is selected."""
        info.context.budget.work(2 * self.selection.records.weight)
        return Statistics(Figures(self.selection.records, self.selection.numbers), 0)

    @strawberry.field(
        graphql_type=list[RaceGroup],
        description=(
            "Groups of the records on all pages. Records with the same key values are in one group. "
            "Default order: by the keys. The server has an upper limit for the number of groups."
        ),
        metadata=pure(size=GROUPS_SIZE),
    )
    def group_by(
        self,
        info: strawberry.Info[Context, None],
        by: Annotated[list[GroupKey], strawberry.argument(description="The group keys, at least one.")],
        having: Having = None,
        order_by: GroupOrderBy = None,
        first: FirstGroups = None,
    ) -> Window[RaceGroup]:
        """Group the selection."""
        info.context.budget.work(4 * self.selection.records.weight)
        return grouped(
            self.selection, by, having, order_by, first, info.context.settings.of(JockeysSettings).max_groups
        )


def connection(
    selection: Selection[RaceRecords], order: tuple[Order, ...], asked: PageArguments
) -> RaceRecordConnection:
    """Return a page of a selection as a connection."""
    return RaceRecordConnection(selection=selection, **page_fields(page(selection, order, asked), len(selection)))


def grouped(
    selection: Selection[RaceRecords],
    by: list[GroupKey],
    passing: GroupHaving | None,
    order_by: list[GroupOrder] | None,
    first: int | None,
    at_most: int,
) -> Window[RaceGroup]:
    """Group a selection, filter and order the groups. Raises ``BadUserInput``, which names the wrong argument."""
    keys = [key.value for key in by]
    check_keys(keys)
    check_count("first", first, at_most)
    order = orders(order_by, "orderBy")
    check_order(order, keys)
    groups = Groups(selection, keys)
    chosen = groups.choose(having(passing, "having"), order)[:first]
    if len(chosen) > at_most:
        raise BadUserInput(
            f"Argument 'by' makes {len(chosen)} groups; at most {at_most} are allowed. "
            "Use 'first', 'having' or a filter."
        )
    return race_groups(groups, chosen)
