"""A jockey, its race records, and the file behind them."""

from datetime import datetime
from typing import Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost
from graphql_api.execution.purity import PURE
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.schema.arguments import After, Before, Filter, First, Last, OrderBy
from graphql_api.jockeys.schema.connections import RaceRecordConnection, connection
from graphql_api.schema.filters import condition
from graphql_api.schema.nodes import Node
from graphql_api.schema.orders import orders
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.tables.paging import PageArguments, Selection, page_work


@strawberry.type(
    description=(
        "A problem in the source file: a cell or a column that could not be read (its value is null), "
        "or rows that were left out."
    )
)
class DataWarning:
    """Public face of ``records.DataWarning``, whose attributes it shares."""

    row: int | None = strawberry.field(
        description=(
            "Row in the file, counted from 0. For several rows: the first one. Null if the warning is "
            "about a whole column."
        )
    )
    column: str = strawberry.field(
        description=(
            "Name of the source column, without spaces. If rows were left out: several names, separated by commas."
        )
    )
    raw: str | None = strawberry.field(
        description="Original text of the cell. Null if the warning is about a whole column."
    )
    code: str = strawberry.field(description="Stable code of the problem, such as `UNPARSEABLE_CELL`.")
    count: int = strawberry.field(
        description=(
            "Number of rows left out for `ROW_WITHOUT_DATE` (blank rows, repeated headers) and "
            "`DUPLICATE_ROW` (a race that an earlier row already has); 1 for other codes."
        )
    )


@strawberry.type(description="The source file of a jockey's data.")
class SourceFile:
    """The source file of one snapshot."""

    etag: str = strawberry.field(description="Version of the file.")
    last_modified: datetime | None = strawberry.field(
        description="Time of the last change of the file. Null if the storage does not know it."
    )
    size_bytes: int = strawberry.field(
        description="Size of the stored file in bytes (after compression, if it is compressed)."
    )
    rows: int = strawberry.field(description="Number of rows in the file.")
    stale: bool = strawberry.field(
        description="True if the storage is not available and the data is the last copy that was read."
    )
    warnings: list[DataWarning] = strawberry.field(
        description="Cells, columns and rows that could not be read or were left out. At most the first 1,000.",
        metadata=cost(size=1_000),
    )
    warning_count: int = strawberry.field(
        description="Total number of cells, columns and rows that could not be read or were left out."
    )


@strawberry.type(description="A jockey and the races they rode.")
class Jockey(Node):
    """One version of one jockey's file."""

    snapshot: strawberry.Private[Snapshot[RaceRecords]]

    id: strawberry.ID = strawberry.field(description="netkeiba's id of the jockey, leading zeros included.")
    name: str | None = strawberry.field(
        description="Name in the newest record that has a name (騎手). At most four characters."
    )

    @strawberry.field(
        description="Race records of the jockey, newest first. Without `first` and `last`: all records.", metadata=PURE
    )
    def records(
        self,
        info: strawberry.Info[Context, None],
        filter: Filter = None,  # noqa: A002 - the argument's name in the API
        order_by: OrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> RaceRecordConnection:
        """Return a page by the Relay connection specification."""
        asked = PageArguments(info.context.settings.max_page, first, after, last, before)
        order = orders(order_by, "orderBy")
        records, work = self.snapshot.value, info.context.budget.work
        work(page_work(records, order, filtered=filter is not None))
        selection = Selection.where(records, condition(filter, "filter"), work)
        return connection(selection, order, asked)

    @strawberry.field(description="The source file, and the problems found in it.", metadata=PURE)
    def source(self) -> SourceFile:
        """Describe the file."""
        snapshot = self.snapshot
        return SourceFile(
            etag=snapshot.etag,
            last_modified=snapshot.last_modified,
            size_bytes=snapshot.size,
            rows=snapshot.value.source_rows,
            stale=snapshot.stale,
            warnings=list[Any](snapshot.value.warnings),
            warning_count=snapshot.value.warning_count,
        )


def jockey(snapshot: Snapshot[RaceRecords]) -> Jockey:
    """Return the jockey of a snapshot."""
    return Jockey(snapshot=snapshot, id=strawberry.ID(snapshot.key), name=snapshot.value.newest("jockey_name"))
