"""Horses by their names: listed, found, and each with its rides."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graphql_api.archive import costs
from graphql_api.archive.editions import Edition, edition
from graphql_api.archive.horses import FIELDS
from graphql_api.archive.horses import JOCKEYS as IDS
from graphql_api.archive.listing import HORSES, JOCKEYS, List, by_keys, find, read_list
from graphql_api.archive.questions import HORSE, Grouping, Rides
from graphql_api.archive.schema.arguments import PAGE, After, Filter, First, OrderBy, page_size
from graphql_api.archive.schema.groups import RideKey, grouped
from graphql_api.archive.schema.jockeys import JockeySummary
from graphql_api.archive.schema.lookahead import Info, beneath, figures_of, summaries_of
from graphql_api.archive.schema.rides import RideConnection, RideGroup, connection
from graphql_api.archive.tallies import Tally, tally
from graphql_api.errors import BadUserInput
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys.schema.enums import GroupOrderField
from graphql_api.jockeys.schema.filters import FILTERS
from graphql_api.jockeys.schema.orders import GroupOrder
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.schema.enums import Direction, Nulls, enum_of
from graphql_api.schema.fields import annotations_of
from graphql_api.schema.filters import condition, input_type
from graphql_api.schema.orders import DIRECTION, NULLS, orders
from graphql_api.schema.pages import PageInfo
from graphql_api.tables.fields import Field
from graphql_api.tables.table import ColumnTable, Row
from graphql_api.tables.windows import Window
from graphql_api.text import MAX_LENGTH

JOCKEYS_SHOWN = 10
"""Jockeys of one horse where the client does not say."""

if TYPE_CHECKING:  # made of tables
    from enum import Enum

    HorseFilter = object
    HorseOrderField = Enum
else:
    HorseFilter = input_type(
        "HorseFilter",
        "Filter of horses. All given conditions must hold.",
        {each.name: (FILTERS[each.type] | None, each.description) for each in FIELDS},
    )
    HorseOrderField = enum_of(
        "HorseOrderField", "Sort fields of horses.", ((each.name, each.description) for each in FIELDS)
    )


@strawberry.input(description="One sort key of horses.")
class HorseOrder:
    """A field of horses to sort by."""

    field: HorseOrderField = strawberry.field(description="The sort field.")
    direction: Direction = strawberry.field(default=Direction.ASC, description=DIRECTION)
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description=NULLS)


def _field(field: Field) -> Any:
    """Declare one field of the table."""

    def value(root: strawberry.Parent[Any]) -> Any:
        return getattr(root.row, field.name)

    (kind,) = annotations_of([field]).values()
    return strawberry.field(resolver=value, graphql_type=kind, description=field.description, metadata=PURE)


def _fields() -> type:
    """Make a type of the table's fields."""
    namespace = {"__doc__": "The fields of the table.", **{field.name: _field(field) for field in FIELDS}}
    return strawberry.type(type("HorseFields", (), namespace))


