"""All jockeys that the storage holds: listed, filtered and ordered by their careers."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection
from strawberry.utils.str_converters import to_camel_case

from graphql_api.archive.editions import Edition, edition_or_none
from graphql_api.archive.entries import FIELDS, only_ids
from graphql_api.archive.listing import JOCKEYS, List, ListPage, read_list
from graphql_api.archive.schema.arguments import page_size
from graphql_api.archive.schema.lookahead import Info
from graphql_api.errors import BadUserInput, EngineMissing, IndexRequired
from graphql_api.jockeys.ids import jockey_id
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.schema.filters import FILTERS
from graphql_api.schema.enums import Direction, Nulls, enum_of
from graphql_api.schema.fields import annotations_of
from graphql_api.schema.filters import condition, input_type
from graphql_api.schema.orders import orders
from graphql_api.schema.pages import PageInfo

PAGE = 100
"""Jockeys on a page where the client does not say."""

After = Annotated[str | None, strawberry.argument(description="Return only jockeys after this cursor.")]
First = Annotated[
    int | None, strawberry.argument(description="Maximum number of items. The server has an upper limit.")
]

_INDEXED = frozenset({"totalCount", *(to_camel_case(field.name) for field in FIELDS if field.name != "id")})
_NO_INDEX = "This storage has no index, so jockeys can be listed by id only; {what} takes one (graphql-api index)."


def _summary() -> Any:
    """Make the JockeySummary type of the index's fields."""
    namespace = {
        "__annotations__": annotations_of(FIELDS),
        "__doc__": "A row of the index.",
        **{each.name: strawberry.field(description=each.description) for each in FIELDS},
    }
    description = (
        "Summary of a jockey from the index. The jockey's file is not read. If the file is not in the "
        "index yet or cannot be read, all fields except the id are null."
    )
    return strawberry.type(type("JockeySummary", (), namespace), description=description)


if TYPE_CHECKING:  # made of tables
    from enum import Enum

    from graphql_api.tables.table import ColumnTable, Row

    JockeyFilter = object
    JockeyOrderField = Enum
    JockeySummary = Row[ColumnTable]
else:
    JockeySummary = _summary()
    JockeyFilter = input_type(
        "JockeyFilter",
        "Filter of jockeys. All given conditions must hold.",
        {each.name: (FILTERS[each.type] | None, each.description) for each in FIELDS},
    )
    JockeyOrderField = enum_of(
        "JockeyOrderField", "Sort fields of jockeys.", ((each.name, each.description) for each in FIELDS)
    )


@strawberry.input(description="One sort key of jockeys.")
class JockeyOrder:
    """A field of the index to sort by."""

    field: JockeyOrderField = strawberry.field(description="The sort field.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Sort direction.")
    nulls: Nulls = strawberry.field(
        default=Nulls.LAST, description="Position of null values, independent of the sort direction."
    )


Filter = Annotated[
    JockeyFilter | None,
    strawberry.argument(description="Return only jockeys that match this filter. Requires the index."),
]
OrderBy = Annotated[
    list[JockeyOrder] | None,
    strawberry.argument(
        description=(
            "Sort keys, most important first. Jockeys that are still equal are sorted by id. Requires the index."
        )
    ),
]


@strawberry.type(description="A jockey with its cursor.")
class JockeySummaryEdge:
    """An edge of the list."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: JockeySummary = strawberry.field(description="The jockey.")


@strawberry.type(description="Jockeys. Default order: by id.")
class JockeyConnection:
    """A page of the list."""

    nodes: list[JockeySummary] = strawberry.field(description="Jockeys on this page.")
    edges: list[JockeySummaryEdge] = strawberry.field(description="Jockeys on this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Position of this page in the connection.")
    total_count: int = strawberry.field(description="Number of jockeys on all pages. Requires the index.")
    indexed_at: datetime | None = strawberry.field(
        description="Time at which the index was written. Null if there is no index."
    )
    index_complete: bool | None = strawberry.field(
        description=(
            "Whether the index includes every jockey's file. False if the last run ended early or if a "
            "file cannot be read; only the id of such a jockey is known. Null if there is no index."
        )
    )


async def list_jockeys(
    info: Info, first: int | None, after: str | None, given: Any, by: Sequence[JockeyOrder] | None
) -> JockeyConnection:
    """Answer a page from the archive; without one, from the storage, if nothing is asked that takes the archive."""
    count = page_size(first, PAGE, info.context.settings.max_page)
    asked = List(JOCKEYS, condition(given, "filter"), orders(by, "orderBy"), count, after and read_cursor(after))
    takes = (given and "'filter'", by and "'orderBy'", *_asked_of_index(info.selected_fields))
    taking = next(filter(None, takes), None)
    read = await edition_or_none(info.context)
    if read is None and taking:
        raise IndexRequired(_NO_INDEX.format(what=taking))
    if read is not None:
        try:
            return _connection(await read_list(read, info.context, asked), read)
        except EngineMissing:
            if taking:
                raise
    return _connection(await _listed(info, asked), read)


async def _listed(info: Info, asked: List) -> ListPage:
    """List ids as the storage does."""
    listed = await info.context.use(Jockeys).list_ids(asked.after, max(asked.count, 1))
    rows = only_ids(listed.ids[: asked.count])
    has_next = listed.cursor is not None or len(rows) < len(listed.ids)
    return ListPage(rows, 0, has_previous=asked.after is not None, has_next=has_next)


def cursor(identifier: str) -> str:
    """Name a jockey's place, in every order and whether there is an archive or not."""
    return base64.urlsafe_b64encode(identifier.encode()).decode().rstrip("=")


def read_cursor(text: str) -> str:
    """Return the id that a cursor names; raises ``BadUserInput``."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        return jockey_id(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (binascii.Error, ValueError, BadUserInput) as error:
        raise BadUserInput("Argument 'after' is not a cursor of this connection.") from error


def _connection(page: ListPage, read: Edition | None) -> JockeyConnection:
    edges = [JockeySummaryEdge(cursor=cursor(row.id), node=row) for row in page.rows]
    info = PageInfo(
        cursor_at=lambda place: edges[place].cursor if edges else None,
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
    )
    nodes: Any = page.rows
    return JockeyConnection(
        nodes=nodes,
        edges=edges,
        page_info=info,
        total_count=page.total,
        indexed_at=read.made if read else None,
        index_complete=read.manifest.complete if read else None,
    )


def _asked_of_index(selections: Iterable[Selection]) -> Iterator[str]:
    """Name the fields asked for that take the index, those that are skipped apart."""
    for each in selections:
        if _is_skipped(each.directives):
            continue
        if isinstance(each, SelectedField) and each.name in _INDEXED:
            yield f"'{each.name}'"
        yield from _asked_of_index(each.selections)


def _is_skipped(directives: dict[str, Any]) -> bool:
    return directives.get("skip", {}).get("if") is True or directives.get("include", {}).get("if") is False
