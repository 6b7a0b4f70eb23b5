"""The GraphQL schema: types and resolvers. Race records come from the column table, the rest stands here."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from graphql_api import cursors, vocabulary
from graphql_api.columns import FIELDS, SOURCES, Field
from graphql_api.context import Context
from graphql_api.encoding import SAME_ROW, Binding
from graphql_api.errors import BadUserInput, NotFound
from graphql_api.ids import jockey_id
from graphql_api.records import RaceRecords, Row, Window, raw_column, raw_text
from graphql_api.repository import Snapshot

MAX_IDS = 50
"""Jockeys that ``jockeysByIds`` answers at most."""


def _enum(vocabulary_: type[Enum], descriptions: Mapping[Enum, str]) -> None:
    """Declare a vocabulary as a GraphQL enum, its members described."""
    definition: Any = strawberry.enum(vocabulary_, description=vocabulary_.__doc__)
    for value in definition.__strawberry_definition__.values:
        value.description = descriptions[vocabulary_[value.name]]


SourceColumn: Any = Enum("SourceColumn", {each.name: each.header for each in SOURCES})  # type: ignore[misc]
SourceColumn.__doc__ = "The columns of the source file, by their English names."
_enum(SourceColumn, {each: f"The column {each.value}." for each in SourceColumn})
for _each in vocabulary.ENUMS:
    _enum(_each, vocabulary.DESCRIPTIONS)


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
        root: strawberry.Parent[Row],
        column: Annotated[SourceColumn, strawberry.argument(description="The source column.")],
    ) -> str | None:
        return raw_text(raw_column(root.records, column.value)[root.index])

    fields: dict[str, Any] = {field.name: _column(field) for field in FIELDS}
    fields["raw"] = strawberry.field(
        resolver=raw,
        description="The source's own text of a cell of this row; null where the cell is blank or the column missing.",
        metadata={Binding: Binding(_raw_binding, raw_text)},
    )
    annotations = {field.name: field.type | None if field.nullable else field.type for field in FIELDS}
    namespace = {"__annotations__": annotations, "__doc__": "One race as one jockey rode it.", **fields}
    return strawberry.type(
        type("RaceRecord", (), namespace),
        description="One race as one jockey rode it: a row of the jockey's results, typed.",
    )


RaceRecord: Any = _race_record()


def _row_cursor(root: strawberry.Parent[Row]) -> str:
    return cursors.cursor(root.records, root.index)


def _row_itself(root: strawberry.Parent[Row]) -> Row:
    return root


@strawberry.type(description="A race record with its place in the connection.")
class RaceRecordEdge:
    """An edge of ``RaceRecordConnection``; its object is the ``Row`` itself."""

    cursor: str = strawberry.field(
        resolver=_row_cursor,
        description="An opaque cursor, for `after` and `before`.",
        metadata={Binding: Binding(lambda _arguments: ("cursor", cursors.cursor_column))},
    )
    node: RaceRecord | None = strawberry.field(
        resolver=_row_itself,
        graphql_type=RaceRecord | None,
        description="The race record; null only where its file holds no readable value for a non-null field.",
        metadata={Binding: SAME_ROW},
    )


@strawberry.type(description="Where a page lies in its connection.")
class PageInfo:
    """Relay's PageInfo over a window of rows."""

    window: strawberry.Private[Window]
    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")

    @strawberry.field(description="The cursor of the page's first row; null on an empty page.")
    def start_cursor(self) -> str | None:
        """Name the first row."""
        return self._cursor(0)

    @strawberry.field(description="The cursor of the page's last row; null on an empty page.")
    def end_cursor(self) -> str | None:
        """Name the last row."""
        return self._cursor(-1)

    def _cursor(self, position: int) -> str | None:
        return cursors.cursor(self.window.records, self.window[position].index) if len(self.window) else None


