"""The composition root: the only place that wires storage, cache, engine and routes into an application."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from graphql_api import DISTRIBUTION, logs
from graphql_api.config import Settings
from graphql_api.errors import ServiceError
from graphql_api.execution.context import Context
from graphql_api.execution.offload import Offload
from graphql_api.execution.projections import Projections
from graphql_api.installed import SLICES
from graphql_api.jobs.beside import working
from graphql_api.once import Once
from graphql_api.process import keep_what_was_made, without_collections
from graphql_api.services import Services
from graphql_api.slices import Slice, load
from graphql_api.snapshots.kinds import Kinds
from graphql_api.storage.protocol import Storage
from graphql_api.storage.sources import open_storage
from graphql_api.store.location import locate_store
from graphql_api.web import static_pages
from graphql_api.web.deadline import with_deadline
from graphql_api.web.descriptions import Descriptions
from graphql_api.web.examples import GetExamples, no_examples
from graphql_api.web.fast_path import FastPathRouter
from graphql_api.web.graphql_app import GraphQLApp, GraphQLParts
from graphql_api.web.health import Health
from graphql_api.web.in_flight import InFlight
from graphql_api.web.json_responses import http_error, service_error
from graphql_api.web.middleware import MaskMiddleware, RequestMiddleware
from graphql_api.web.openapi.routes import OpenApi
from graphql_api.web.pipeline import Layer, pipeline
from graphql_api.web.query_string import QueryMiddleware
from graphql_api.web.response_cache import ResponseCache
from graphql_api.web.responses import Responder
from graphql_api.web.routes import ApiRoute, Http, coded_paths
from graphql_api.web.validators import Validators

if TYPE_CHECKING:
    import strawberry

    from graphql_api.execution.documents import Documents
    from graphql_api.execution.engine import Engine
    from graphql_api.execution.executor import Executor

GRAPHQL = "/graphql"


@dataclass(frozen=True, slots=True)
class Core:
    """Data access and execution, without HTTP. ``executor`` imports GraphQL when it is first called."""

    services: Services
    projections: Projections
    executor: "Once[Executor]"
    settings: Settings
    slices: Sequence[Slice]

    @property
    def engine(self) -> "Engine":
        """Return the engine that executes operations."""
        return self.executor().engine

    @property
    def documents(self) -> "Documents":
        """Return the cache that validates documents."""
        return self.executor().documents

    async def run(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> bytes:
        """Answer one operation with the response map that HTTP would carry."""
        from graphql_api.execution.engine import Answer
        from graphql_api.web.graphql_response import response_map

        request_id = uuid.uuid4().hex
        document = self.documents.get(query)
        if document.errors:
            answer = Answer(None, document.errors)
        else:
            with Context(self.services, request_id, settings=self.settings) as context:
                answer = await self.engine.execute(document, operation_name, variables, context)
        return b"".join(response_map(answer, request_id))


def create_core(
    settings: Settings,
    storage: Storage | None = None,
    slices: tuple[Slice, ...] = SLICES,
    schema: "strawberry.Schema | None" = None,
) -> Core:
    """Connect all parts below HTTP. ``storage`` replaces that of the settings, ``schema`` that of the slices.

    Raises ``ConfigError`` if a storage or store of the settings is invalid.
    """
    logs.configure(settings.log_level)
    locate_store(settings)  # told now: what uses the store may be opened days later
    services = Services(settings, storage or open_storage(settings))
    projections = Projections(settings.encoded_bytes, settings.max_response_bytes)

    def executor() -> "Executor":
        from graphql_api.execution.executor import make_executor

        return make_executor(schema or api_schema(slices), projections, settings)

    return Core(services, projections, Once(executor), settings, slices)


@cache
def api_schema(slices: tuple[Slice, ...] = SLICES) -> "strawberry.Schema":
    """Return the schema of some slices, made once."""
    from graphql_api.execution.root import build_schema

    queries = [load(each.query) for each in slices if each.query]
    mutations = [load(each.mutation) for each in slices if each.mutation]
    extensions: dict[str, list[type]] = {}
    for each in slices:
        for name, where in each.extensions.items():
            extensions.setdefault(name, []).append(load(where))
    return build_schema(queries, mutations, extensions)


def api_schema_text(slices: Sequence[Slice] = SLICES) -> str:
    """Return the schema of some slices in SDL."""
    return api_schema(tuple(slices)).as_str().rstrip("\n") + "\n"


def create_app(settings: Settings, storage: Storage | None = None) -> ASGIApp:
    """Return an application with its own caches. ``storage`` replaces that of the settings."""
    return serve_core(create_core(settings, storage), settings)


def serve_core(core: Core, settings: Settings, *, graphql_now: bool = False) -> ASGIApp:
    """Return the application that serves ``core`` over HTTP: the pipeline and its routes.

    GraphQL is imported and built by the first request for it. It is built at once with ``graphql_now``, and if
    there are trusted documents. Raises ``ConfigError`` if these cannot be read.
    """
    responder = Responder(settings.encoded_bytes, InFlight(settings.in_flight_bytes))
    graphql = GraphQLApp(lambda: _graphql_parts(core, http, shown.explorer if settings.has_explorer else None))
    http = Http(core.services, Offload(), responder, core.projections, graphql)
    examples = _examples(core.slices, http)
    shown = static_pages.Pages(examples, responder, graphiql=settings.has_explorer)
    named = graphql.parts().named if graphql_now or settings.documents or settings.trusted_only else None
    operations, values = (named.described(), named.enum_values()) if named else ([], {})
    sliced: list[ApiRoute] = [made for each in core.slices if each.routes for made in load(each.routes)(http)]
    openapi = OpenApi(examples, operations, values, sliced, responder, version(DISTRIBUTION))
    routes = [
        *(each.route() for each in sliced),
        *map(with_deadline, (*Health(core.services).routes(), *graphql.routes())),
    ]
    described = Descriptions(lambda: api_schema_text(core.slices), graphql, openapi, responder, settings)
    tools = [_mcp(graphql, openapi.version, settings)] if settings.mcp else []
    people: list[Route] = [made for each in core.slices if each.pages for made in load(each.pages)(http, examples)]
    others = _router(
        [*routes, *openapi.routes(), *described.routes(), *tools, *people, *shown.routes()], core, http.offload
    )
    return pipeline(_layers(core.slices, http, coded_paths(sliced)), FastPathRouter(GRAPHQL, graphql, others, settings))


def _mcp(graphql: GraphQLApp, version: str, settings: Settings) -> Route:
    """Return the route of MCP, which is imported only if it is turned on. Raises ``ConfigError``."""
    from graphql_api.web.mcp.route import McpEndpoint

    return McpEndpoint(graphql, version, settings).route()


def graphql_parts(core: Core) -> GraphQLParts:
    """Return the parts of GraphQL for callers without HTTP. Raises ``ConfigError``."""
    settings = core.settings
    responder = Responder(settings.encoded_bytes, InFlight(settings.in_flight_bytes))
    graphql = GraphQLApp(lambda: _graphql_parts(core, http, None))
    http = Http(core.services, Offload(), responder, core.projections, graphql)
    return graphql.parts()


@without_collections()
def _graphql_parts(core: Core, http: Http, explorer: Callable[[Request], Awaitable[Response]] | None) -> GraphQLParts:
    """Import and build GraphQL. Raises ``ConfigError``."""
    from graphql_api.web.endpoint import GraphQLEndpoint
    from graphql_api.web.persisted import Persisted
    from graphql_api.web.trusted import load_trusted
    from graphql_api.web.trusted_operations.routes import TrustedOperations

    settings, documents = core.settings, core.documents
    trusted = load_trusted(settings, documents)
    kinds = Kinds(core.services, {name: where for each in core.slices for name, where in each.snapshots.items()})
    endpoint = GraphQLEndpoint(
        core.engine,
        http.offload,
        documents,
        Persisted(documents, trusted, trusted_only=settings.trusted_only),
        core.services,
        Validators(kinds),
        http.responder,
        settings,
        explorer,
        release(),
    )
    parts = GraphQLParts(endpoint, TrustedOperations(endpoint, trusted))
    keep_what_was_made()
    return parts


def _layers(slices: Sequence[Slice], http: Http, coded: tuple[str, ...]) -> list[Layer]:
    """Return the layers from the outermost to the innermost. Errors of the paths ``coded`` have codes."""
    settings = http.settings
    sliced = (load(each.layer)(http) for each in slices if each.layer)
    return [
        lambda app: RequestMiddleware(app, settings.max_header_bytes, settings.request_timeout, coded),
        *(layer for layer in sliced if layer is not None),
        partial(ResponseCache, graphql=GRAPHQL, in_flight=http.responder.in_flight, settings=settings),
    ]


def _router(routes: list[Route], core: Core, offload: Offload) -> Starlette:
    """Return the application of all routes except GraphQL. It closes all services when the server stops."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with working(core.slices, core.services):
            yield
        core.services.close()
        offload.close()

    router = Starlette(
        routes=routes,
        middleware=[
            Middleware(MaskMiddleware),
            Middleware(QueryMiddleware, max_bytes=core.settings.max_url_bytes, refuse=service_error),
        ],
        exception_handlers={ServiceError: service_error, HTTPException: http_error},
        lifespan=lifespan,
    )
    router.router.redirect_slashes = False  # a redirect would repeat whatever Host the client sent
    return router


def _examples(slices: Sequence[Slice], http: Http) -> GetExamples:
    """Return the function for examples of pages, from the first slice that has one."""
    return next((load(each.examples)(http) for each in slices if each.examples), no_examples)


@cache
def release() -> bytes:
    """Return a digest of this package's code, a part of ETags, since new code may give other responses."""
    digest = blake2b(digest_size=16)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()
