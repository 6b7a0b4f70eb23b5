"""Ariadne: schema first, dict rows; parsing and validation cached by its query_parser and query_validator hooks."""

from functools import lru_cache
from typing import Any

import graphql
from ariadne import ObjectType, QueryType, ScalarType, make_executable_schema
from ariadne.asgi import GraphQL

from benchmarks.operations import sdl
from benchmarks.peers import common

options = common.arguments()
source = common.load_rows(options.data)
rows = common.with_dates(source)
query, jockey = QueryType(), ObjectType("Jockey")
date = ScalarType("Date", serializer=lambda value: value.isoformat())


@query.field("jockey")
def resolve_jockey(_parent: object, _info: object, id: str) -> object:  # noqa: A002
    """Find the jockey."""
    return {} if common.find(rows, id, 0) is not None else None


@jockey.field("records")
def resolve_records(_parent: object, _info: object, first: int | None = None) -> object:
    """Cut the page."""
    return {"nodes": rows[:first]}


schema = make_executable_schema(sdl(common.enum_values(source)), query, jockey, date)


@lru_cache(maxsize=100)
def parse(text: str) -> graphql.DocumentNode:
    """Parse a document once."""
    return graphql.parse(text)


valid: dict[int, graphql.DocumentNode] = {}


def validate(schema: graphql.GraphQLSchema, document: graphql.DocumentNode, *rest: Any, **named: Any) -> list[Any]:
    """Validate a cached document once; keeping the document keeps its identity."""
    if id(document) in valid:
        return []
    errors = graphql.validate(schema, document, *rest, **named)
    if not errors:
        valid[id(document)] = document
    return errors


app = GraphQL(schema, query_parser=lambda _context, data: parse(data["query"]), query_validator=validate)
common.serve(app, options.port)
