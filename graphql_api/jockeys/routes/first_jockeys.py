"""Example jockeys for pages and the OpenAPI document: the first of the storage."""

import asyncio
import time
from collections.abc import Callable

from graphql_api.errors import ServiceError
from graphql_api.jockeys.repository import Jockeys
from graphql_api.logs import EventLogger
from graphql_api.web.examples import Examples

COUNT = 2
KEPT_SECONDS = 60.0
RETRY_SECONDS = 5.0
WAIT_SECONDS = 2.0
"""Maximum seconds that a page waits for its examples."""

SAMPLE_IDS = ("00001", "00002")
"""The first jockeys of the sample data."""

EMPTY = f"This server holds no jockeys yet: the examples show the id {SAMPLE_IDS[0]}, which has no file."
UNREACHABLE = (
    f"The storage cannot be reached at present: the examples show the id {SAMPLE_IDS[0]}, which may have none."
)

log = EventLogger(__name__)


class FirstJockeys:
    """Lists the first jockeys when a page needs them, and caches them for some time."""

    def __init__(
        self, repository: Jockeys, clock: Callable[[], float] = time.monotonic, wait: float = WAIT_SECONDS
    ) -> None:
        """List those of ``repository`` within ``wait`` seconds. ``clock`` returns seconds."""
        self._repository = repository
        self._clock = clock
        self._wait = wait
        self._kept = Examples(SAMPLE_IDS)
        self._until = clock()

    async def get(self) -> Examples:
        """Return the examples. Faults of the storage never raise an error."""
        if self._clock() >= self._until:
            self._kept = await self._list()
            self._until = self._clock() + (RETRY_SECONDS if self._kept.notice else KEPT_SECONDS)
        return self._kept

    async def _list(self) -> Examples:
        try:
            async with asyncio.timeout(self._wait):
                page = await self._repository.list_ids(limit=COUNT)
        except (ServiceError, TimeoutError) as error:
            log.warning("examples_not_listed", error=str(error), **getattr(error, "log_fields", {}))
            return Examples(SAMPLE_IDS, UNREACHABLE)
        except Exception:
            log.exception("examples_not_listed")
            return Examples(SAMPLE_IDS, UNREACHABLE)
        return Examples(tuple(page.ids)) if page.ids else Examples(SAMPLE_IDS, EMPTY)