@strawberry.type(
    description=(
        "A horse, identified by its name. Different horses with the same name are counted as one. The "
        "values are computed from the jockeys' files."
    )
)
class Horse(_fields()):  # type: ignore[misc]
    """A row of the table of horses."""

    edition: strawberry.Private[Edition]
    row: strawberry.Private[Row[ColumnTable]]
    summaries: strawberry.Private[Mapping[str, Row[ColumnTable]]]

    @strawberry.field(
        graphql_type=list[JockeySummary],
        description="Jockeys who rode this horse. The jockey with the most rides comes first.",
        metadata=PURE,
    )
    def jockeys(self, info: Info, first: First = JOCKEYS_SHOWN) -> Sequence[Row[ColumnTable]]:
        """Return the first of its jockeys."""
        count = page_size(first, JOCKEYS_SHOWN, info.context.settings.max_page)
        known = [self.summaries[each] for each in getattr(self.row, IDS)]
        return sorted(known, key=lambda row: -(row.rides or 0))[:count]

    @strawberry.field(description="Rides of this horse, newest first.", metadata=pure(weight=costs.PAGE))
    def rides(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002 - the argument's name in the API
        order_by: OrderBy = None,
        first: First = PAGE,
        after: After = None,
    ) -> RideConnection:
        """Choose a page of its rides."""
        chosen = Rides(condition(filter, "filter"), self._own)
        return connection(info, self.edition, chosen, orders(order_by, "orderBy"), first, after)

    @strawberry.field(
        graphql_type=StatisticsType,
        description="Statistics of all rides of this horse.",
        metadata=pure(weight=costs.STATISTICS),
    )
    async def statistics(self, info: Info) -> Tally:
        """Count what is selected."""
        selected = beneath(info)
        grouping = Grouping(Rides(keys=self._own), figures_of(selected))
        return Tally(await tally(self.edition, info.context, grouping, summaries_of(selected)), 0)

    @strawberry.field(
        graphql_type=list[RideGroup],
        description="Jockeys of this horse, each with the rides on it. The jockey with the most rides comes first.",
        metadata=PURE,
    )
    async def riders(self, info: Info, first: First = JOCKEYS_SHOWN) -> Window[Any]:
        """Group its rides by jockey."""
        count = page_size(first, JOCKEYS_SHOWN, info.context.settings.max_page)
        most_rides = [GroupOrder(field=GroupOrderField("rides"), direction=Direction.DESC)]
        rides = Rides(keys=self._own)
        return await grouped(info, self.edition, rides, [RideKey.JOCKEY], None, most_rides, count, RideGroup)

    @property
    def _own(self) -> tuple[tuple[str, Any], ...]:
        return ((HORSE, self.row.name),)


@strawberry.type(description="A horse with its cursor.")
class HorseEdge:
    """An edge of the list."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: Horse = strawberry.field(description="The horse.")


@strawberry.type(description="Horses. Default order: by name.")
class HorseConnection:
    """A page of the list."""

    nodes: list[Horse] = strawberry.field(description="Horses on this page.")
    edges: list[HorseEdge] = strawberry.field(description="Horses on this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Position of this page in the connection.")
    total_count: int = strawberry.field(description="Number of horses on all pages.")
    indexed_at: datetime | None = strawberry.field(
        description="Time at which the index was written. Null if the storage does not know it."
    )


HorseAfter = Annotated[str | None, strawberry.argument(description="Return only horses after this cursor.")]


async def horse(info: Info, name: str) -> Horse | None:
    """Find a horse by its name, to the letter; None where no ride is known."""
    read = await edition(info.context)
    known = await by_keys(read, info.context, HORSES, [name[:MAX_LENGTH]])
    return (await horses_of(info, read, list(known.values()), beneath(info)))[0] if known else None


async def list_horses(
    info: Info, given: Any, by: Sequence[HorseOrder] | None, first: int | None, after: str | None
) -> HorseConnection:
    """Answer a page of horses."""
    count = page_size(first, PAGE, info.context.settings.max_page)
    asked = List(HORSES, condition(given, "filter"), orders(by, "orderBy"), count, after and _read_cursor(after))
    read = await edition(info.context)
    page = await read_list(read, info.context, asked)
    selected = [*beneath(info, "nodes"), *beneath(info, "edges", "node")]
    nodes = await horses_of(info, read, page.rows, selected)
    edges = [HorseEdge(cursor=_cursor(each.row.name), node=each) for each in nodes]
    return HorseConnection(
        nodes=nodes,
        edges=edges,
        page_info=PageInfo(
            cursor_at=lambda place: edges[place].cursor if edges else None,
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
        ),
        total_count=page.total,
        indexed_at=read.made,
    )


async def find_horses(info: Info, read: Edition, query: str, first: int) -> list[Horse]:
    """Find horses by a text."""
    return await horses_of(info, read, await find(read, info.context, HORSES, query, first), beneath(info))


async def horses_of(info: Info, read: Edition, rows: Sequence[Row[ColumnTable]], selected: Any) -> list[Horse]:
    """Show rows of the table of horses, with their jockeys where these are selected."""
    known: Mapping[str, Row[ColumnTable]] = {}
    if any(each.name == "jockeys" for each in selected):
        ids = sorted({each for row in rows for each in getattr(row, IDS)})
        known = await by_keys(read, info.context, JOCKEYS, ids)
    return [Horse(edition=read, row=row, summaries=known) for row in rows]


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> str:
    """Return the name that a cursor holds. Raises ``BadUserInput``."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadUserInput("Argument 'after' is not a cursor of this connection.") from error
