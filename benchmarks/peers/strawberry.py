"""Plain Strawberry: dataclass rows behind Strawberry's own ASGI view, filter and statistics written by hand.

``--tuned`` adds what its documentation offers for speed: ParserCache, ValidationCache and orjson.
"""

# Types are made when the rows are known, which no type checker follows.
# mypy: ignore-errors

import dataclasses
import datetime as dt
from collections import defaultdict
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


@strawberry.input
class IntFilter:
    """A range, both ends included."""

    gte: int
    lte: int


@strawberry.enum
class GroupKey(Enum):
    """What rows are grouped by."""

    DISTANCE = "distance"


@strawberry.type
class RaceGroupKey:
    """What the rows of a group share."""

    distance: int


@strawberry.type
class Statistics:
    """Statistics of a group."""

    rides_with_odds: int = strawberry.field(name="ridesWithOdds")
    wins: int
    average_finish_position: float | None = strawberry.field(name="averageFinishPosition")


@strawberry.type
class RaceGroup:
    """A group."""

    key: RaceGroupKey
    statistics: Statistics


def count(rows: list[Any]) -> Statistics:
    """Count the rows of a group."""
    positions = [row.finishPosition for row in rows if row.finishPosition is not None]
    return Statistics(
        rides_with_odds=sum(row.winOdds is not None for row in rows),
        wins=positions.count(1),
        average_finish_position=sum(positions) / len(positions) if positions else None,
    )


def by_distance(rows: list[Any]) -> list[RaceGroup]:
    """Group rows, the shortest distance first."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.distance].append(row)
    return [RaceGroup(key=RaceGroupKey(distance=key), statistics=count(groups[key])) for key in sorted(groups)]


def make_schema(rows: list[dict[str, Any]], *, tuned: bool = False) -> strawberry.Schema:
    """Build the schema over dataclass instances made of ``rows`` (JSON types)."""
    enums = {kind: strawberry.enum(enum) for kind, enum in common.make_enums(rows).items()}
    record, records = _records(rows, enums)
    going_filter = strawberry.input(dataclasses.make_dataclass("GoingFilter", [("eq", enums["Going"])]))
    tests = [("going", going_filter), ("distance", IntFilter)]
    record_filter = strawberry.input(dataclasses.make_dataclass("RaceRecordFilter", tests))

    def resolve_groups(self: Any, by: list[GroupKey]) -> list[RaceGroup]:  # noqa: ARG001 - there is one key
        return by_distance(self.nodes)

    namespace = {"__annotations__": {"nodes": list[record]}, "groupBy": strawberry.field(resolve_groups)}
    connection = strawberry.type(type("RaceRecordConnection", (), namespace))

    def resolve_records(filter: record_filter | None = None, first: int | None = None) -> connection:  # noqa: A002
        if filter is None:
            return connection(nodes=records[:first])
        going, distance = filter.going.eq, filter.distance
        return connection(
            nodes=[row for row in records if row.going is going and distance.gte <= row.distance <= distance.lte]
        )

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


class TunedView(GraphQL):
    """Strawberry's view, writing JSON with orjson."""

    def encode_json(self, data: object) -> bytes:
        """Write the answer."""
        return orjson.dumps(data)


if __name__ == "__main__":
    options = common.arguments("--tuned")
    built = make_schema(common.load_rows(options.data), tuned=options.tuned)
    common.serve(TunedView(built) if options.tuned else GraphQL(built), options.port)
