"""Putting a version of the archive together: what was read anew beside what there was, in a database on disk."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from graphql_api.archive import entries
from graphql_api.archive.columns import COLUMNS, COMPARED, TEXTS, Source, Stored
from graphql_api.archive.duck import connect
from graphql_api.archive.entries import Entry, entry
from graphql_api.archive.horses import ORDER as HORSE_ORDER
from graphql_api.archive.horses import horses_sql
from graphql_api.archive.questions import NEWEST_FIRST
from graphql_api.jockeys.records import RaceRecords

MEMORY = "1GB"
"""What one run may take; more is put on disk."""

BATCH_ROWS = 20_000
"""Rides that are put into the table at once: a statement of many columns takes as long as some hundred rows."""

COMMIT_ROWS = 500_000
"""Rides of one transaction: those of a small one are written twice, to the log first, those of a large one held in
memory."""

_NAMES = ", ".join(column.name for column in COLUMNS)
_WRITTEN = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"


class Workshop:
    """One run's database: rides and jockeys that were ``add``-ed, and the files of the version before."""

    def __init__(self, folder: Path) -> None:
        """Work in an empty folder. Raises ``EngineMissing``."""
        self.folder = folder
        self._sql = connect(folder / "work.duckdb", memory_limit=MEMORY, temp_directory=str(folder / "spilt"))
        self._rides: list[RaceRecords] = []
        self._entries: list[Entry] = []
        self._sql.execute(f"CREATE TABLE fresh ({_declared(COLUMNS)})")
        self._sql.execute(f"CREATE TABLE jockeys ({_declared(entries.COLUMNS)})")
        self._sql.execute("CREATE TABLE touched (id VARCHAR)")
        self._sql.execute("CREATE VIEW old AS SELECT * FROM fresh WHERE FALSE")
        self._sql.execute("CREATE VIEW old_jockeys AS SELECT * FROM jockeys WHERE FALSE")
        self._uncommitted = 0
        self._attached = False
        self._sql.execute("BEGIN TRANSACTION")

    def close(self) -> None:
        """Close the database; its files may be deleted then."""
        self._sql.close()

    def add(self, jockey_id: str, records: RaceRecords) -> None:
        """Take a jockey's rides as just read, in the place of those there were."""
        self._rides.append(records)
        self._entries.append(entry(jockey_id, records))
        if sum(map(len, self._rides)) >= BATCH_ROWS:
            self._flush()

    def add_unread(self, ids: Iterable[str]) -> None:
        """Take jockeys of whom only the id is known."""
        self._entries += map(Entry, ids)
        self._flush()

    def touch(self, ids: Iterable[str]) -> None:
        """Leave out what there was of some jockeys."""
        self._sql.execute("INSERT INTO touched SELECT unnest(CAST($1 AS VARCHAR[]))", [list(ids)])

    def attach(self, rides: Sequence[Path], jockeys: Path, horses: Path) -> None:
        """Go on from the files of the version before."""
        if rides:
            self._sql.execute(f"CREATE OR REPLACE VIEW old AS SELECT {_NAMES} FROM read_parquet({_listed(rides)})")
            self._sql.execute(f"CREATE VIEW old_horses AS SELECT * FROM read_parquet({_listed([horses])})")
            self._attached = True
        self._sql.execute(
            f"CREATE OR REPLACE VIEW old_jockeys AS SELECT * FROM read_parquet({_listed([jockeys])}) "
            "WHERE id NOT IN (SELECT id FROM touched)"
        )

    def changed_years(self) -> list[int]:
        """List the years whose rides are no longer as they were."""
        gone = "FROM old WHERE jockey_id IN (SELECT id FROM touched)"
        found = self._sql.execute(f"SELECT year {gone} UNION SELECT year FROM fresh ORDER BY year").fetchall()
        return [year for (year,) in found if not self._attached or self._changed(year, gone)]

    def _changed(self, year: int, gone: str) -> bool:
        """Compare the rides of one year: of all years at once they may be more than the memory holds."""
        was = f"SELECT {_NAMES} {gone} AND year = {year:d}"
        came = f"SELECT {_NAMES} FROM fresh WHERE year = {year:d}"
        differing = f"({was} EXCEPT ALL {came}) UNION ALL ({came} EXCEPT ALL {was})"
        return self._sql.execute(f"SELECT 1 FROM ({differing}) LIMIT 1").fetchone() is not None

    def write_year(self, year: int) -> tuple[Path, int]:
        """Write a year's rides; returns the file, and how many they are."""
        order = ", ".join(key.sql for key in NEWEST_FIRST)
        kept = f"SELECT * FROM old WHERE year = {year:d} AND jockey_id NOT IN (SELECT id FROM touched)"
        rides = f"{kept} UNION ALL SELECT * FROM fresh WHERE year = {year:d}"
        return self._write(f"SELECT * FROM ({rides}) ORDER BY {order}", str(year))

    def write_jockeys(self) -> tuple[Path, int]:
        """Write the table of jockeys."""
        return self._write("SELECT * FROM (FROM jockeys UNION ALL FROM old_jockeys) ORDER BY id", "jockeys")

    def write_horses(self, rides: Sequence[Path]) -> tuple[Path, int]:
        """Write the table of horses, which sums up all rides; horses of one name are one.

        Those that no changed jockey rode are as they were.
        """
        source = f"read_parquet({_listed(rides)})" if rides else "fresh"
        if not self._attached:
            return self._write(horses_sql(source), "horses")
        touched = "FROM old WHERE jockey_id IN (SELECT id FROM touched)"
        named = f"SELECT horse_name AS name {touched} UNION SELECT horse_name FROM fresh"
        self._sql.execute(f"CREATE TABLE changed AS SELECT name FROM ({named}) WHERE name IS NOT NULL")
        changed = horses_sql(f"(SELECT * FROM {source} WHERE horse_name IN (SELECT name FROM changed))")
        kept = "SELECT * FROM old_horses WHERE name NOT IN (SELECT name FROM changed)"
        return self._write(f"SELECT * FROM ({kept} UNION ALL ({changed})) ORDER BY {HORSE_ORDER}", "horses")

    def plain_texts(self, rides: Sequence[Path]) -> tuple[str, ...]:
        """Name the text fields that are, in every ride, in the form in which they are compared."""
        if not rides:
            return ()
        tests = ", ".join(f"bool_and({name} IS NOT DISTINCT FROM {name}{COMPARED})" for name in TEXTS)
        (found,) = self._sql.execute(f"SELECT {tests} FROM read_parquet({_listed(rides)})").fetchall()
        return tuple(name for name, is_plain in zip(TEXTS, found, strict=True) if is_plain)

    def _flush(self) -> None:
        """Put what was added into the tables."""
        self._uncommitted += sum(map(len, self._rides))
        if self._rides:
            self._insert("fresh", COLUMNS, self._rides)
        if self._entries:
            self.touch(each.id for each in self._entries)
            self._insert("jockeys", entries.COLUMNS, [self._entries])
        self._rides, self._entries = [], []
        if self._uncommitted >= COMMIT_ROWS:
            self._sql.execute("COMMIT")
            self._sql.execute("BEGIN TRANSACTION")
            self._uncommitted = 0

    def _insert(self, table: str, columns: Sequence[Stored[Source]], sources: Sequence[Source]) -> None:
        cells = {column.name: np.concatenate([column.cells(source) for source in sources]) for column in columns}
        self._sql.register("source", cells)
        self._sql.execute(f"INSERT INTO {table} SELECT {', '.join(column.cast for column in columns)} FROM source")
        self._sql.unregister("source")

    def _write(self, query: str, name: str) -> tuple[Path, int]:
        path = self.folder / f"{name}.parquet"
        (count,) = self._sql.execute(f"COPY ({query}) TO {_quoted(path)} ({_WRITTEN})").fetchone() or (0,)
        return path, count


def _declared(columns: Sequence[Stored[Source]]) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in columns)


def _listed(paths: Sequence[Path]) -> str:
    return f"[{', '.join(map(_quoted, paths))}]"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
