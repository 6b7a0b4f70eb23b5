"""Race records and their pages. The fields of records come from the table of columns."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graphql_api.execution.encoding import SAME_ROW, Binding
from graphql_api.execution.private_names import StrawberryField
from graphql_api.execution.purity import PURE
from graphql_api.jockeys import row_ids
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords, RaceRow, raw_column
from graphql_api.jockeys.schema.enums import SourceColumn
from graphql_api.schema.fields import annotations_of
from graphql_api.schema.nodes import Node
from graphql_api.schema.pages import PageInfo
from graphql_api.tables import cursors
from graphql_api.tables.cells import raw_text
from graphql_api.tables.fields import Field
from graphql_api.tables.paging import Page
from graphql_api.tables.table import Row


def _column(field: Field) -> StrawberryField:
    """Declare one field of the column table."""
    binding = Binding(lambda _arguments: (field.name, lambda records: records.fields[field.name]))
    declared: StrawberryField = strawberry.field(description=field.description, metadata={Binding: binding})
    return declared


def _raw_binding(arguments: dict[str, Any]) -> tuple[str, Callable[[RaceRecords], Any]]:
    header = arguments["column"].value
    return f"raw {header}", lambda records: raw_column(records, header)


def _race_record() -> type:
    """Make the RaceRecord type of the column table and ``raw``."""

    def raw(
        row: strawberry.Parent[RaceRow],
        column: Annotated[SourceColumn, strawberry.argument(description="The source column.")],
    ) -> str | None:
        return raw_text(raw_column(row.records, column.value)[row.index])

    def row_id(row: strawberry.Parent[RaceRow]) -> strawberry.ID:
        return strawberry.ID(row_ids.row_id(row.records, row.index))

    fields: dict[str, Any] = {field.name: _column(field) for field in FIELDS}
    fields["id"] = strawberry.field(
        resolver=row_id,
        description=(
            "Id of the ride: the jockey's id and an opaque text. It stays the same in later versions of the file."
        ),
        metadata={**PURE, Binding: Binding(lambda _arguments: ("row id", row_ids.row_id_column))},
    )
    fields["raw"] = strawberry.field(
        resolver=raw,
        description="Original text of a cell of this row. Null if the cell is blank or the column is missing.",
        metadata={**PURE, Binding: Binding(_raw_binding, raw_text)},
    )
    annotations = annotations_of(FIELDS)
    namespace = {
        "__annotations__": annotations,
        "__doc__": "One race as one jockey rode it.",
        "is_type_of": lambda value, _info: isinstance(value, Row),
        **fields,
    }
    return strawberry.type(
        type("RaceRecord", (Node,), namespace),
        description="One jockey's ride in one race: a row of the jockey's results with typed values.",
    )


if TYPE_CHECKING:
    RaceRecord = RaceRow
else:
    RaceRecord = _race_record()


def _row_cursor(row: strawberry.Parent[RaceRow]) -> str:
    return cursors.cursor(row.records, row.index)


def _row_itself(row: strawberry.Parent[RaceRow]) -> RaceRow:
    return row


@strawberry.type(description="A race record with its cursor.")
class RaceRecordEdge:
    """An edge of a connection. Its object is the ``Row`` itself."""

    cursor: str = strawberry.field(
        resolver=_row_cursor,
        description="An opaque cursor, for `after` and `before`.",
        metadata={**PURE, Binding: Binding(lambda _arguments: ("cursor", cursors.cursor_column))},
    )
    node: RaceRecord = strawberry.field(
        resolver=_row_itself,
        graphql_type=RaceRecord,
        description="The race record.",
        metadata={**PURE, Binding: SAME_ROW},
    )


@strawberry.type(description="The race records of one group.")
class GroupedRecordConnection:
    """A page of rows. ``nodes`` and ``edges`` are the same lazy window."""

    nodes: list[RaceRecord] = strawberry.field(description="Records on this page.")
    edges: list[RaceRecordEdge] = strawberry.field(description="Records on this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Position of this page in the connection.")
    total_count: int = strawberry.field(description="Number of records on all pages.")


def page_fields(page: Page[RaceRecords], total: int) -> dict[str, Any]:
    """Return the fields of a connection that shows a page of ``total`` rows."""
    window = page.window

    def cursor_at(position: int) -> str | None:
        return cursors.cursor(window.records, window[position].index) if len(window) else None

    info = PageInfo(cursor_at=cursor_at, has_next_page=page.has_next, has_previous_page=page.has_previous)
    return {"nodes": window, "edges": window, "page_info": info, "total_count": total}
