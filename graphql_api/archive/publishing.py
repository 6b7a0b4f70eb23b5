"""Publishing a version: its very files as Iceberg tables, by metadata alone; no row is written again.

Each table changes by one commit, and all of them for the API by one replacement of ``published.NAME``. A run that is
killed leaves tables that are whole, and an API that answers what was published before; the next run goes on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from graphql_api import install_hint
from graphql_api.archive import manifest as manifests
from graphql_api.archive import published
from graphql_api.archive.manifest import DataFile, Manifest
from graphql_api.archive.published import RIDES, Published, Table, files_of
from graphql_api.errors import Conflict, EngineMissing, IndexRequired, NotFound
from graphql_api.storage.protocol import Storage, StoredObject

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table as IcebergTable

EXTRA = "publish"
"""The extra of this package that brings pyiceberg."""

CATALOG = "graphql-api"
"""The catalog's name in pyiceberg's own configuration, which may set more of it."""

VERSION = "graphql-api.version"
"""The property of a table that holds the ETag of the manifest whose files it has."""

KEPT_SNAPSHOTS = timedelta(days=7)
"""How long earlier snapshots may be asked for."""

PROPERTIES = {
    "format-version": "2",
    "gc.enabled": "false",  # the files are the archive's own: no engine may delete them
    "write.metadata.delete-after-commit.enabled": "true",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one table: its files that came and went, by name, and its rows and snapshot now."""

    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    rows: int
    snapshot: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was published: the ETag of the manifest, and what became of each table."""

    database: str
    version: str
    tables: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        """Return whether any table changed."""
        return any(each.added or each.removed for each in self.tables)


def open_catalog(uri: str, warehouse: str, region: str) -> "Catalog":
    """Open Glue, or with ``uri`` a catalog in an SQL database. Raises ``EngineMissing`` without pyiceberg."""
    try:
        from pyiceberg.catalog import load_catalog
    except ImportError as error:
        hint = install_hint(EXTRA)
        raise EngineMissing(f"This requires pyiceberg (the extra '{EXTRA}'), which is not installed. {hint}") from error
    own = {"type": "sql", "uri": uri} if uri else {"type": "glue"}
    regions = {"client.region": region} if region else {}
    return load_catalog(CATALOG, **own, **regions, warehouse=warehouse)


class Publisher:
    """Publishes the archive of a storage in one database of a catalog."""

    def __init__(self, storage: Storage, root: str, catalog: "Catalog", database: str) -> None:
        """Read from ``storage``, whose objects lie at ``root``, as engines are to find them."""
        self._storage = storage
        self._root = root.rstrip("/")
        self._catalog = catalog
        self._database = database

    def publish(self, *, is_served: bool) -> Outcome:
        """Bring the tables up to the manifest, and where ``is_served`` let the API ask Athena for them.

        Raises ``IndexRequired`` without an archive, ``Conflict`` where another run came first, and as ``Storage``.
        """
        before = _read(self._storage, published.NAME) if is_served else None
        stored = _read(self._storage, manifests.NAME)
        if stored is None:
            raise IndexRequired("This storage has no index. Run graphql-api index.")
        manifest = manifests.load(stored.data)
        self._catalog.create_namespace_if_not_exists(self._database)
        changes = tuple(self._update(name, files, stored.etag) for name, files in files_of(manifest).items() if files)
        if is_served:
            self._serve(manifest, stored.etag, changes, before)
        return Outcome(self._database, stored.etag, changes)

    def _update(self, name: str, files: Sequence[DataFile], version: str) -> Change:
        """Give a table the files of the manifest, by one commit; none where it has them."""
        table = self._table(name, files[0])
        wanted = {self._path(file): file for file in files}
        there = {task.file.file_path for task in table.scan().plan_files()}
        gone, new = sorted(there - wanted.keys()), sorted(wanted.keys() - there)
        if gone or new:
            with _conflicts(), table.transaction() as changing:
                if gone:
                    changing.delete(_rows_of(name, gone))
                if new:
                    changing.add_files(new, {VERSION: version})
                changing.set_properties({VERSION: version})
            _expire(table)
        snapshot = table.current_snapshot()
        assert snapshot is not None  # noqa: S101 - a table with files has one
        return Change(
            name,
            tuple(map(_name, new)),
            tuple(map(_name, gone)),
            sum(file.rows for file in files),
            snapshot.snapshot_id,
        )

    def _table(self, name: str, file: DataFile) -> "IcebergTable":
        """Return a table, made if it is not there, with the columns that the files have."""
        stored = self._storage.read(file.name, max_bytes=file.size)
        assert stored is not None  # noqa: S101 - without a known version the storage gives an object
        schema = _schema_of(stored.data)
        table = self._catalog.create_table_if_not_exists((self._database, name), schema, properties=PROPERTIES)
        if not set(schema.names) <= set(table.schema().column_names):
            with _conflicts(), table.update_schema() as changing:
                changing.union_by_name(schema)
        return table

    def _serve(self, manifest: Manifest, version: str, changes: Sequence[Change], before: StoredObject | None) -> None:
        """Let the API ask for these snapshots, unless it does."""
        known = published.load(before.data) if before else None
        tables = {each.name: Table(each.name, each.snapshot) for each in changes}
        if known and (known.database, known.tables, known.version) == (self._database, tables, version):
            return
        previous = tuple(file.name for file in known.manifest.files) if known else ()
        receipt = Published(
            database=self._database, tables=tables, version=version, manifest=manifest, previous=previous
        )
        self._storage.swap(published.NAME, published.write(receipt), before.etag if before else None)

    def _path(self, file: DataFile) -> str:
        return f"{self._root}/{file.name}"


def _read(storage: Storage, key: str) -> StoredObject | None:
    try:
        return storage.read(key)
    except NotFound:
        return None


def _schema_of(data: bytes) -> Any:
    """Return the columns of a Parquet file, all of which may be null: a file tells which of its own are not."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet as pq

    def nullable(field: Any) -> Any:
        kind = pa.list_(nullable(field.type.value_field)) if pa.types.is_list(field.type) else field.type
        return pa.field(field.name, kind)

    return pa.schema(map(nullable, pq.read_schema(BytesIO(data))))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _rows_of(table: str, paths: Sequence[str]) -> Any:
    """Return what holds for all rows of some files and for no others: each file of rides is a year's."""
    from pyiceberg.expressions import AlwaysTrue

    if table != RIDES:
        return AlwaysTrue()
    years = sorted({int(_name(path).partition("-")[0]) for path in paths})
    return f"year IN ({', '.join(map(str, years))})"


@contextmanager
def _conflicts() -> Iterator[None]:
    """Raise ``Conflict`` where another writer changed the table first."""
    from pyiceberg.exceptions import CommitFailedException

    try:
        yield
    except CommitFailedException as error:
        raise Conflict("Another process has changed the same table. Run the command again.") from error


def _expire(table: "IcebergTable") -> None:
    """Forget old snapshots, whose files may be gone; no file is deleted."""
    table.maintenance.expire_snapshots().older_than(datetime.now(UTC) - KEPT_SNAPSHOTS).commit()
