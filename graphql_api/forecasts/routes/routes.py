"""The routes of the slice. Their endpoints are imported by the first request, so that other processes do not."""

from graphql_api.forecasts.routes import operations
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints


def routes(http: Http) -> list[ApiRoute]:
    """Serve the forecast of a race."""
    named = lazy_endpoints("graphql_api.forecasts.routes.endpoints:ForecastEndpoints", http)
    return [
        ApiRoute(
            "/races/{race_id}/forecast",
            named("race"),
            {"get": operations.race()},
            operations.schemas(),
            operations.FAILURES.components(),
            tags=operations.TAGS,
            coded_errors=True,
        )
    ]
