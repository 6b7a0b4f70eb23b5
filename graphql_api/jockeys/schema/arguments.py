"""Arguments that several fields share."""

from typing import Annotated

import strawberry

from graphql_api.jockeys.schema.filters import RaceRecordFilter
from graphql_api.jockeys.schema.orders import RaceRecordOrder

Filter = Annotated[RaceRecordFilter | None, strawberry.argument(description="Only records for which this holds.")]
OrderBy = Annotated[
    list[RaceRecordOrder] | None,
    strawberry.argument(
        description="Sort by these, the first counting most; then, and without any, in the order of the file, newest "
        "first."
    ),
]
First = Annotated[
    int | None, strawberry.argument(description="At most so many, from the front; the server bounds the number.")
]
After = Annotated[
    str | None,
    strawberry.argument(description="Only rows behind this race in the order; any cursor of this jockey is good."),
]
Last = Annotated[
    int | None, strawberry.argument(description="At most so many, from the end; the server bounds the number.")
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Only rows before this race in the order; any cursor of this jockey is good."),
]
