"""Where slips look races up: each once for a request."""

import asyncio
from collections.abc import Awaitable
from typing import Self

from graphql_api.execution.context import Context
from graphql_api.races.model import Race
from graphql_api.services import Services


class RaceLookup:
    """The service that knows races. None is known as long as no provider is installed."""

    @classmethod
    def open(cls, _services: Services) -> Self:
        """Take what the request's context knows."""
        return cls()

    async def race(self, _context: Context, _race_id: str) -> Race | None:
        """Return a race by its id on slips; None where nobody knows it."""
        return None


class SlipRaces:
    """The races of one request's slips."""

    def __init__(self, context: Context) -> None:
        """Look races up through the request's ``context``."""
        self._context = context
        self._found: dict[str, asyncio.Task[Race | None]] = {}

    def find(self, race_id: str) -> Awaitable[Race | None]:
        """Return a race; None where nobody knows it."""
        task = self._found.get(race_id)
        if task is None:
            lookup = self._context.use(RaceLookup).race(self._context, race_id)
            task = self._found[race_id] = asyncio.ensure_future(lookup)
        return task
