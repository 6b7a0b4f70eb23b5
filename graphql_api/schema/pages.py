"""Pages by the Relay connection specification."""

from collections.abc import Callable

import strawberry

from graphql_api.execution.purity import PURE


@strawberry.type(description="Where a page lies in its connection.")
class PageInfo:
    """Relay's PageInfo; ``cursor_at`` names the page's first item at 0 and its last at -1, None on an empty page."""

    cursor_at: strawberry.Private[Callable[[int], str | None]]
    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")

    @strawberry.field(description="The cursor of the page's first row; null on an empty page.", metadata=PURE)
    def start_cursor(self) -> str | None:
        """Name the first row."""
        return self.cursor_at(0)

    @strawberry.field(description="The cursor of the page's last row; null on an empty page.", metadata=PURE)
    def end_cursor(self) -> str | None:
        """Name the last row."""
        return self.cursor_at(-1)
