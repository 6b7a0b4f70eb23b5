"""Workers beside the requests of the plain server, from when there can be jobs: before, nothing of them is imported."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from graphql_api.services import Services
from graphql_api.slices import Slice, load
from graphql_api.store.service import is_begun

if TYPE_CHECKING:
    from graphql_api.jobs.embedded import EmbeddedWorkers
    from graphql_api.jobs.schedules import EmbeddedSchedules

LOOK_SECONDS = 0.2
"""Seconds between two looks for the file of the store, a system call each; the first job waits so long at most."""


@asynccontextmanager
async def working(slices: Sequence[Slice], services: Services) -> AsyncIterator[None]:
    """Run jobs in threads during the block, unless the settings leave them to other workers.

    Raises ``ConfigError``, and ``ValueError`` for a schedule that cannot be read.
    """
    settings = services.settings
    if settings.jobs_queue or not settings.jobs_workers:
        yield
        return
    from graphql_api.jobs.expressions import due_of

    is_begun(settings)  # who starts the server is told of a wrong setting at once, and of a wrong schedule
    for job, expression in (found for each in slices for found in each.schedules.items()):
        due_of(job, expression)
    started: list[EmbeddedWorkers | EmbeddedSchedules] = []
    starting = asyncio.create_task(_start(slices, services, started))
    try:
        yield
    finally:
        starting.cancel()
        await asyncio.wait({starting})
        await asyncio.gather(*(asyncio.to_thread(each.stop) for each in started))


async def _start(
    slices: Sequence[Slice], services: Services, started: "list[EmbeddedWorkers | EmbeddedSchedules]"
) -> None:
    """Start the threads when the store exists: the first job that is submitted creates it, or a schedule's claim."""
    early = expressions(slices, services, is_begun=False)
    _schedule(slices, services, early, started)
    while not is_begun(services.settings):  # noqa: ASYNC110 - another process may make the file
        await asyncio.sleep(LOOK_SECONDS)
    from graphql_api.jobs.embedded import EmbeddedWorkers
    from graphql_api.jobs.runner import Jobs

    late = expressions(slices, services, is_begun=True)
    _schedule(slices, services, {job: late[job] for job in late.keys() - early.keys()}, started)
    workers = EmbeddedWorkers(Jobs(slices), services, services.settings.jobs_workers)
    workers.start()
    started.append(workers)


def expressions(slices: Sequence[Slice], services: Services, *, is_begun: bool) -> dict[str, str]:
    """Return the schedules that run now, expressions by job; ``is_begun`` tells whether there is a store.

    A slice tells by its settings whether it wants them. One that does not tell has them once there is a store.
    """
    found: dict[str, str] = {}
    for each in slices:
        if each.schedules and (load(each.scheduled)(services.settings) if each.scheduled else is_begun):
            found |= each.schedules
    return found


def _schedule(
    slices: Sequence[Slice],
    services: Services,
    chosen: Mapping[str, str],
    started: "list[EmbeddedWorkers | EmbeddedSchedules]",
) -> None:
    """Start the threads of some schedules, if there are any."""
    if not chosen:
        return
    from graphql_api.jobs.runner import Jobs
    from graphql_api.jobs.schedules import EmbeddedSchedules

    schedules = EmbeddedSchedules(Jobs(slices), services, chosen)
    schedules.start()
    started.append(schedules)
