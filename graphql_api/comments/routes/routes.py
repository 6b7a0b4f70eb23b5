"""The routes that the slice hands over. What answers them is imported by the first request: others start without it."""

from graphql_api.comments.routes import operations
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints


def routes(http: Http) -> list[ApiRoute]:
    """Serve ``/generate``, ``/comments`` and ``/comments/{job_id}``."""
    named = lazy_endpoints("graphql_api.comments.routes.endpoints:CommentRoutes", http)
    schemas, responses, tags = operations.schemas(), operations.FAILURES.components(), operations.TAGS
    asked, listed, one = {"post": operations.generate()}, {"get": operations.races()}, {"get": operations.comment()}
    return [
        ApiRoute("/generate", named("generate"), asked, schemas, responses, tags=tags, coded_errors=True),
        ApiRoute("/comments", named("races"), listed, coded_errors=True),
        ApiRoute("/comments/{job_id}", named("comment"), one, coded_errors=True),
    ]
