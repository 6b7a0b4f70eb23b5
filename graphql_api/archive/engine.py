"""The embedded engine: DuckDB over the files of one version, locked down, each question in a thread of its own.

Nothing that a question says reaches a file, a setting or an extension: after the files' folder no other can be opened,
and no setting changes any more. A question ends with its request, and with its time.
"""

from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

from graphql_api.archive.columns import COLUMNS
from graphql_api.archive.duck import connect, translated
from graphql_api.archive.files import LocalFiles
from graphql_api.archive.held import Answer, Held
from graphql_api.archive.manifest import Manifest
from graphql_api.archive.questions import Statement
from graphql_api.errors import QueryTooComplex, RequestTimeout
from graphql_api.execution.budget import Budget
from graphql_api.workers import Workers, done

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the request still waits."""

MAX_VALUES = 3_000_000
"""Values that one question may give."""

KEPT_VALUES = 1_000_000
"""Values that are kept of earlier questions, in answers of a tenth of that at most: some 100 MB."""

PIECE = 20_000
"""Values that are fetched at a time: some milliseconds."""


class Engine:
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
        self._workers = workers
        self._bounds = {"memory_limit": f"{memory_bytes}B", "max_temp_directory_size": f"{disk_bytes}B"}
        self._opening = Lock()  # held while files are fetched, so never taken on an event loop
        self._lock = Lock()
        self._connection: DuckDBPyConnection | None = None
        self._opened: set[str] = set()
        self._idle: list[DuckDBPyConnection] = []
        self._answers = LRUCache[Statement, Answer](KEPT_VALUES, lambda answer: answer.size)
        self._held = held or Held()

    async def ask(self, statement: Statement, budget: Budget) -> Answer:
        """Answer a question with its rows. A caller that gives up, or whose time is over, ends it.

        Raises ``EngineMissing``, ``RequestTimeout``, ``QueryTooComplex``, ``NoSpace``, ``Overloaded``, and as
        ``LocalFiles.fetch``.
        """
        with self._lock:
            known = self._answers.get(statement)
        if known is not None:
            return known
        run = _Run(self, statement)
        future = self._workers.begin(run)
        try:
            in_time = await done(future, min(LOOK_EVERY, max(0, budget.left)))
            while not in_time and budget.left > 0:
                in_time = await done(future, min(LOOK_EVERY, max(0, budget.left)))
        finally:
            if not future.done():  # the caller gave up, or its time is over
                run.stop()
                future.cancel()
        if not in_time:
            raise RequestTimeout("The archive query took longer than the time limit of the request.")
        answer = future.result()
        if answer.size <= KEPT_VALUES // 10:
            with self._lock:
                self._answers[statement] = answer
        return answer

    def cursor(self, statement: Statement) -> "DuckDBPyConnection":
        """Lend a cursor to a question, whose tables are open; to make one takes as long as a small question."""
        with self._opening:
            connection = self._connection = self._connection or self._open()
            for table in statement.tables:
                if table not in self._opened:
                    connection.execute(self._table(table))
                    self._opened.add(table)
            with self._lock:
                return self._idle.pop() if self._idle else connection.cursor()

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
        with self._lock:
            self._answers.clear()

    def _open(self) -> "DuckDBPyConnection":
        folder = self._files.folder
        connection = connect(
            None,
            **self._bounds,
            temp_directory=str(folder / "spilt"),
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute(f"SET allowed_directories = [{_quoted(folder)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def _table(self, table: str) -> str:
        """Write the view of a table's files, which are fetched."""
        manifest = self.manifest
        files = {
            "rides": [manifest.rides[year] for year in sorted(manifest.rides, reverse=True)],
            "jockeys": [manifest.jockeys],
            "horses": [manifest.horses],
        }[table]
        if not files:
            declared = ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
            return f"CREATE TABLE rides ({declared})"
        paths = self._files.fetch(files, manifest.files)
        return f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{', '.join(map(_quoted, paths))}])"


class _Run:
    """One question on its way; ``stop`` ends it, also before it has begun."""

    def __init__(self, engine: Engine, statement: Statement) -> None:
        self._engine = engine
        self._statement = statement
        self._stopped = Event()
        self._cursor: DuckDBPyConnection | None = None

    def __call__(self) -> Answer:
        """Ask, in a thread."""
        self._engine.held.check()
        with translated():
            cursor = self._cursor = self._engine.cursor(self._statement)
            if self._stopped.is_set():
                raise CancelledError
            cursor.execute(self._statement.text, list(self._statement.values))
            rows = self._rows(cursor)
            self._engine.take_back(cursor)  # one whose question failed, or was ended, is let go of
        if rows.size > MAX_VALUES:
            raise QueryTooComplex(
                f"The query returns more than {MAX_VALUES:,} values. Add a filter, or use fewer keys."
            )
        self._engine.held.add(rows)
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
