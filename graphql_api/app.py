"""The composition root: the only place that wires storage, cache, engine and routes into an application."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from graphql_api import logs, pages, rest
from graphql_api.config import Settings
from graphql_api.context import Context
from graphql_api.documents import Documents
from graphql_api.endpoint import GraphQLEndpoint
from graphql_api.errors import ServiceError
from graphql_api.execution import Answer, Engine
from graphql_api.graphql_response import response_map
from graphql_api.limits import Limits
from graphql_api.middleware import RequestMiddleware
from graphql_api.projections import Projections
from graphql_api.repository import Repository
from graphql_api.responses import Responder
from graphql_api.schema import schema
from graphql_api.storage import Storage, open_storage

EXPOSED_HEADERS = ("ETag", "Server-Timing", "X-Request-Id")


@dataclass(frozen=True, slots=True)
class Core:
    """Data access and execution, without HTTP."""

    repository: Repository
    engine: Engine
    documents: Documents

    async def run(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> bytes:
        """Answer one operation with the response map that HTTP would carry."""
        request_id = uuid.uuid4().hex
        document = self.documents.get(query)
        if document.errors:
            answer = Answer(None, document.errors)
        else:
            answer = await self.engine.execute(
                document, operation_name, variables, Context(self.repository, request_id)
            )
        return b"".join(response_map(answer, request_id))


def create_core(settings: Settings, storage: Storage | None = None) -> Core:
    """Wire everything below HTTP; ``storage`` replaces the one that the settings name."""
    logs.configure(settings.log_level)
    engine = Engine(schema, Projections(settings.encoded_bytes))
    documents = Documents(
        engine.schema,
        max_characters=settings.max_query_characters,
        max_tokens=settings.max_query_tokens,
        limits=Limits(),
        introspection=settings.introspection,
    )
    return Core(Repository(storage or open_storage(settings), settings), engine, documents)


def create_app(settings: Settings, storage: Storage | None = None) -> Starlette:
    """Make an application with caches of its own; ``storage`` replaces the one that the settings name."""
    core = create_core(settings, storage)
    responder = Responder(settings.encoded_bytes)
    explorer = pages.explorer if settings.graphiql else None
    graphql = GraphQLEndpoint(core.engine, core.documents, core.repository, responder, settings, explorer)
    routes = rest.Rest(core.repository, core.engine.projections, responder, version("graphql-api"))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        core.repository.close()

    return Starlette(
        routes=[Route("/graphql", graphql), *routes.routes(), *pages.routes(graphiql=settings.graphiql)],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=("GET", "HEAD", "POST"),
                allow_headers=("Content-Type", "If-None-Match", "X-Request-Id"),
                expose_headers=EXPOSED_HEADERS,
                max_age=86_400,
            ),
            Middleware(RequestMiddleware),
        ],
        exception_handlers={ServiceError: rest.service_error, HTTPException: rest.http_error},
        lifespan=lifespan,
    )
