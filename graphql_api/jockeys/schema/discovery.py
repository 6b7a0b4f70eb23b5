"""All jockeys that the storage holds: listed, filtered and ordered by their careers, and found by name."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection
from strawberry.utils.str_converters import to_camel_case

from graphql_api.errors import BadUserInput, IndexRequired
from graphql_api.execution.context import Context
from graphql_api.execution.purity import PURE, pure
from graphql_api.index.cache import Index, IndexCache
from graphql_api.index.catalogue import Horse, Page, cursor, only_ids, read_cursor
from graphql_api.index.entries import FIELDS
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.schema.filters import FILTERS
from graphql_api.schema.enums import Direction, Nulls, enum_of
from graphql_api.schema.fields import annotations_of
from graphql_api.schema.filters import condition, input_type
from graphql_api.schema.orders import orders
from graphql_api.schema.pages import PageInfo
from graphql_api.tables.paging import check_count
from graphql_api.tables.table import ColumnTable, Row

PAGE = 100
"""Jockeys on a page where the client does not say."""

FOUND = 10
"""Jockeys, and horses, that a search gives where the client does not say; and jockeys of one horse."""

MAX_QUERY_LENGTH = 100

JOCKEYS_WEIGHT, HORSES_WEIGHT = 4_000, 15_000
"""What a search costs: it compares with every name, anew for every alias.

Of 5,000 jockeys and 200,000 horses that takes 3 and 15 ms, while a file of 1,000 races takes 10 ms to load.
"""

After = Annotated[str | None, strawberry.argument(description="Only jockeys behind this one in the order.")]
First = Annotated[int | None, strawberry.argument(description="At most so many; the server bounds the number.")]

_INDEXED = frozenset({"totalCount", *(to_camel_case(field.name) for field in FIELDS if field.name != "id")})
_NO_INDEX = "This storage has no index, so jockeys can be listed by id only; {what} takes one (graphql-api index)."


def _summary() -> Any:
    """Make the JockeySummary type of the index's fields."""
    namespace = {
        "__annotations__": annotations_of(FIELDS),
        "__doc__": "A row of the index.",
        **{field.name: strawberry.field(description=field.description) for field in FIELDS},
    }
    description = (
        "What the index knows of a jockey without reading the file. Where a file has not been indexed yet, or cannot "
        "be read, all but the id is null."
    )
    return strawberry.type(type("JockeySummary", (), namespace), description=description)


if TYPE_CHECKING:  # made of tables
    from enum import Enum

    JockeyFilter = object
    JockeyOrderField = Enum
    JockeySummary = Row[ColumnTable]
else:
    JockeySummary = _summary()
    JockeyFilter = input_type(
        "JockeyFilter",
        "Which jockeys to take: those for which everything given holds.",
        {field.name: (FILTERS[field.type] | None, field.description) for field in FIELDS},
    )
    JockeyOrderField = enum_of(
        "JockeyOrderField", "What jockeys can be ordered by.", ((field.name, field.description) for field in FIELDS)
    )


@strawberry.input(description="One key of an order of jockeys.")
class JockeyOrder:
    """A field of the index to sort by."""

    field: JockeyOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way to sort.")
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description="Where null stands, whichever the direction.")


Filter = Annotated[
    JockeyFilter | None, strawberry.argument(description="Only jockeys for which this holds. Takes the index.")
]
OrderBy = Annotated[
    list[JockeyOrder] | None,
    strawberry.argument(description="Sort by these, the first counting most, then by id. Takes the index."),
]


