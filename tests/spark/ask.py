"""Asks the questions of the documentation, and writes what Spark is to be asked: texts, DuckDB's rows, and the files.

Runs in the environment of development; ``compare.py`` takes what it writes, in Spark's own.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support"), str(ROOT / "tests" / "archive")]

import sqlglot  # noqa: E402
from archives import Archive, refreshed  # noqa: E402
from athenas import athena_client, athena_of, questions, say_published  # noqa: E402

from fake_athena import back  # noqa: E402
from graphql_api import logs, samples  # noqa: E402
from graphql_api.archive.publishing import Publisher, open_catalog  # noqa: E402
from graphql_api.archive.questions import Statement  # noqa: E402
from graphql_api.storage.folder import FolderStorage  # noqa: E402

TABLES = ("rides", "jockeys", "horses")


def files_of(folder: Path) -> dict[str, list[str]]:
    """Publish an archive, and give the files that its Iceberg tables name."""
    uri = folder.as_uri()
    catalog = open_catalog(f"sqlite:///{folder}/catalog.sqlite", f"{uri}/iceberg", "")
    Publisher(FolderStorage(folder), uri, catalog, "graphql_api").publish(is_served=False)
    tables = {name: catalog.load_table(("graphql_api", name)) for name in TABLES}
    return {
        name: sorted(unquote(urlparse(task.file.file_path).path) for task in table.scan().plan_files())
        for name, table in tables.items()
    }


def texts_of(folder: Path) -> dict[str, list[str]]:
    """Ask the questions, and give the texts that each sent to Athena, once each."""
    asked: dict[str, list[str]] = {}
    with athena_of(folder) as (athena, _), athena_client(folder, JOCKEY_LOG_LEVEL="ERROR") as client:
        for name, query in questions().items():
            before = len(athena.asked)
            answer = client.post("/graphql", json={"query": query}).json()
            assert "errors" not in answer, answer
            asked[name] = athena.asked[before:]
    return asked


def main(out: Path) -> None:
    """Write the file."""
    folder = out / "data"
    samples.write(folder, jockeys=6, rows=300, seed=1)
    storage = FolderStorage(folder)
    refreshed(storage)
    say_published(storage)
    files = files_of(folder)
    archive = Archive(storage)
    cases: list[dict[str, Any]] = []
    for name, texts in texts_of(folder).items():
        for text in texts:
            rows = archive.ask(Statement(back(text), (), ("rides", "jockeys")))
            ordered = sqlglot.parse_one(text, read="athena").args.get("order") is not None
            cases.append({"question": name, "text": back(text, "spark"), "rows": rows, "ordered": ordered})
    archive.close()
    told = {"files": files, "cases": cases}
    (out / "cases.json").write_text(json.dumps(told, default=date.isoformat, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    logs.configure("ERROR")
    main(Path(sys.argv[1]).resolve())
