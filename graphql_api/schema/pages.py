"""Pages by the Relay connection specification."""

from collections.abc import Callable

import strawberry

from graphql_api.execution.purity import PURE


@strawberry.type(description="Position of a page in its connection.")
class PageInfo:
    """Relay's PageInfo. ``cursor_at`` returns the cursor of the first item (0) and of the last (-1). None if empty."""

    cursor_at: strawberry.Private[Callable[[int], str | None]]
    has_next_page: bool = strawberry.field(description="Whether there are items after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are items before this page.")

    @strawberry.field(description="Cursor of the first item on this page. Null if the page is empty.", metadata=PURE)
    def start_cursor(self) -> str | None:
        """Return the cursor of the first row."""
        return self.cursor_at(0)

    @strawberry.field(description="Cursor of the last item on this page. Null if the page is empty.", metadata=PURE)
    def end_cursor(self) -> str | None:
        """Return the cursor of the last row."""
        return self.cursor_at(-1)