@strawberry.type(description="Race records, newest first as in the source.")
class RaceRecordConnection:
    """A page of one jockey's races; ``nodes`` and ``edges`` are the same lazy window."""

    nodes: list[RaceRecord | None] = strawberry.field(description="The page's records.")
    edges: list[RaceRecordEdge] = strawberry.field(description="The page's records, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(description="Records on all pages.")


@strawberry.type(description="A cell or column of the source file that could not be read and is null.")
class DataWarning:
    """Public face of ``records.DataWarning``, whose attributes it shares."""

    row: int | None = strawberry.field(description="Row in the file, from 0; null where the whole column is meant.")
    column: str = strawberry.field(description="The source column, without spaces.")
    raw: str | None = strawberry.field(description="The cell's own text; null where the whole column is meant.")
    code: str = strawberry.field(description="What is wrong, as a stable code such as `UNPARSEABLE_CELL`.")


@strawberry.type(description="The file that a jockey's data was read from.")
class SourceFile:
    """Provenance of one snapshot."""

    etag: str = strawberry.field(description="Names the version of the file.")
    last_modified: datetime = strawberry.field(description="When the file changed.")
    size_bytes: int = strawberry.field(description="Bytes stored, compressed or not.")
    rows: int = strawberry.field(description="Rows in the file.")
    stale: bool = strawberry.field(description="True while the storage fails and this is the last good copy.")
    warnings: list[DataWarning] = strawberry.field(description="What could not be read; at most the first 1,000.")


@strawberry.type(description="A jockey and the races they rode.")
class Jockey:
    """One version of one jockey's file."""

    snapshot: strawberry.Private[Snapshot]

    id: strawberry.ID = strawberry.field(description="The netkeiba jockey id; it keeps its leading zeros.")
    name: str | None = strawberry.field(
        description="The name in the newest race that has one (騎手): four characters at most."
    )

    @strawberry.field(description="The races of the career, newest first. Without `first` or `last`: all of them.")
    def records(
        self,
        first: Annotated[int | None, strawberry.argument(description="At most so many, from the front.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Only rows behind this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="At most so many, from the end.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Only rows before this cursor.")] = None,
    ) -> RaceRecordConnection:
        """Choose a page by the rules of the Relay connection specification."""
        records = self.snapshot.records
        start = 0 if after is None else cursors.find(records, after, "after") + 1
        stop = records.rows if before is None else cursors.find(records, before, "before")
        stop = max(stop, start)
        if first is not None:
            stop = min(stop, start + _count(first, "first"))
        if last is not None:
            start = max(start, stop - _count(last, "last"))
        window = Window.span(records, start, stop)
        page = PageInfo(window=window, has_next_page=stop < records.rows, has_previous_page=start > 0)
        return RaceRecordConnection(nodes=window, edges=window, page_info=page, total_count=records.rows)  # type: ignore[arg-type]

    @strawberry.field(description="The file behind the data, and what could not be read in it.")
    def source(self) -> SourceFile:
        """Describe the file."""
        found = self.snapshot
        return SourceFile(
            etag=found.etag,
            last_modified=found.last_modified,
            size_bytes=found.size,
            rows=found.records.rows,
            stale=found.stale,
            warnings=list[Any](found.records.warnings),
        )


def _count(number: int, argument: str) -> int:
    if number < 0:
        raise BadUserInput(f"Argument '{argument}' must not be negative, but is {number}.")
    return number


def _jockey(snapshot: Snapshot) -> Jockey:
    return Jockey(snapshot=snapshot, id=strawberry.ID(snapshot.jockey_id), name=snapshot.records.newest("jockey_name"))


Loading = Jockey | None | Awaitable[Jockey | None]


def _load(context: Context, identifier: str) -> Loading:
    """Give a jockey at once where the cache has it, else as something to await."""
    found = context.load(identifier)
    return _jockey(found) if isinstance(found, Snapshot) else _loaded(found)


async def _loaded(loading: Awaitable[Snapshot]) -> Jockey | None:
    try:
        return _jockey(await loading)
    except NotFound:
        return None


@strawberry.type(description="Where every query begins.")
class Query:
    """Entry points."""

    @strawberry.field(graphql_type=Jockey | None, description="One jockey; null where there is no file for the id.")
    def jockey(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, strawberry.argument(description="A netkeiba jockey id.")],  # noqa: A002
    ) -> Loading:
        """Load one jockey."""
        return _load(info.context, jockey_id(id))

    @strawberry.field(
        graphql_type=list[Jockey | None],
        description=f"Several jockeys in the order of `ids`, null for each without a file; at most {MAX_IDS} ids.",
    )
    def jockeys_by_ids(
        self,
        info: strawberry.Info[Context, None],
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Netkeiba jockey ids.")],
    ) -> list[Loading]:
        """Load several jockeys in one round of parallel reads."""
        if len(ids) > MAX_IDS:
            raise BadUserInput(f"Argument 'ids' takes at most {MAX_IDS} ids, but has {len(ids)}.")
        checked = [jockey_id(each) for each in ids]
        return [_load(info.context, each) for each in checked]


schema = strawberry.Schema(query=Query, config=StrawberryConfig(auto_camel_case=True))
