"""Arguments that several fields share."""

from typing import Annotated

import strawberry

from graphql_api.jockeys.schema.filters import GroupHaving, RaceRecordFilter
from graphql_api.jockeys.schema.orders import GroupOrder, RaceRecordOrder

Filter = Annotated[
    RaceRecordFilter | None, strawberry.argument(description="Return only records that match this filter.")
]
OrderBy = Annotated[
    list[RaceRecordOrder] | None,
    strawberry.argument(
        description=(
            "Sort keys, most important first. Records that are still equal keep the order of the file, "
            "newest first. Default: newest first."
        )
    ),
]
First = Annotated[
    int | None,
    strawberry.argument(description="Maximum number of items, from the start. The server has an upper limit."),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="Return only records after this cursor. Any cursor of this jockey's records may be used."
    ),
]
Last = Annotated[
    int | None, strawberry.argument(description="Maximum number of items, from the end. The server has an upper limit.")
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="Return only records before this cursor. Any cursor of this jockey's records may be used."
    ),
]
Having = Annotated[
    GroupHaving | None, strawberry.argument(description="Return only groups whose statistics match this filter.")
]
GroupOrderBy = Annotated[
    list[GroupOrder] | None,
    strawberry.argument(
        description=(
            "Sort keys, most important first. Groups that are still equal are sorted by the group keys, ascending."
        )
    ),
]
FirstGroups = Annotated[int | None, strawberry.argument(description="Maximum number of groups.")]
