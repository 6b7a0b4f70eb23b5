"""The root fields of jockeys: by id, and compared."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD
from graphql_api.execution.purity import PURE, pure
from graphql_api.jockeys import row_ids
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.ids import jockey_id
from graphql_api.jockeys.records import RaceRecords, RaceRow
from graphql_api.jockeys.row_ids import ROW_ID
from graphql_api.jockeys.schema.arguments import Filter
from graphql_api.jockeys.schema.jockeys import Jockey, jockey
from graphql_api.jockeys.schema.loading import load
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.schema.filters import condition
from graphql_api.schema.nodes import Node
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.tables.conditions import Condition
from graphql_api.tables.paging import Selection
from graphql_api.tables.table import Row

MAX_IDS = 50
"""Maximum number of jockeys of one field."""


@strawberry.type(description="Statistics of one jockey in a comparison.")
class JockeyComparison:
    """A jockey and the statistics of its filtered records."""

    snapshot: strawberry.Private[Snapshot[RaceRecords]]
    wanted: strawberry.Private[Condition]

    jockey: Jockey = strawberry.field(description="The jockey of these statistics.")

    @strawberry.field(
        graphql_type=StatisticsType,
        description="Statistics of the jockey's records that match the filter.",
        metadata=PURE,
    )
    def statistics(self, info: strawberry.Info[Context, None]) -> Statistics:
        """Return statistics of the filtered records. Each figure is computed when it is selected."""
        records, work = self.snapshot.value, info.context.budget.work
        work(2 * records.weight)
        chosen = Selection.where(records, self.wanted, work)
        return Statistics(Figures(records, chosen.numbers), 0)


def _checked(ids: list[strawberry.ID]) -> list[str]:
    """Refuse too many ids, or an invalid one."""
    if len(ids) > MAX_IDS:
        raise BadUserInput(f"Argument 'ids' takes at most {MAX_IDS} ids, but there are {len(ids)}.")
    return [jockey_id(identifier) for identifier in ids]


Ids = Annotated[list[strawberry.ID], strawberry.argument(description="netkeiba's ids of jockeys.")]


@strawberry.type
class Query:
    """The slice's entry points."""

    @strawberry.field(
        graphql_type=Jockey | None,
        description="One jockey. Null if there is no file for this id.",
        metadata=pure(weight=LOAD),
    )
    def jockey(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, strawberry.argument(description="netkeiba's id of a jockey.")],  # noqa: A002
    ) -> Jockey | Awaitable[Jockey | None] | None:
        """Load one jockey."""
        return load(info.context, jockey_id(id), jockey)

    @strawberry.field(
        graphql_type=Node | None,
        description="The object with this id, for example a jockey or a race record. Null if it does not exist.",
        metadata=pure(weight=LOAD),
    )
    def node(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, strawberry.argument(description="The global id of an object.")],  # noqa: A002
    ) -> Jockey | RaceRow | Awaitable[Jockey | RaceRow | None] | None:
        """Load the jockey of the id, and find the ride if it is the id of a ride."""
        ride = ROW_ID.fullmatch(id)
        if ride is None:
            return load(info.context, jockey_id(id), jockey)

        def found(snapshot: Snapshot[RaceRecords]) -> RaceRow | None:
            row = row_ids.find(snapshot.value, ride[2])
            return None if row is None else Row(snapshot.value, row)

        return load(info.context, jockey_id(ride[1]), found)

    @strawberry.field(
        graphql_type=list[Jockey | None],
        description=f"Several jockeys, in the order of `ids`. Null for each id without a file. At most {MAX_IDS} ids.",
        metadata=pure(weight=LOAD),
    )
    def jockeys_by_ids(
        self, info: strawberry.Info[Context, None], ids: Ids
    ) -> list[Jockey | Awaitable[Jockey | None] | None]:
        """Load several jockeys in parallel."""
        return [load(info.context, identifier, jockey) for identifier in _checked(ids)]

    @strawberry.field(
        graphql_type=list[JockeyComparison | None],
        description="Statistics of several jockeys for comparison, in the order of `ids`. Null for each id without a "
        f"file. At most {MAX_IDS} ids.",
        metadata=pure(weight=LOAD),
    )
    def compare_jockeys(
        self,
        info: strawberry.Info[Context, None],
        ids: Ids,
        filter: Filter = None,  # noqa: A002
    ) -> list[JockeyComparison | Awaitable[JockeyComparison | None] | None]:
        """Load several jockeys, and filter the records of each."""
        wanted = condition(filter, "filter")

        def compared(snapshot: Snapshot[RaceRecords]) -> JockeyComparison:
            return JockeyComparison(snapshot=snapshot, wanted=wanted, jockey=jockey(snapshot))

        return [load(info.context, identifier, compared) for identifier in _checked(ids)]
