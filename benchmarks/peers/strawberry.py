"""Plain Strawberry: dataclass rows behind Strawberry's own ASGI view.

``--tuned`` adds what its documentation offers for speed: ParserCache, ValidationCache and orjson.
"""

import dataclasses
import datetime as dt
from enum import Enum
from typing import Any

import orjson
import strawberry
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.operations import FIELDS
from benchmarks.peers import common

PYTHON_TYPES: dict[str, Any] = {
    "Date": dt.date,
    "String": str,
    "Int": int,
    "Float": float,
    "[Int!]": list[int],
    "ID": strawberry.ID,
}


def make_schema(rows: list[dict[str, Any]], *, tuned: bool = False) -> strawberry.Schema:
    """Build the schema over dataclass instances made of ``rows`` (JSON types)."""
    enums = {kind: strawberry.enum(enum) for kind, enum in common.make_enums(rows).items()}
    record, records = _records(rows, enums)
    connection = strawberry.type(dataclasses.make_dataclass("RaceRecordConnection", [("nodes", list[record])]))

    def resolve_records(first: int | None = None) -> connection:
        return connection(nodes=records[:first])

    jockey = type("Jockey", (), {"records": strawberry.field(resolve_records)})
    jockey = strawberry.type(jockey)

    def resolve_jockey(id: strawberry.ID) -> jockey | None:  # noqa: A002
        return jockey() if common.find(records, id, 0) is not None else None

    query = strawberry.type(type("Query", (), {"jockey": strawberry.field(resolve_jockey)}))
    return strawberry.Schema(
        query,
        config=StrawberryConfig(auto_camel_case=False),
        extensions=[ParserCache(), ValidationCache()] if tuned else [],
    )


def _records(rows: list[dict[str, Any]], enums: dict[str, type[Enum]]) -> tuple[Any, list[Any]]:
    """Make the row type, a plain dataclass, and its instances."""
    types = PYTHON_TYPES | enums
    record = strawberry.type(
        dataclasses.make_dataclass("RaceRecord", [(name, types[kind] | None) for name, kind in FIELDS.items()])
    )
    members = {name: enums[kind] for name, kind in FIELDS.items() if kind in enums}
    typed = (
        {name: members[name](cell) if name in members and cell is not None else cell for name, cell in row.items()}
        for row in common.with_dates(rows)
    )
    return record, [record(**row) for row in typed]


class TunedView(GraphQL):  # type: ignore[type-arg]
    """Strawberry's view, writing JSON with orjson."""

    def encode_json(self, data: object) -> bytes:
        """Write the answer."""
        return orjson.dumps(data)


if __name__ == "__main__":
    options = common.arguments("--tuned")
    built = make_schema(common.load_rows(options.data), tuned=options.tuned)
    common.serve(TunedView(built) if options.tuned else GraphQL(built), options.port)
