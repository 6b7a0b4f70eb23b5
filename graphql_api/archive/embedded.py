"""The embedded engine: DuckDB over the files of one version, locked down, each question in a thread of its own.

Nothing that a question says reaches a file, a setting or an extension: after the files' folder no other can be opened,
and no setting changes any more. A question ends with its request, and with its time.
"""

from collections.abc import Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING

from graphql_api.archive.asking import MAX_VALUES, Asking, Question, checked
from graphql_api.archive.columns import COLUMNS, COMPARED
from graphql_api.archive.duck import connect, translated
from graphql_api.archive.files import LocalFiles
from graphql_api.archive.held import Answer, Held
from graphql_api.archive.manifest import Manifest
from graphql_api.archive.questions import Statement
from graphql_api.execution.budget import Budget
from graphql_api.workers import Workers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RIDES = "rides"

PIECE = 20_000
"""Values that are fetched at a time: some milliseconds."""


class EmbeddedEngine:
    """The tables of one version. They are opened when they are first asked for."""

    def __init__(
        self,
        manifest: Manifest,
        files: LocalFiles,
        workers: Workers,
        memory_bytes: int,
        disk_bytes: int,
        held: Held | None = None,
    ) -> None:
        """Open nothing yet; questions run in ``workers``. ``held`` bounds what their answers hold."""
        self.manifest = manifest
        self._files = files
        self._asking = Asking(workers)
        self._bounds = {"memory_limit": f"{memory_bytes}B", "max_temp_directory_size": f"{disk_bytes}B"}
        self._opening = Lock()  # held while files are fetched, so never taken on an event loop
        self._lock = Lock()
        self._connection: DuckDBPyConnection | None = None
        self._opened: set[str] = set()
        self._idle: list[DuckDBPyConnection] = []
        self._held = held or Held()

    async def ask(self, statement: Statement, budget: Budget) -> Answer:
        """Answer a question; see ``Engine.ask``. Raises as ``LocalFiles.fetch``, too."""
        return await self._asking.ask(statement, _Run(self, statement), budget)

    def cursor(self, statement: Statement) -> tuple["DuckDBPyConnection", str]:
        """Lend a cursor to a question, and return its text over tables that are open.

        To make a cursor takes as long as a small question, and to open the files of all years as long as some.
        """
        years = self._years(statement)
        rides = RIDES if len(years) == len(self.manifest.rides) else f"{RIDES}_{years[-1]}_{years[0]}"
        with self._opening:
            connection = self._connection = self._connection or self._open()
            for table in statement.tables:
                view = rides if table == RIDES else table
                if view not in self._opened:
                    connection.execute(self._table(table, view, years))
                    self._opened.add(view)
            with self._lock:
                cursor = self._idle.pop() if self._idle else connection.cursor()
        return cursor, statement.text if rides == RIDES else statement.over(rides)

    def _years(self, statement: Statement) -> list[int]:
        """List the years whose files a question needs, the newest first.

        Where no file has rides of its years, that is one file: of it, too, no ride is chosen.
        """
        first, last = statement.years
        known = sorted(self.manifest.rides, reverse=True)
        return [year for year in known if first <= year <= last] or known[:1]

    @property
    def held(self) -> Held:
        """Return what counts the values of answers in memory."""
        return self._held

    def take_back(self, cursor: "DuckDBPyConnection") -> None:
        """Take a cursor back whose question was answered."""
        with self._lock:
            self._idle.append(cursor)

    def forget(self) -> None:
        """Let go of the answers that are kept."""
        self._asking.forget()

    def _open(self) -> "DuckDBPyConnection":
        folder = self._files.folder
        connection = connect(
            None,
            **self._bounds,
            temp_directory=str(folder / "spilt"),
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
        connection.execute("SET GLOBAL parquet_metadata_cache = true")  # else cursors read the files' footers again
        connection.execute(f"SET allowed_directories = [{_quoted(folder)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def _table(self, table: str, view: str, years: Sequence[int]) -> str:
        """Write the view of a table's files, those of some years.

        All files of the table are fetched at once: those of a version that is replaced may be gone later.
        """
        manifest = self.manifest
        files = {
            RIDES: [manifest.rides[year] for year in sorted(manifest.rides, reverse=True)],
            "jockeys": [manifest.jockeys],
            "horses": [manifest.horses],
        }[table]
        if not files:
            declared = ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
            return f"CREATE TABLE {view} ({declared})"
        fetched = dict(zip(files, self._files.fetch(files, manifest.files), strict=True))
        paths = [fetched[manifest.rides[year]] for year in years] if table == RIDES else list(fetched.values())
        kind = "TABLE" if table == "jockeys" else "VIEW"  # it is small, and asked for beside other questions
        plain = [f"{name} AS {name}{COMPARED}" for name in manifest.plain if table == RIDES]
        columns = f"* REPLACE ({', '.join(plain)})" if plain else "*"
        return f"CREATE {kind} {view} AS SELECT {columns} FROM read_parquet([{', '.join(map(_quoted, paths))}])"


class _Run(Question):
    """One question on its way; ``stop`` ends it, also before it has begun."""

    def __init__(self, engine: EmbeddedEngine, statement: Statement) -> None:
        self._engine = engine
        self._statement = statement
        self._stopped = Event()
        self._cursor: DuckDBPyConnection | None = None

    def __call__(self) -> Answer:
        """Ask, in a thread."""
        self._engine.held.check()
        with translated():
            cursor, text = self._engine.cursor(self._statement)
            self._cursor = cursor
            if self._stopped.is_set():
                raise CancelledError
            cursor.execute(text, list(self._statement.values))
            rows = self._rows(cursor)
            self._engine.take_back(cursor)  # one whose question failed, or was ended, is let go of
        self._engine.held.add(checked(rows))
        return rows

    def _rows(self, cursor: "DuckDBPyConnection") -> Answer:
        """Fetch the rows, until there are more values than allowed.

        DuckDB holds the interpreter while it makes objects of a piece: so no other thread waits for long.
        """
        columns = max(1, len(cursor.description or ()))
        rows = Answer()
        while len(rows) * columns <= MAX_VALUES and (piece := cursor.fetchmany(PIECE // columns + 1)):
            if self._stopped.is_set():
                raise CancelledError
            rows += piece
        return rows

    def stop(self) -> None:
        """End the question."""
        self._stopped.set()
        if self._cursor is not None:
            self._cursor.interrupt()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
