"""The routes of the slice. Their endpoints are imported by the first request, so that other processes do not."""

from graphql_api.odds.routes import operations
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints


def routes(http: Http) -> list[ApiRoute]:
    """Serve odds by race, with their history, and as prices of symbols."""
    named = lazy_endpoints("graphql_api.odds.routes.endpoints:OddsEndpoints", http)
    board, history = {"get": operations.board()}, {"get": operations.history()}
    listed, one = {"get": operations.prices()}, {"get": operations.price()}
    schemas, responses, tags = operations.schemas(), operations.FAILURES.components(), operations.TAGS
    return [
        ApiRoute("/races/{race_id}/odds", named("board"), board, schemas, responses, tags=tags, coded_errors=True),
        ApiRoute("/races/{race_id}/odds-history", named("history"), history, coded_errors=True),
        ApiRoute("/prices", named("prices"), listed, coded_errors=True),
        ApiRoute("/prices/{symbol}", named("price"), one, coded_errors=True),
    ]
