"""Routes of slices: what they are made of, and how each is described to OpenAPI."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.config import Settings
from graphql_api.execution.offload import Offload
from graphql_api.services import Services
from graphql_api.web.responses import Responder

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Http:
    """What a slice makes its routes of: its services, threads for long work, and what writes answers."""

    services: Services
    offload: Offload
    responder: Responder

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        return self.services.settings


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """A path, what answers it, and OpenAPI's description of each of its methods.

    ``operations`` maps a method in lower case (``get``) to its Operation Object; HEAD comes with GET. ``schemas`` are
    components that these refer to. An answer may be kept by caches only where the endpoint says so.
    """

    path: str
    endpoint: Callable[[Request], Awaitable[Response]]
    operations: Mapping[str, Json]
    schemas: Json = field(default_factory=dict)

    def route(self) -> Route:
        """Return the route to mount."""
        return Route(self.path, self.endpoint, methods=[method.upper() for method in self.operations])


def described(routes: Sequence[ApiRoute]) -> tuple[dict[str, Json], dict[str, Any]]:
    """Return the OpenAPI paths of some routes, and the components that these refer to."""
    paths: dict[str, Json] = {each.path: each.operations for each in routes}
    return paths, {name: schema for each in routes for name, schema in each.schemas.items()}
