"""Arguments that several fields share."""

from typing import Annotated, Any

import strawberry

from graphql_api.jockeys.schema.filters import RaceRecordFilter
from graphql_api.jockeys.schema.orders import RaceRecordOrder


def _described(kind: Any, description: str) -> Any:
    return Annotated[kind | None, strawberry.argument(description=description)]


Filter: Any = _described(RaceRecordFilter, "Only records for which this holds.")
OrderBy: Any = _described(
    list[RaceRecordOrder],
    "Sort by these, the first counting most; then, and without any, in the order of the file, newest first.",
)
First: Any = _described(int, "At most so many, from the front; the server bounds the number.")
After: Any = _described(str, "Only rows behind this race in the order; any cursor of this jockey is good.")
Last: Any = _described(int, "At most so many, from the end; the server bounds the number.")
Before: Any = _described(str, "Only rows before this race in the order; any cursor of this jockey is good.")