@strawberry.type(description="A jockey with its place in the list.")
class JockeySummaryEdge:
    """An edge of the list."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: JockeySummary = strawberry.field(description="The jockey.")


@strawberry.type(description="Jockeys, in the order of their ids unless asked otherwise.")
class JockeyConnection:
    """A page of the list."""

    nodes: list[JockeySummary] = strawberry.field(description="The page's jockeys.")
    edges: list[JockeySummaryEdge] = strawberry.field(description="The page's jockeys, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(description="Jockeys on all pages. Takes the index.")
    indexed_at: datetime | None = strawberry.field(description="When the index was written; null without one.")
    index_complete: bool | None = strawberry.field(
        description="Whether every jockey's file was read for the index. False after a run that ended early, or where "
        "a file cannot be read: of such a jockey only the id is known. Null without an index."
    )


@strawberry.type(description="A horse that matches, by its name; horses of one name are one here.")
class HorseMatch:
    """A horse and its jockeys."""

    horse: strawberry.Private[Horse]

    @strawberry.field(description="The name (馬名).", metadata=PURE)
    def name(self) -> str:
        """Return the name."""
        return self.horse.name

    @strawberry.field(description="Jockeys who rode it.", metadata=PURE)
    def jockey_count(self) -> int:
        """Count its jockeys."""
        return len(self.horse.jockeys)

    @strawberry.field(
        graphql_type=list[JockeySummary], description="Jockeys who rode it, those with most rides first.", metadata=PURE
    )
    def jockeys(self, info: strawberry.Info[Context, None], first: First = FOUND) -> Sequence[Row[ColumnTable]]:
        """Return the first of its jockeys."""
        return self.horse.jockeys[: _count(info.context, first, FOUND)]


@strawberry.type(
    description="What a search finds: exact matches first, then what begins with the text, then what holds it. Width, "
    "letter case and kind of kana (hiragana, small) do not count."
)
class SearchResult:
    """Matches in one version of the index."""

    index: strawberry.Private[Index]
    query: strawberry.Private[str]
    first: strawberry.Private[int]

    @strawberry.field(
        graphql_type=list[JockeySummary],
        description="Jockeys by id, or by any name they rode under.",
        metadata=pure(weight=JOCKEYS_WEIGHT),
    )
    def jockeys(self, info: strawberry.Info[Context, None]) -> list[Row[ColumnTable]]:
        """Search ids and names."""
        info.context.budget.work(10 * JOCKEYS_WEIGHT)
        return self.index.catalogue.jockeys(self.query, self.first)

    @strawberry.field(description="Horses by name.", metadata=pure(weight=HORSES_WEIGHT))
    def horses(self, info: strawberry.Info[Context, None]) -> list[HorseMatch]:
        """Search horses."""
        info.context.budget.work(10 * HORSES_WEIGHT)
        return [HorseMatch(horse=horse) for horse in self.index.catalogue.horses(self.query, self.first)]

    @strawberry.field(description="When the index was written; null where the storage does not say.", metadata=PURE)
    def indexed_at(self) -> datetime | None:
        """Date the index."""
        return self.index.made

    @strawberry.field(
        description="Whether every jockey's file was read for the index; see JockeyConnection.", metadata=PURE
    )
    def index_complete(self) -> bool:
        """Tell whether the index knows every jockey."""
        return self.index.catalogue.complete


async def list_jockeys(
    info: strawberry.Info[Context, None],
    first: int | None,
    after: str | None,
    given: object | None,
    by: Sequence[JockeyOrder] | None,
) -> JockeyConnection:
    """Answer a page from the index; without one, from the storage, if nothing is asked that takes the index."""
    count = _count(info.context, first, PAGE)
    wanted, order = condition(given, "filter"), orders(by, "orderBy")
    index = await info.context.use(IndexCache).get()
    if index is not None:
        return _connection(index.catalogue.page(wanted, order, count, after, info.context.budget.work), index)
    for what in (given and "'filter'", by and "'orderBy'", *_asked_of_index(info.selected_fields)):
        if what:
            raise IndexRequired(_NO_INDEX.format(what=what))
    after_id = None if after is None else read_cursor(after)
    listed = await info.context.use(Jockeys).list_ids(after_id, max(count, 1))
    rows = only_ids(listed.ids[:count])
    has_next = listed.cursor is not None or len(rows) < len(listed.ids)
    return _connection(Page(rows, 0, has_previous=after is not None, has_next=has_next), None)


async def search(info: strawberry.Info[Context, None], query: str, first: int | None) -> SearchResult:
    """Search the index."""
    count, text = _count(info.context, first, FOUND), query.strip()
    if not text or len(text) > MAX_QUERY_LENGTH:
        raise BadUserInput(f"Argument 'query' must have 1 to {MAX_QUERY_LENGTH} characters.")
    index = await info.context.use(IndexCache).get()
    if index is None:
        raise IndexRequired("This storage has no index; searching takes one (graphql-api index).")
    return SearchResult(index=index, query=text, first=count)


def _count(context: Context, first: int | None, default: int) -> int:
    check_count("first", first, context.settings.max_page)
    return default if first is None else first


def _connection(page: Page, index: Index | None) -> JockeyConnection:
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
        indexed_at=index.made if index else None,
        index_complete=index.catalogue.complete if index else None,
    )


def _asked_of_index(selections: Iterable[Selection]) -> Iterator[str]:
    """Name the fields asked for that take the index, those that are skipped apart."""
    for selection in selections:
        if _is_skipped(selection.directives):
            continue
        if isinstance(selection, SelectedField) and selection.name in _INDEXED:
            yield f"'{selection.name}'"
        yield from _asked_of_index(selection.selections)


def _is_skipped(directives: dict[str, Any]) -> bool:
    return directives.get("skip", {}).get("if") is True or directives.get("include", {}).get("if") is False
