"""Connections to one SQLite file: opened when needed, used by one thread at a time, their errors translated."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from graphql_api.errors import NoSpace, ServiceError, StoreFault, StoreUnavailable
from graphql_api.store.messages import FULL, MISSING, REFUSED, UNAVAILABLE

BUSY_MS = 300
"""Milliseconds that a write waits for other threads, and as many for another process that writes."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, numbers TEXT NOT NULL,
    expires INTEGER, PRIMARY KEY (pk, sk)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_by_expiry ON items (expires) WHERE expires IS NOT NULL;
"""

_KINDS: Mapping[int, tuple[type[ServiceError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreUnavailable, UNAVAILABLE),
    sqlite3.SQLITE_LOCKED: (StoreUnavailable, UNAVAILABLE),
    sqlite3.SQLITE_PROTOCOL: (StoreUnavailable, UNAVAILABLE),
    sqlite3.SQLITE_INTERRUPT: (StoreUnavailable, UNAVAILABLE),
    sqlite3.SQLITE_CANTOPEN: (StoreUnavailable, UNAVAILABLE),
    sqlite3.SQLITE_FULL: (NoSpace, FULL),
}
"""Errors by SQLite's primary result codes; all others take an operator."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors for those of SQLite and of the file system."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "OSError")
        if name in ("ENOSPC", "EDQUOT"):
            raise NoSpace(FULL, error_code=name) from error
        if name == "EROFS":  # as in a function of Lambda that was deployed without a table
            raise StoreUnavailable(MISSING, error_code=name) from error
        raise StoreFault(REFUSED, error_code=name) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        kind, message = _KINDS.get(code & 0xFF, (StoreFault, REFUSED))
        raise kind(message, error_code=getattr(error, "sqlite_errorname", type(error).__name__)) from error


class Connections:
    """Connections of one process to one file, as many as threads use at once.

    The file is made by the first write. Until then there is nothing to be read.
    """

    def __init__(self, path: Path, busy_ms: int = BUSY_MS) -> None:
        """Connect to ``path``; nothing is opened yet. A write waits ``busy_ms`` for others, twice."""
        self.path = path
        self._busy_ms = busy_ms
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._writer = Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection for reading; None if there is no file."""
        with translated():
            if not self._idle and not self.path.exists():
                yield None
                return
            with self._lent(create=False) as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction during which nobody else can write.

        Threads of this process wait in order; SQLite alone would let each retry, and some would never succeed.
        """
        with translated(), self._line(), self._lent(create=True) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def _line(self) -> Iterator[None]:
        if not self._writer.acquire(timeout=self._busy_ms / 1000):
            raise StoreUnavailable(UNAVAILABLE, reason="busy")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _lent(self, *, create: bool) -> Iterator[sqlite3.Connection]:
        """Yield an idle connection or a new one; after an error of SQLite it is not used again."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._open(create=create)
        try:
            yield connection
        except sqlite3.Error:
            connection.close()
            raise
        except BaseException:
            self._take_back(connection)
            raise
        self._take_back(connection)

    def _take_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _open(self, *, create: bool) -> sqlite3.Connection:
        if create:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA busy_timeout = {self._busy_ms}")
            if create and connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if create or not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'items'").fetchone():
                connection.executescript(SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the idle connections at once, and those in use when they are returned."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(sqlite3.Error):
                connection.close()
