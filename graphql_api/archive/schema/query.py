"""What can be asked across all jockeys."""

from datetime import datetime
from typing import Annotated

import strawberry

from graphql_api.archive import costs
from graphql_api.archive.editions import Edition, edition
from graphql_api.archive.listing import JOCKEYS, find
from graphql_api.archive.schema import horses as of_horses
from graphql_api.archive.schema import jockeys as of_jockeys
from graphql_api.archive.schema import leaders as of_leaders
from graphql_api.archive.schema.arguments import PAGE, After, Filter, First, OrderBy, page_size
from graphql_api.archive.schema.lookahead import Info
from graphql_api.archive.schema.rides import RideConnection, filtered_rides
from graphql_api.errors import BadUserInput
from graphql_api.execution.cost import LOAD
from graphql_api.execution.purity import PURE, pure
from graphql_api.tables.table import ColumnTable, Row

FOUND = 10
"""Jockeys, and horses, that a search gives where the client does not say."""

MAX_QUERY_LENGTH = 100


@strawberry.type(
    description=(
        "Results of a search: exact matches first, then names that start with the text, then names "
        "that contain it. Character width, letter case, hiragana or katakana, and small kana make no "
        "difference."
    )
)
class SearchResult:
    """Matches in one version of the index."""

    edition: strawberry.Private[Edition]
    query: strawberry.Private[str]
    first: strawberry.Private[int]

    @strawberry.field(
        graphql_type=list[of_jockeys.JockeySummary],
        description="Jockeys found by id or by any name in their records.",
        metadata=pure(weight=costs.JOCKEYS),
    )
    async def jockeys(self, info: Info) -> list[Row[ColumnTable]]:
        """Search ids and names."""
        return await find(self.edition, info.context, JOCKEYS, self.query, self.first)

    @strawberry.field(description="Horses found by name.", metadata=pure(weight=costs.SEARCH))
    async def horses(self, info: Info) -> list[of_horses.Horse]:
        """Search horses."""
        return await of_horses.find_horses(info, self.edition, self.query, self.first)

    @strawberry.field(
        description="Time at which the index was written. Null if the storage does not know it.", metadata=PURE
    )
    def indexed_at(self) -> datetime | None:
        """Date the index."""
        return self.edition.made

    @strawberry.field(
        description="Whether the index includes every jockey's file. See JockeyConnection.", metadata=PURE
    )
    def index_complete(self) -> bool:
        """Return whether the index knows every jockey."""
        return self.edition.manifest.complete


@strawberry.type
class Query:
    """The slice's entry points."""

    @strawberry.field(
        description=(
            "All jockeys in the storage, with their summaries from the index. Without an index, only "
            "their ids can be listed; fields and arguments that require the index return the error code "
            "`INDEX_REQUIRED`."
        ),
        metadata=pure(weight=LOAD),
    )
    async def jockeys(
        self,
        info: Info,
        first: of_jockeys.First = of_jockeys.PAGE,
        after: of_jockeys.After = None,
        filter: of_jockeys.Filter = None,  # noqa: A002
        order_by: of_jockeys.OrderBy = None,
    ) -> of_jockeys.JockeyConnection:
        """List jockeys."""
        return await of_jockeys.list_jockeys(info, first, after, filter, order_by)

    @strawberry.field(
        description="Search for jockeys by id or name, and for horses by name. Requires the index.", metadata=PURE
    )
    async def search(
        self,
        info: Info,
        query: Annotated[str, strawberry.argument(description="Text contained in the id or the name.")],
        first: of_jockeys.First = FOUND,
    ) -> SearchResult:
        """Search jockeys and horses."""
        count, text = page_size(first, FOUND, info.context.settings.max_page), query.strip()
        if not text or len(text) > MAX_QUERY_LENGTH:
            raise BadUserInput(f"Argument 'query' must have 1 to {MAX_QUERY_LENGTH} characters.")
        return SearchResult(edition=await edition(info.context, "searching"), query=text, first=count)

    @strawberry.field(
        description="Rides of all jockeys, newest first. Requires the index.", metadata=pure(weight=costs.PAGE)
    )
    async def rides(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002
        order_by: OrderBy = None,
        first: First = PAGE,
        after: After = None,
    ) -> RideConnection:
        """Choose a page of rides."""
        return await filtered_rides(info, filter, order_by, first, after)

    @strawberry.field(
        description=(
            "Leading jockeys (リーディング), ranked by one statistic of their rides in a year. Jockeys whose "
            "value is null have no rank. Requires the index."
        ),
        metadata=PURE,
    )
    async def leaders(
        self,
        info: Info,
        year: Annotated[
            int | None, strawberry.argument(description="The year of the races. Default: all years.")
        ] = None,
        filter: Filter = None,  # noqa: A002
        statistic: of_leaders.Statistic = of_leaders.LeaderStatistic.WINS,
        first: First = of_leaders.LEADERS,
    ) -> list[of_leaders.Leader]:
        """Rank jockeys."""
        return await of_leaders.leaders(info, year, filter, statistic, first)

    @strawberry.field(
        description="A horse by its name. Null if it has no known ride. Requires the index.",
        metadata=pure(weight=costs.HORSE),
    )
    async def horse(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The exact name (馬名).")]
    ) -> of_horses.Horse | None:
        """Find a horse."""
        return await of_horses.horse(info, name)

    @strawberry.field(
        description="All horses, with a summary of their rides. Default order: by name. Requires the index.",
        metadata=pure(weight=costs.SEARCH),
    )
    async def horses(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002
            of_horses.HorseFilter | None, strawberry.argument(description="Return only horses that match this filter.")
        ] = None,
        order_by: Annotated[
            list[of_horses.HorseOrder] | None,
            strawberry.argument(
                description="Sort keys, most important first. Horses that are still equal are sorted by name."
            ),
        ] = None,
        first: First = PAGE,
        after: of_horses.HorseAfter = None,
    ) -> of_horses.HorseConnection:
        """List horses."""
        return await of_horses.list_horses(info, filter, order_by, first, after)
