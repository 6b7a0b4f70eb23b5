"""The routes of the slice. Their endpoints are imported by the first request, so that other processes do not."""

from graphql_api.comments.routes import operations
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints

ASK = {"post": 200_000}
READ = {"get": 10_000}
"""Costs of requests for a caller, in values of a response. To request a comment costs as much as the mutation."""


def routes(http: Http) -> list[ApiRoute]:
    """Serve ``/generate``, ``/comments`` and ``/comments/{job_id}``."""
    named = lazy_endpoints("graphql_api.comments.routes.endpoints:CommentRoutes", http)
    schemas, responses, tags = operations.schemas(), operations.FAILURES.components(), operations.TAGS
    asked, listed, one = {"post": operations.generate()}, {"get": operations.races()}, {"get": operations.comment()}
    return [
        ApiRoute("/generate", named("generate"), asked, schemas, responses, tags=tags, coded_errors=True, costs=ASK),
        ApiRoute("/comments", named("races"), listed, coded_errors=True, costs=READ),
        ApiRoute("/comments/{job_id}", named("comment"), one, coded_errors=True, costs=READ),
    ]
