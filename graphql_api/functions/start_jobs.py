"""The start of functions that do jobs, of schedules and of the queue: without HTTP, and without GraphQL."""

import asyncio

from snapshot_restore_py import register_after_restore  # type: ignore[import-untyped]

from graphql_api import logs
from graphql_api.config import Settings
from graphql_api.functions.connection import connect
from graphql_api.functions.dispatch import Function, Kind, dispatch, is_of_a_queue
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.scheduled import ScheduledJobs, names_a_job
from graphql_api.functions.worker import QueuedJobs
from graphql_api.installed import SLICES
from graphql_api.jobs.runner import Jobs
from graphql_api.services import Services
from graphql_api.slices import Slice
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage


def start_jobs(settings: Settings, slices: tuple[Slice, ...] = SLICES) -> Function:
    """Make the Lambda function that runs jobs of some slices: those that events name, and those of the queue."""
    logs.configure(settings.log_level)
    asyncio.set_event_loop(asyncio.new_event_loop())  # one for all invocations, as services are bound to it
    storage = MeteredStorage(open_storage(settings))
    services = Services(settings, storage)
    connect(storage)
    register_after_restore(connect, storage)
    metrics = Metrics(settings.stage, storage, cold=True)
    scheduled = ScheduledJobs(Jobs(slices), services, metrics)
    kinds = [Kind(names_a_job, scheduled.handle)]
    if settings.jobs_queue:
        kinds.append(Kind(is_of_a_queue, QueuedJobs(scheduled.jobs, services, metrics).handle))
    return dispatch(kinds)
