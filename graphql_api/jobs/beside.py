"""Workers beside the requests of the plain server, from when there can be jobs: before, nothing of them is imported."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from graphql_api.services import Services
from graphql_api.slices import Slice
from graphql_api.store.service import is_begun

if TYPE_CHECKING:
    from graphql_api.jobs.embedded import EmbeddedWorkers

LOOK_SECONDS = 1.0
"""Seconds between two looks for the file of the store: as long as a worker waits for the job of another process."""


@asynccontextmanager
async def working(slices: Sequence[Slice], services: Services) -> AsyncIterator[None]:
    """Run jobs in threads during the block, unless the settings leave them to other workers. Raises ``ConfigError``."""
    settings = services.settings
    if settings.jobs_queue or not settings.jobs_workers:
        yield
        return
    is_begun(settings)  # who starts the server is told of a wrong setting at once
    starting = asyncio.create_task(_start(slices, services))
    try:
        yield
    finally:
        if starting.cancel():
            await asyncio.wait({starting})
        else:
            await asyncio.to_thread(starting.result().stop)


async def _start(slices: Sequence[Slice], services: Services) -> "EmbeddedWorkers":
    """Start the threads when the store exists: the first job that is submitted creates it."""
    while not is_begun(services.settings):  # noqa: ASYNC110 - another process may make the file
        await asyncio.sleep(LOOK_SECONDS)
    from graphql_api.jobs.embedded import EmbeddedWorkers
    from graphql_api.jobs.runner import Jobs

    workers = EmbeddedWorkers(Jobs(slices), services, services.settings.jobs_workers)
    workers.start()
    return workers
