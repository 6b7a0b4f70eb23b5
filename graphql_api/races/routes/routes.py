"""The routes of the slice. Their endpoints are imported by the first request, so that other processes do not."""

from graphql_api.races.routes import operations
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints


def routes(http: Http) -> list[ApiRoute]:
    """Serve ``/races`` and ``/races/{race_id}``."""
    named = lazy_endpoints("graphql_api.races.routes.endpoints:RaceEndpoints", http)
    schemas, responses, tags = operations.schemas(), operations.FAILURES.components(), operations.TAGS
    day, race = {"get": operations.day()}, {"get": operations.race()}
    return [
        ApiRoute("/races", named("day"), day, schemas, responses, tags=tags, coded_errors=True),
        ApiRoute("/races/{race_id}", named("race"), race, coded_errors=True),
    ]
