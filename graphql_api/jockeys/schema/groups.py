"""Groups of race records: their keys, statistics and records."""

from typing import TYPE_CHECKING, Any

import numpy as np
import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.encoding import SAME_ROW, Binding
from graphql_api.execution.purity import PURE
from graphql_api.jockeys.figures import Statistics
from graphql_api.jockeys.grouping import GroupKeys, Groups, GroupTable
from graphql_api.jockeys.keys import KEYS, Key
from graphql_api.jockeys.schema.arguments import After, Before, First, Last, OrderBy
from graphql_api.jockeys.schema.records import GroupedRecordConnection, page_fields
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.schema.orders import orders
from graphql_api.tables.paging import PageArguments, page
from graphql_api.tables.windows import Rows, Window

PAGE = 1_600
"""Work of selecting a page of a group's records, in values of a list."""


def _key(key: Key) -> Any:
    binding = Binding(lambda _arguments: (f"key {key.name}", lambda groups: groups.key(key.name)))
    return strawberry.field(description=key.description, metadata={Binding: binding})


def _group_key() -> type:
    """Make the RaceGroupKey type of the table of keys."""
    namespace: dict[str, Any] = {key.name: _key(key) for key in KEYS.values()}
    namespace["__annotations__"] = {key.name: key.type | None for key in KEYS.values()}
    namespace["__doc__"] = "The values that a group's records share; ``grouping.GroupKeys`` has its attributes."
    return strawberry.type(
        type("RaceGroupKey", (), namespace),
        description=(
            "Key values of a group. A key that is not in `by` is null. A key in `by` is null for the "
            "group of records without a value."
        ),
    )


if TYPE_CHECKING:
    RaceGroupKey = GroupKeys
else:
    RaceGroupKey = _group_key()


@strawberry.type(description="A group of race records with the same key values.")
class RaceGroup:
    """One of the groups of a selection."""

    groups: strawberry.Private[Groups]
    number: strawberry.Private[int]

    key: RaceGroupKey = strawberry.field(
        description="Key values that all records of the group share.", metadata={Binding: SAME_ROW}
    )
    statistics: StatisticsType = strawberry.field(
        description="Statistics of all records of the group.", metadata={Binding: SAME_ROW}
    )

    @strawberry.field(description="Records of the group. Without `first` and `last`: all records.", metadata=PURE)
    def records(
        self,
        info: strawberry.Info[Context, None],
        order_by: OrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> GroupedRecordConnection:
        """Choose a page of the group."""
        selection, order = self.groups.rows_of(self.number), orders(order_by, "orderBy")
        info.context.budget.work(PAGE + (1 + 8 * len(order)) * len(selection))
        asked = PageArguments(info.context.settings.max_page, first, after, last, before)
        chosen = page(selection, order, asked)
        return GroupedRecordConnection(**page_fields(chosen, len(selection)))


def race_groups(groups: Groups, numbers: np.ndarray) -> Window[RaceGroup]:
    """Return the groups in an order."""
    chosen = GroupTable(groups, numbers)
    return Window(chosen, Rows(slice(None), len(chosen), everything=True), _race_group)


def _race_group(chosen: GroupTable, place: int) -> RaceGroup:
    groups, number = chosen.groups, chosen.numbers[place]
    return RaceGroup(
        groups=groups, number=number, key=GroupKeys(groups, number), statistics=Statistics(groups.figures, number)
    )
