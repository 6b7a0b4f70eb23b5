"""Liveness of the process, and readiness of its storage."""

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.errors import ServiceError
from graphql_api.services import Services
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.web.json_responses import uncached
from graphql_api.web.query_string import query_pairs, single


class Health:
    """The routes for load balancers and operators."""

    def __init__(self, services: Services) -> None:
        """Check the storage of ``services``, and report the counts of all their snapshots."""
        self.services = services
        self.shared = services.get(LoadThreads).shared

    def routes(self) -> list[Route]:
        """Return the routes to mount."""
        return [Route("/health", self.health), Route("/ready", self.ready)]

    async def health(self, request: Request) -> Response:
        """Respond that the process is alive. With ``?deep=1``, check the storage too."""
        if single(query_pairs(request.scope), ("deep",)).get("deep") in {"1", "true"}:
            return await self.ready(request)
        return uncached({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """Check the storage. Respond with 503 if it fails."""
        try:
            checks = await self.shared.run("check", self.services.storage.check)
        except ServiceError as error:
            return uncached({"status": "unavailable", "detail": error.message}, 503)
        counts = Counter[str]()
        for each in self.services.made(Snapshots):
            counts.update(each.stats())
        return uncached({"status": "ok", "checks": dict(checks), "cache": dict(counts)})
