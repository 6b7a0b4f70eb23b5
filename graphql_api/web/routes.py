"""Routes of slices, with their description in OpenAPI."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.config import Settings
from graphql_api.execution.offload import Offload
from graphql_api.execution.projections import Projections
from graphql_api.once import Once
from graphql_api.services import Services
from graphql_api.slices import load
from graphql_api.web.charge import reserve
from graphql_api.web.deadline import with_deadline
from graphql_api.web.examples import Examples
from graphql_api.web.graphql_app import GraphQLApp
from graphql_api.web.responses import Responder

Json = Mapping[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Http:
    """The parts that routes of a slice use.

    Services, threads for long work, the writer of responses, the cache of rows that were written, and
    the GraphQL endpoint.
    """

    services: Services
    offload: Offload
    responder: Responder
    projections: Projections
    graphql: GraphQLApp

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        return self.services.settings


def no_parameters(_examples: Examples) -> Json:
    """Return no components: the parameters of most routes are part of their operations."""
    return {}


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """A path, its endpoint, and OpenAPI's description of each of its methods.

    ``operations`` maps a method in lower case (``get``) to its Operation Object; HEAD comes with GET. ``schemas``,
    ``responses`` and ``parameters`` are the components that these refer to. Several routes may have the same ones.
    ``tags`` are the operations' groups, with what each is about. The parameters are a function of the ids that the
    document shows as examples. An answer may be kept by caches only where the endpoint says so. With ``coded_errors``
    all errors of the path are ``{"error": {"message": …, "code": …}}``, else ``{"detail": …}``. ``costs`` maps methods
    to what a request costs its caller, in values of an answer; where there is none, the endpoint charges.
    """

    path: str
    endpoint: Endpoint
    operations: Mapping[str, Json]
    schemas: Json = field(default_factory=dict)
    responses: Json = field(default_factory=dict)
    parameters: Callable[[Examples], Json] = no_parameters
    tags: Mapping[str, str] = field(default_factory=dict)
    coded_errors: bool = False
    costs: Mapping[str, int] = field(default_factory=dict)

    def route(self) -> Route:
        """Return the route to mount. Its endpoint must make its response before the request's deadline."""
        return with_deadline(Route(self.path, self._charged, methods=[method.upper() for method in self.operations]))

    async def _charged(self, request: Request) -> Response:
        """Answer once the request is paid for: what changes something has no effect before its caller is admitted."""
        method = "get" if request.method == "HEAD" else request.method.lower()
        if method in self.costs or method != "get":
            await reserve(request.scope, self.costs.get(method, 0))
        return await self.endpoint(request)


def coded_paths(routes: Iterable[ApiRoute]) -> tuple[str, ...]:
    """Return the paths whose errors have a code. A path with parameters ends before the first one, in a slash."""
    return tuple(dict.fromkeys(route.path.partition("{")[0] for route in routes if route.coded_errors))


@dataclass(frozen=True, slots=True)
class Described:
    """The OpenAPI paths of some routes, and the components that these refer to."""

    paths: Json
    schemas: Json
    responses: Json
    parameters: Json
    tags: Mapping[str, str]


def described(routes: Sequence[ApiRoute], examples: Examples) -> Described:
    """Describe some routes with ``examples``."""
    return Described(
        paths={route.path: route.operations for route in routes},
        schemas=_merged(route.schemas for route in routes),
        responses=_merged(route.responses for route in routes),
        parameters=_merged(route.parameters(examples) for route in routes),
        tags=_merged(route.tags for route in routes),
    )


def _merged(components: Iterable[Json]) -> Json:
    return {name: component for part in components for name, component in part.items()}


def lazy_endpoints(where: str, given: Services | Http) -> Callable[[str], Endpoint]:
    """Return a function from a name to that endpoint of the object ``where`` (``module:class``) makes of ``given``.

    The module is imported by the first request, in a thread, so that other requests do not wait for it.
    """
    endpoints = Once(lambda: load(where)(given))

    def named(name: str) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            made = endpoints.made
            if made is None:
                made = await asyncio.to_thread(endpoints)
            response: Response = await getattr(made, name)(request)
            return response

        return endpoint

    return named
