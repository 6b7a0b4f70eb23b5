"""DuckDB, imported when it is first asked for; the only module that imports it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql_api import install_hint
from graphql_api.errors import EngineMissing, NoSpace, QueryTooComplex

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EXTRA = "archive"
"""The extra of this package that brings DuckDB."""

_OUT_OF_MEMORY = "OutOfMemoryException"
_WANTS = frozenset({_OUT_OF_MEMORY, "IOException"})
_DISK_FULL = ("No space left on device", "max_temp_directory_size", "failed to offload data block")


def connect(database: Path | None, **settings: Any) -> "DuckDBPyConnection":
    """Open a database in a file, or one in memory, with one thread: more would add up in an order of their own.

    DuckDB's eight threads for reading files are off, too: small local files are read sooner without them.

    Raises ``EngineMissing`` where DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        hint = install_hint(EXTRA)
        raise EngineMissing(f"This requires DuckDB (the extra '{EXTRA}'), which is not installed. {hint}") from error
    return duckdb.connect(str(database or ":memory:"), config={"threads": 1, "async_threads": 0, **settings})


@contextmanager
def translated() -> Iterator[None]:
    """Raise ours for DuckDB's want of memory or of disk: ``QueryTooComplex`` and ``NoSpace``."""
    try:
        yield
    except Exception as error:
        kind = type(error).__name__  # to name the class would import DuckDB, which may be what is missing
        if kind in _WANTS and any(each in str(error) for each in _DISK_FULL):
            raise NoSpace(
                "The server does not have enough disk space for this query. Try again later.", reason=str(error)
            ) from error
        if kind == _OUT_OF_MEMORY:
            raise QueryTooComplex(
                "This query needs more memory than allowed. Add a filter, or use fewer keys."
            ) from error
        raise
