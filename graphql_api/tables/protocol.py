"""The interface of a table whose rows a window selects."""

from typing import Any, Protocol


class Table(Protocol):
    """A table of columns: of one version of data, or of groups of its rows.

    ``derived`` caches values of one ``version``.
    """

    @property
    def derived(self) -> dict[Any, Any]:
        """Return the cached values, which live as long as the table."""

    @property
    def version(self) -> object:
        """Return a key that identifies the table in caches."""

    def __len__(self) -> int:
        """Count the rows."""
