"""Validation and execution of documents for one schema."""

from dataclasses import dataclass

import strawberry

from graphql_api.config import Settings
from graphql_api.execution.documents import Documents
from graphql_api.execution.engine import Engine
from graphql_api.execution.limits import Limits
from graphql_api.execution.projections import Projections


@dataclass(frozen=True, slots=True)
class Executor:
    """An engine and its documents."""

    engine: Engine
    documents: Documents


def make_executor(schema: strawberry.Schema, projections: Projections, settings: Settings) -> Executor:
    """Return the executor of a schema with the limits of ``settings``. It writes lists by ``projections``."""
    engine = Engine(schema, projections)
    documents = Documents(
        engine.schema,
        max_characters=settings.max_query_characters,
        max_tokens=settings.max_query_tokens,
        limits=_limits(settings),
        introspection=settings.introspection,
    )
    return Executor(engine, documents)


def _limits(settings: Settings) -> Limits:
    return Limits(
        depth=settings.max_query_depth,
        fields=settings.max_query_fields,
        aliases=settings.max_query_aliases,
        directives=settings.max_query_directives,
        root_fields=settings.max_query_root_fields,
        definitions=settings.max_query_definitions,
    )
