"""The routes that the slice hands over. What answers them is imported by the first request: others start without it."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.comments.routes import operations
from graphql_api.web.routes import ApiRoute, Http

if TYPE_CHECKING:
    from graphql_api.comments.routes.endpoints import CommentRoutes


def routes(http: Http) -> list[ApiRoute]:
    """Serve ``/generate``, ``/comments`` and ``/comments/{job_id}``."""

    async def generate(request: Request) -> Response:
        return await _endpoints(http).generate(request)

    async def races(request: Request) -> Response:
        return await _endpoints(http).races(request)

    async def comment(request: Request) -> Response:
        return await _endpoints(http).comment(request)

    schemas, responses, tags = operations.schemas(), operations.responses(), operations.TAGS
    asked, listed, one = {"post": operations.generate()}, {"get": operations.races()}, {"get": operations.comment()}
    return [
        ApiRoute("/generate", generate, asked, schemas, responses, tags=tags, coded_errors=True),
        ApiRoute("/comments", races, listed, coded_errors=True),
        ApiRoute("/comments/{job_id}", comment, one, coded_errors=True),
    ]


def _endpoints(http: Http) -> "CommentRoutes":
    from graphql_api.comments.routes.endpoints import CommentRoutes

    return CommentRoutes(http)
