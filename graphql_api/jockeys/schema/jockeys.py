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
    description="A cell or column of the source file that could not be read and is null, or rows that were left out."
)
class DataWarning:
    """Public face of ``records.DataWarning``, whose attributes it shares."""

    row: int | None = strawberry.field(
        description="Row in the file, from 0, the first of several; null where the whole column is meant."
    )
    column: str = strawberry.field(
        description="The source column, without spaces; several, with commas, where rows were left out."
    )
    raw: str | None = strawberry.field(description="The cell's own text; null where the whole column is meant.")
    code: str = strawberry.field(description="What is wrong, as a stable code such as `UNPARSEABLE_CELL`.")
    count: int = strawberry.field(
        description="1, or how many rows were left out: `ROW_WITHOUT_DATE` (blank rows, repeated headers) and "
        "`DUPLICATE_ROW` (a race that an earlier row holds)."
    )


@strawberry.type(description="The file that a jockey's data was read from.")
class SourceFile:
    """Provenance of one snapshot."""

    etag: str = strawberry.field(description="Names the version of the file.")
    last_modified: datetime | None = strawberry.field(
        description="When the file changed; null where the storage does not say."
    )
    size_bytes: int = strawberry.field(description="Bytes stored, compressed or not.")
    rows: int = strawberry.field(description="Rows in the file.")
    stale: bool = strawberry.field(description="True while the storage fails and this is the last good copy.")
    warnings: list[DataWarning] = strawberry.field(
        description="What could not be read, or was left out; at most the first 1,000 cells.",
        metadata=cost(size=1_000),
    )
    warning_count: int = strawberry.field(
        description="Cells, columns and rows that could not be read, or were left out, also beyond those listed."
    )


@strawberry.type(description="A jockey and the races they rode.")
class Jockey(Node):
    """One version of one jockey's file."""

    snapshot: strawberry.Private[Snapshot[RaceRecords]]

    id: strawberry.ID = strawberry.field(description="The netkeiba jockey id; it keeps its leading zeros.")
    name: str | None = strawberry.field(
        description="The name in the newest race that has one (騎手): four characters at most."
    )

    @strawberry.field(
        description="The races of the career, newest first. Without `first` or `last`: all of them.", metadata=PURE
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
        """Choose a page by the rules of the Relay connection specification."""
        asked = PageArguments(info.context.settings.max_page, first, after, last, before)
        order = orders(order_by, "orderBy")
        records, work = self.snapshot.value, info.context.budget.work
        work(page_work(records, order, filtered=filter is not None))
        selection = Selection.where(records, condition(filter, "filter"), work)
        return connection(selection, order, asked)

    @strawberry.field(description="The file behind the data, and what could not be read in it.", metadata=PURE)
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
    """Show a snapshot."""
    return Jockey(snapshot=snapshot, id=strawberry.ID(snapshot.key), name=snapshot.value.newest("jockey_name"))
