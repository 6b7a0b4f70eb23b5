"""Make an archive of ten times the rides of another: ``python -m benchmarks.archive.larger FOLDER INTO``.

Each ride comes ten times, of other jockeys on other horses in other races, on this day or the next two; the files are
those that an index of as many jockeys' files has. To decode these would take ten times as long, and is not repeated.
"""

import argparse
import resource
import time
from collections.abc import Sequence
from pathlib import Path

from graphql_api.archive import entries
from graphql_api.archive.columns import COLUMNS
from graphql_api.archive.duck import connect
from graphql_api.archive.horses import horses_sql
from graphql_api.archive.manifest import FOLDER, HORSES, JOCKEYS, NAME, DataFile, Manifest, dump, load
from graphql_api.archive.questions import NEWEST_FIRST
from graphql_api.storage.folder import content_hash

TIMES = 10
_JOCKEY = "printf('%05d', CAST({id} AS INTEGER) + 2440 * copy)"
_CHANGED = {
    "jockey_id": _JOCKEY.format(id="jockey_id"),
    "race_id": "race_id || copy",
    "date": "CAST(date + CAST(copy % 3 AS INTEGER) AS DATE)",
    **{name: f"{name} || chr(12450 + copy)" for name in ("horse_name", "horse_name_compared", "horse_name_searched")},
}
_WRITTEN = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"


def _columns(names: Sequence[str], changed: dict[str, str]) -> str:
    return ", ".join(f"{changed[name]} AS {name}" if name in changed else name for name in names)


def larger(folder: Path, into: Path) -> Manifest:
    """Write the files and the manifest."""
    known = load((folder / NAME).read_bytes())
    (into / FOLDER).mkdir(parents=True)
    sql = connect(into / "work.duckdb", memory_limit="1GB", temp_directory=str(into / "spilt"))

    def written(name: str, query: str) -> DataFile:
        path = into / FOLDER / "new.parquet"
        (rows,) = sql.execute(f"COPY ({query}) TO '{path}' ({_WRITTEN})").fetchone() or (0,)
        data = path.read_bytes()
        file = DataFile(f"{FOLDER}/{name}-{content_hash(data)[:16]}.parquet", rows, len(data))
        path.rename(into / file.name)
        return file

    copies = f"(SELECT CAST(range AS INTEGER) AS copy FROM range({TIMES}))"
    order = ", ".join(key.sql for key in NEWEST_FIRST)
    rides = {}
    for year, file in known.rides.items():
        source = f"read_parquet('{folder / file.name}')"
        chosen = _columns([column.name for column in COLUMNS], _CHANGED)
        rides[year] = written(str(year), f"SELECT * FROM (SELECT {chosen} FROM {source}, {copies}) ORDER BY {order}")
    chosen = _columns([column.name for column in entries.COLUMNS], {"id": _JOCKEY.format(id="id")})
    source = f"read_parquet('{folder / known.jockeys.name}')"
    jockeys = written(JOCKEYS, f"SELECT * FROM (SELECT {chosen} FROM {source}, {copies}) ORDER BY id")
    files = ", ".join(f"'{into / rides[year].name}'" for year in sorted(rides, reverse=True))
    horses = written(HORSES, horses_sql(f"read_parquet([{files}])"))
    sources = {f"{int(each) + 2440 * copy:05}": "made" for each in known.sources for copy in range(TIMES)}
    sql.close()
    (into / "work.duckdb").unlink(missing_ok=True)
    return Manifest(rides=rides, jockeys=jockeys, horses=horses, sources=sources)


def main() -> None:
    """Write them, and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("into", type=Path)
    options = parser.parse_args()
    begun = time.process_time()
    manifest = larger(options.folder, options.into)
    (options.into / NAME).write_bytes(dump(manifest))
    size = sum(file.size for file in manifest.files) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{manifest.rows:,} rides, {size:.0f} MB; {time.process_time() - begun:.0f} s, {peak:.0f} MB of memory at most"
    )


if __name__ == "__main__":
    main()
