"""Groups of rides: their keys, and what every group shows."""

from typing import Any

import strawberry

from graphql_api.archive.editions import Edition
from graphql_api.archive.questions import JOCKEY, Grouping, Rides
from graphql_api.archive.schema.jockeys import JockeySummary
from graphql_api.archive.schema.lookahead import Info, beneath, figures_of, summaries_of
from graphql_api.archive.tallies import Tallies, Tally, tally
from graphql_api.execution.encoding import SAME_ROW, Binding
from graphql_api.jockeys.keys import KEYS, check_keys, check_order
from graphql_api.jockeys.schema.filters import having
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.jockeys.settings import JockeysSettings
from graphql_api.schema.enums import enum_of
from graphql_api.schema.orders import orders
from graphql_api.tables.paging import check_count
from graphql_api.tables.windows import Rows, Window

GROUPED = (
    "Groups of the rides on all pages. Rides with the same key values are in one group. Default "
    "order: by the keys. The server has an upper limit for the number of groups."
)

RideKey: Any = enum_of(
    "RideKey",
    "Key by which rides are grouped.",
    [("jockey", "The jockey."), *((name, key.description) for name, key in KEYS.items())],
)


def _key(name: str, description: str) -> Any:
    binding = Binding(lambda _arguments: (f"key {name}", lambda table: table.key(name)))
    return strawberry.field(description=description, metadata={Binding: binding})


def _ride_group_key() -> type:
    """Make the RideGroupKey type of the table of keys."""
    namespace: dict[str, Any] = {key.name: _key(key.name, key.description) for key in KEYS.values()}
    namespace[JOCKEY] = _key(JOCKEY, "netkeiba's id of the jockey, for the key JOCKEY.")
    namespace["jockey"] = strawberry.field(description="Summary of the jockey from the index, for the key JOCKEY.")
    namespace["__annotations__"] = {
        JOCKEY: strawberry.ID | None,
        "jockey": JockeySummary | None,
        **{key.name: key.type | None for key in KEYS.values()},
    }
    namespace["__doc__"] = "The values that a group's rides share; ``GroupKeys`` has its attributes."
    return strawberry.type(
        type("RideGroupKey", (), namespace),
        description=(
            "Key values of a group. A key that is not in `by` is null. A key in `by` is null for the "
            "group of rides without a value."
        ),
    )


RideGroupKey: Any = _ride_group_key()


class GroupKeys:
    """The keys of one group as attributes."""

    __slots__ = ("_place", "_table")

    def __init__(self, table: Tallies, place: int) -> None:
        """Point at one group."""
        self._table = table
        self._place = place

    def __getattr__(self, name: str) -> Any:
        """Return one key's value."""
        if name == "jockey":
            return self._table.jockeys.get(self._table.key(JOCKEY)[self._place])
        if name != JOCKEY and name not in KEYS:
            raise AttributeError(name)
        return self._table.key(name)[self._place]


@strawberry.type
class RideGroupBase:
    """What every group of rides shows."""

    edition: strawberry.Private[Edition]
    group_rides: strawberry.Private[Rides]

    key: RideGroupKey = strawberry.field(
        description="Key values that all rides of the group share.", metadata={Binding: SAME_ROW}
    )
    statistics: StatisticsType = strawberry.field(
        description="Statistics of all rides of the group.", metadata={Binding: SAME_ROW}
    )


async def grouped(
    info: Info, edition: Edition, rides: Rides, by: Any, passing: Any, order_by: Any, first: int | None, kind: Any
) -> Window[Any]:
    """Group rides as objects of ``kind``. Raises ``BadUserInput`` that says which argument is wrong."""
    keys = tuple(JOCKEY if each.value == "jockey" else each.value for each in by)
    most = info.context.settings.of(JockeysSettings).max_groups
    check_count("first", first, most)
    order = orders(order_by, "orderBy")
    check_keys(keys)
    check_order(order, keys)
    selected = beneath(info, "statistics")
    grouping = Grouping(
        rides,
        figures_of(selected),
        keys,
        tuple(having(passing, "having")),
        order,
        most if first is None else first,
    )
    with_jockeys = any(each.name == "jockey" for each in beneath(info, "key"))
    table = await tally(
        edition,
        info.context,
        grouping,
        summaries_of(selected),
        is_bounded=first is not None,
        with_jockeys=with_jockeys,
    )

    def group(counted: Tallies, place: int) -> Any:
        values = tuple((name, counted.key(name)[place]) for name in keys)
        chosen = Rides(rides.condition, (*rides.keys, *values))
        return kind(
            edition=edition, group_rides=chosen, key=GroupKeys(counted, place), statistics=Tally(counted, place)
        )

    return Window(table, Rows(slice(None), len(table), everything=True), group)
