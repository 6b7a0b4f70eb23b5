"""What the Python peers share: their arguments, the rows, and uvicorn as this server runs it."""

import argparse
import datetime as dt
import json
from enum import Enum
from pathlib import Path
from typing import Any

from benchmarks.operations import ENUMS, FIELDS, LARGE_ID


def arguments(*flags: str) -> argparse.Namespace:
    """Read ``--port``, ``--data`` and the peer's own flags."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def load_rows(data: Path) -> list[dict[str, Any]]:
    """Read the rows as this server answered them (JSON types)."""
    rows: list[dict[str, Any]] = json.loads((data / "rows.json").read_text())
    return rows


def enum_values(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Give the values of each enum that occur."""
    fields = {kind: name for name, kind in FIELDS.items() if kind in ENUMS}
    return {kind: sorted({row[name] for row in rows} - {None}) for kind, name in fields.items()}


def make_enums(rows: list[dict[str, Any]]) -> dict[str, type[Enum]]:
    """Make Python enums whose names and values are the GraphQL names."""
    make: Any = Enum  # its functional form makes a class, which mypy takes for a member
    return {kind: make(kind, {value: value for value in values}) for kind, values in enum_values(rows).items()}


def with_dates(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turn ISO dates into ``datetime.date``, which is what a typed Python server holds."""
    return [{**row, "date": row["date"] and dt.date.fromisoformat(row["date"])} for row in rows]


def find(rows: list[Any], jockey_id: str, first: int | None) -> list[Any] | None:
    """Answer the one query there is; None for an unknown jockey."""
    return rows[:first] if jockey_id == LARGE_ID else None


def serve(app: Any, port: int) -> None:
    """Run an ASGI application in one process, on uvloop and httptools, without an access log."""
    import uvicorn

    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="warning", access_log=False
    )
