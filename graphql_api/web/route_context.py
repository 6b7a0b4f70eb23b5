"""The context and the cacheable response of plain routes that read snapshots, as resolvers of GraphQL do."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.execution.budget import Budget
from graphql_api.execution.context import Context
from graphql_api.web.conditional import not_modified
from graphql_api.web.deadline import deadline_of
from graphql_api.web.middleware import request_log
from graphql_api.web.responses import ChunkedBody, etag
from graphql_api.web.routes import Http


def request_context(http: Http, request: Request) -> Context:
    """Return a context with the deadline and the log of ``request``."""
    deadline, settings = deadline_of(request.scope), http.settings
    budget = Budget(values=settings.max_cost, seconds=deadline.seconds, since=deadline.begun)
    return Context(http.services, trace=request_log(request.scope).trace, settings=settings, budget=budget)


async def cacheable(http: Http, request: Request, context: Context, body: Mapping[str, Any]) -> Response:
    """Return ``body`` as JSON with an ETag. Caches may keep it as long as the snapshots that ``context`` has read.

    A body that was made without a snapshot is ``no-store``.
    """
    data = orjson.dumps(body)
    versions = context.versions
    age = f"public, max-age={min(each.max_age for each in versions)}" if versions else "no-store"
    tag = etag(blake2b(data, digest_size=16).hexdigest())
    headers = {"etag": tag, "cache-control": age}
    if not_modified(request.headers, tag):
        return ChunkedBody((), 304, headers)
    return await http.responder.respond(request.headers, [data], media_type="application/json", headers=headers)
