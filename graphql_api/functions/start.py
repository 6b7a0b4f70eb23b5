"""The start of a function: the composition root, the first connection, and the kinds of events that it handles."""

import os
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

from mangum.types import LambdaContext, LambdaEvent
from snapshot_restore_py import register_after_restore  # type: ignore[import-untyped]

from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.errors import ServiceError
from graphql_api.functions.api import HttpEvents, http_events
from graphql_api.functions.dispatch import Function, Kind, Reply, dispatch, is_of_a_queue
from graphql_api.functions.gateway import is_http
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.scheduled import ScheduledJobs, names_a_job
from graphql_api.installed import SLICES
from graphql_api.jobs.runner import Jobs
from graphql_api.process import tune_process
from graphql_api.slices import Slice, load
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.protocol import Storage
from graphql_api.storage.sources import open_storage

CONNECT_SECONDS = 2.5
"""What the start of a process waits for the storage, of the 10 seconds that Lambda gives it."""


def start(settings: Settings, slices: tuple[Slice, ...] = SLICES, *, streams: bool = False) -> Function:
    """Make the Lambda function of some slices, ready to answer; ``streams`` says that its runtime can."""
    storage = MeteredStorage(open_storage(settings))
    core = create_core(settings, storage, slices)
    connect(storage, slices)
    # A restored snapshot's connections are dead: find out before a request does.
    register_after_restore(connect, storage)
    cold = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "provisioned-concurrency"
    metrics = Metrics(settings.stage, storage, cold=cold)
    http = http_events(serve_core(core, settings, graphql_now=True), metrics)
    scheduled = ScheduledJobs(Jobs(slices), core.services, metrics)
    tune_process()
    kinds = [Kind(is_http, _streamed(http) if streams else http.handle), Kind(names_a_job, scheduled.handle)]
    if settings.jobs_queue:
        kinds.append(Kind(is_of_a_queue, _queued(scheduled)))
    return dispatch(kinds)


def _streamed(http: HttpEvents) -> Function:
    """Make what streams the answers that can be; the other function does not import it."""
    from graphql_api.functions.streaming import StreamedEvents

    return StreamedEvents(http).handle


def _queued(scheduled: ScheduledJobs) -> Function:
    """Make what does the jobs of a queue; it is imported when the first message comes."""

    def handle(event: LambdaEvent, context: LambdaContext) -> Reply:
        from graphql_api.functions.worker import QueuedJobs

        return QueuedJobs(scheduled.jobs, scheduled.services, scheduled.metrics).handle(event, context)

    return handle


def connect(storage: Storage, slices: Sequence[Slice] = ()) -> None:
    """Pay for the first connection before the first request comes: SDK, configuration, TLS; and for slices' imports.

    It raises nothing of the storage's and does not wait for long: what failed or hangs is for the first request to
    meet.
    """

    def attempt() -> None:
        with suppress(ServiceError):
            storage.check()

    thread = Thread(target=attempt, name="connect", daemon=True)
    thread.start()
    for each in slices:  # while the network is waited for
        for module in each.preload:
            load(module)
    thread.join(CONNECT_SECONDS)
