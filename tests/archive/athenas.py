"""Servers that ask an Athena on this machine, over an archive as if it had been published."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from archives import Archive, manifest_of
from graphql import OperationDefinitionNode, parse, print_ast
from starlette.testclient import TestClient

from fake_athena import FakeAthena, kinds_of, served
from graphql_api.app import create_app
from graphql_api.archive.published import NAME, Published, Table, write
from graphql_api.archive.questions import Statement
from graphql_api.installed import read_settings
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import Storage

SNAPSHOT = 1234567890123456789
TABLES = ("rides", "jockeys", "horses")
QUESTIONS = Path(__file__).parents[2] / "docs" / "archive_questions.graphql"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
}


def questions() -> dict[str, str]:
    """Return the questions of the documentation by their names."""
    document = parse(QUESTIONS.read_text(encoding="utf-8"))
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode) and each.name]
    return {each.name.value: print_ast(each) for each in operations if each.name}


def receipt_of(storage: Storage) -> Published:
    """Say of an archive that it was published."""
    tables = {name: Table(name, SNAPSHOT) for name in TABLES}
    return Published(database="graphql_api", tables=tables, version="etag", manifest=manifest_of(storage))


def say_published(storage: Storage) -> None:
    """Write that the archive was published as it is."""
    storage.write(NAME, write(receipt_of(storage)))


def asking(archive: Archive) -> FakeAthena:
    """Answer by DuckDB over an archive."""

    def ask(text: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        rows = archive.ask(Statement(text, (), ("rides", "jockeys")))
        return kinds_of(rows, len(rows[0]) if rows else 0), rows

    return FakeAthena(ask)


@contextmanager
def athena_of(folder: Path) -> Iterator[tuple[FakeAthena, pytest.MonkeyPatch]]:
    """Serve an Athena over the archive of a folder, where the SDK finds it."""
    archive = Archive(FolderStorage(folder))
    athena = asking(archive)
    with pytest.MonkeyPatch.context() as environ, served(athena) as address:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL_ATHENA": address}.items():
            environ.setenv(name, value)
        yield athena, environ
    archive.close()


def client_of(folder: Path, **environ: str) -> TestClient:
    """Serve a folder."""
    return TestClient(create_app(read_settings(environ, data=str(folder))), raise_server_exceptions=False)


def athena_client(folder: Path, **environ: str) -> TestClient:
    """Serve a folder, asking Athena."""
    return client_of(folder, JOCKEY_ARCHIVE_ENGINE="athena", JOCKEY_ARCHIVE_WORKGROUP="own", **environ)
