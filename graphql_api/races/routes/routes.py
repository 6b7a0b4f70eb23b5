"""The routes that the slice hands over. What answers them is imported by the first request: others start without it."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.races.routes import openapi
from graphql_api.web.routes import ApiRoute, Http

if TYPE_CHECKING:
    from graphql_api.races.routes.endpoints import RaceEndpoints


def routes(http: Http) -> list[ApiRoute]:
    """Serve ``/races`` and ``/races/{race_id}``."""

    async def day(request: Request) -> Response:
        return await _endpoints(http).day(request)

    async def race(request: Request) -> Response:
        return await _endpoints(http).race(request)

    schemas, responses = openapi.schemas(), openapi.responses()
    return [
        ApiRoute("/races", day, {"get": openapi.day()}, schemas, responses, tags=openapi.TAGS, coded_errors=True),
        ApiRoute("/races/{race_id}", race, {"get": openapi.race()}, coded_errors=True),
    ]


def _endpoints(http: Http) -> "RaceEndpoints":
    from graphql_api.races.routes.endpoints import RaceEndpoints

    return RaceEndpoints(http)
