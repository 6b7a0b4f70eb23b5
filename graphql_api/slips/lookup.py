"""Looking up races for slips, each race once for a request."""

import asyncio
from collections.abc import Awaitable
from typing import Self

from graphql_api.errors import EngineMissing, IndexRequired, UpstreamUnavailable
from graphql_api.execution.context import Context
from graphql_api.races.ids import bridge_place
from graphql_api.races.lookup import race_at, race_by_id
from graphql_api.races.model import Race
from graphql_api.services import Services


class RaceLookup:
    """The service for races of the archive and of the provider."""

    @classmethod
    def open(cls, _services: Services) -> Self:
        """Return the service, which uses the request's context."""
        return cls()

    async def race(self, context: Context, race_id: str) -> Race | None:
        """Return a race by its id on slips. None if it is not known, or its source is not available."""
        found = race_at(context, bridge_place(race_id)) if "_" in race_id else race_by_id(context, race_id)
        try:
            return await found
        except (EngineMissing, IndexRequired, UpstreamUnavailable):
            return None


class SlipRaces:
    """The races of one request's slips."""

    def __init__(self, context: Context) -> None:
        """Look up races by the request's ``context``."""
        self._context = context
        self._found: dict[str, asyncio.Task[Race | None]] = {}

    def find(self, race_id: str) -> Awaitable[Race | None]:
        """Return a race. None if it is not known."""
        task = self._found.get(race_id)
        if task is None:
            lookup = self._context.use(RaceLookup).race(self._context, race_id)
            task = self._found[race_id] = asyncio.ensure_future(lookup)
        return task
