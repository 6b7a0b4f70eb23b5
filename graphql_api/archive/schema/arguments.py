"""Arguments that several fields of the archive share."""

from typing import Annotated, Any

import strawberry

from graphql_api.jockeys.schema.filters import RaceRecordFilter
from graphql_api.jockeys.schema.orders import RaceRecordOrder
from graphql_api.tables.paging import check_count

PAGE = 100
"""Rides on a page where the client does not say."""


def _described(kind: Any, description: str) -> Any:
    return Annotated[kind | None, strawberry.argument(description=description)]


Filter: Any = _described(RaceRecordFilter, "Only rides for which this holds. `video` and `pageNumber` are refused.")
OrderBy: Any = _described(
    list[RaceRecordOrder], "Sort by these, the first counting most; then, and without any, the newest first."
)
First: Any = _described(int, "At most so many; the server bounds the number.")
After: Any = _described(str, "Only rides behind this one in the order; any cursor of a ride is good.")


def page_size(first: int | None, default: int, most: int) -> int:
    """Return how many are asked for. Raises ``BadUserInput`` for a number out of bounds."""
    check_count("first", first, most)
    return default if first is None else first
