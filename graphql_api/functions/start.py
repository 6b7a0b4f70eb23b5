"""The start of the function that answers requests: the composition root, and the kinds of events that it handles."""

import os

from snapshot_restore_py import register_after_restore  # type: ignore[import-untyped]

from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.functions.api import HttpEvents, http_events
from graphql_api.functions.connection import connect
from graphql_api.functions.dispatch import Function, Kind, dispatch
from graphql_api.functions.gateway import is_http
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.scheduled import ScheduledJobs, names_a_job
from graphql_api.installed import SLICES
from graphql_api.jobs.runner import Jobs
from graphql_api.process import tune_process
from graphql_api.slices import Slice
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage


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
    return dispatch([Kind(is_http, _streamed(http) if streams else http.handle), Kind(names_a_job, scheduled.handle)])


def _streamed(http: HttpEvents) -> Function:
    """Make what streams the answers that can be; the other function does not import it."""
    from graphql_api.functions.streaming import StreamedEvents

    return StreamedEvents(http).handle
