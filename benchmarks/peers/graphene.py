"""Graphene behind starlette-graphene3, its ASGI view; neither offers a cache of parsed documents."""

from typing import Any

import graphene
from starlette_graphene3 import GraphQLApp

from benchmarks.operations import FIELDS
from benchmarks.peers import common

options = common.arguments()
source = common.load_rows(options.data)
rows = common.with_dates(source)
TYPES: dict[str, Any] = {
    "Date": graphene.Date,
    "String": graphene.String,
    "Int": graphene.Int,
    "Float": graphene.Float,
    "[Int!]": lambda: graphene.List(graphene.NonNull(graphene.Int)),
    "ID": graphene.ID,
    **{kind: graphene.Enum.from_enum(enum) for kind, enum in common.make_enums(source).items()},
}
RaceRecord: Any = type("RaceRecord", (graphene.ObjectType,), {name: TYPES[kind]() for name, kind in FIELDS.items()})


class RaceRecordConnection(graphene.ObjectType):
    """A page of rows."""

    nodes = graphene.List(RaceRecord, required=True)


class Jockey(graphene.ObjectType):
    """The jockey."""

    records = graphene.Field(RaceRecordConnection, first=graphene.Int(), required=True)

    def resolve_records(self, _info: object, first: int | None = None) -> object:
        """Cut the page."""
        return {"nodes": rows[:first]}


class Query(graphene.ObjectType):
    """The entry point."""

    jockey = graphene.Field(Jockey, id=graphene.ID(required=True))

    def resolve_jockey(self, _info: object, id: str) -> Jockey | None:  # noqa: A002
        """Find the jockey."""
        return Jockey() if common.find(rows, id, 0) is not None else None


common.serve(GraphQLApp(graphene.Schema(query=Query, auto_camelcase=False)), options.port)
