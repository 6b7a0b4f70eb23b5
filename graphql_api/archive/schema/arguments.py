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


Filter: Any = _described(
    RaceRecordFilter, "Return only rides that match this filter. Conditions on `video` and `pageNumber` are refused."
)
OrderBy: Any = _described(
    list[RaceRecordOrder],
    "Sort keys, most important first. Rides that are still equal are sorted newest first. Default: newest first.",
)
First: Any = _described(int, "Maximum number of items. The server has an upper limit.")
After: Any = _described(str, "Return only rides after this cursor. Any cursor of a ride may be used.")


def page_size(first: int | None, default: int, most: int) -> int:
    """Return how many are asked for. Raises ``BadUserInput`` for a number out of bounds."""
    check_count("first", first, most)
    return default if first is None else first
