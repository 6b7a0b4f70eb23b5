"""Archives for tests: built of records or files, and asked."""

import asyncio
import tempfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from graphql_api import samples
from graphql_api.archive.building import Workshop
from graphql_api.archive.embedded import EmbeddedEngine
from graphql_api.archive.files import LocalFiles
from graphql_api.archive.held import Answer
from graphql_api.archive.manifest import NAME, Manifest, load
from graphql_api.archive.questions import Statement
from graphql_api.archive.refresh import Refresh
from graphql_api.execution.budget import Budget
from graphql_api.jockeys.records import RaceRecords
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import Storage
from graphql_api.workers import Workers

MEMORY, DISK = 128 * 2**20, 2**28


def pickled(jockey_id: str, rows: int = 20, seed: int = 1) -> bytes:
    """Make a jockey's file."""
    out = BytesIO()
    samples.frame(jockey_id, rows, seed).to_pickle(out)
    return out.getvalue()


def write_files(folder: Path, ids: Iterable[str], rows: int = 20) -> None:
    """Write jockeys' files into a folder."""
    folder.mkdir(exist_ok=True)
    for each in ids:
        (folder / f"{each}.pickle").write_bytes(pickled(each, rows))


def refreshed(storage: Storage) -> Refresh:
    """Run a refresh to its end."""
    run = Refresh(storage)
    run.run(4)
    return run


def manifest_of(storage: Storage) -> Manifest:
    """Give the manifest that is stored."""
    stored = storage.read(NAME)
    assert stored
    return load(stored.data)


class Archive:
    """An engine of its own over what a storage holds."""

    def __init__(self, storage: Storage) -> None:
        """Read the manifest; the files lie in a folder that ends with the archive."""
        self.workers = Workers(2, "test-question")
        self.files = LocalFiles(storage, "", DISK)
        self.engine = EmbeddedEngine(manifest_of(storage), self.files, self.workers, MEMORY, DISK)

    def ask(self, statement: Statement, budget: Budget | None = None) -> Answer:
        """Ask a question."""
        return asyncio.run(self.engine.ask(statement, budget or Budget()))

    def rows(self, text: str, *values: Any, table: str = "rides") -> Answer:
        """Ask a question in SQL."""
        return self.ask(Statement(text, values, (table,)))

    def close(self) -> None:
        """Let go of all."""
        self.workers.close()
        self.files.close()


def archive_of(folder: Path, careers: Mapping[str, RaceRecords]) -> Archive:
    """Build an archive of records that lie in no file."""
    storage = FolderStorage(folder)
    run = Refresh(storage)
    with tempfile.TemporaryDirectory() as scratch:
        shop = Workshop(Path(scratch))
        for jockey_id, records in careers.items():
            shop.add(jockey_id, records)
            run.sources[jockey_id] = "etag"
        run._publish(shop, lambda: None)
        shop.close()
    return Archive(storage)
