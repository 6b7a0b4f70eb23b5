"""The interface of a table, of which a window selects rows."""

from typing import Any, Protocol


class Table(Protocol):
    """A table of columns: of a version of something, or of groups of its rows.

    ``derived`` keeps what is made of one ``version``.
    """

    @property
    def derived(self) -> dict[Any, Any]:
        """Return the values that are kept as long as the table."""

    @property
    def version(self) -> object:
        """Return a key that identifies the table in caches."""

    def __len__(self) -> int:
        """Count the rows."""
