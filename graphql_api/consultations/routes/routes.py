"""The routes of the slice, each with its description."""

from graphql_api.consultations.routes import operations
from graphql_api.consultations.routes.sessions import Sessions
from graphql_api.web.plain_answers import coded_error
from graphql_api.web.routes import ApiRoute, Http


def routes(http: Http) -> list[ApiRoute]:
    """Return the routes of consultations."""
    sessions, schemas = Sessions(http.services), operations.schemas()
    one = {"get": operations.read(), "delete": operations.delete()}
    path = "/consultations"
    return [
        ApiRoute(path, sessions.start, {"post": operations.start()}, schemas, tags=operations.TAGS, refuse=coded_error),
        ApiRoute(f"{path}/{{session_id}}", sessions.one, one, refuse=coded_error),
        ApiRoute(f"{path}/{{session_id}}/messages", sessions.send, {"post": operations.send()}, refuse=coded_error),
    ]
