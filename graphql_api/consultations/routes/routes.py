"""The routes of the slice, each with its description."""

from graphql_api.consultations.costs import END, READ, SEND, START
from graphql_api.consultations.routes import operations
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints


def routes(http: Http) -> list[ApiRoute]:
    """Return the routes of consultations."""
    sessions = lazy_endpoints("graphql_api.consultations.routes.sessions:Sessions", http.services)
    schemas = operations.schemas()
    one, messages = {"get": operations.read(), "delete": operations.delete()}, {"post": operations.send()}
    path, begin, tags = "/consultations", {"post": operations.start()}, operations.TAGS
    return [
        ApiRoute(path, sessions("start"), begin, schemas, tags=tags, coded_errors=True, costs={"post": START}),
        ApiRoute(f"{path}/{{session_id}}", sessions("one"), one, coded_errors=True, costs={"get": READ, "delete": END}),
        ApiRoute(
            f"{path}/{{session_id}}/messages", sessions("send"), messages, coded_errors=True, costs={"post": SEND}
        ),
    ]
