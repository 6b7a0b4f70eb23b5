"""Events that name a job: a schedule sends them as its input (deploy/events.yml)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from mangum.types import LambdaContext, LambdaEvent

from graphql_api.functions.dispatch import Reply, unknown
from graphql_api.functions.metrics import Metrics
from graphql_api.jobs.runner import JobRun, Jobs, UnknownJob
from graphql_api.logs import REQUEST_ID
from graphql_api.services import Services

SOURCE = "graphql_api.jobs"
"""Of an event that names a job; no other service sends it."""

RESERVE = 2.0
"""Seconds of an invocation that a job leaves unused, since what Lambda kills loses its caches."""


@dataclass(frozen=True, slots=True)
class ScheduledJobs:
    """Runs the job that an event names, on the loop that requests use."""

    jobs: Jobs
    services: Services
    metrics: Metrics

    def handle(self, event: LambdaEvent, context: LambdaContext) -> Reply:
        """Run a job within the time that the invocation has. Raises ``UnknownEvent``, and what the job raises."""
        seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE
        outer = REQUEST_ID.set(context.aws_request_id)
        try:
            run = JobRun(seconds, event.get("input") or {})
            work = self.jobs.run(str(event.get("job")), self.services, run)
            result = asyncio.get_event_loop().run_until_complete(work)
        except UnknownJob as error:
            raise unknown(event, context) from error
        finally:
            REQUEST_ID.reset(outer)
        self.metrics.job(result, context.aws_request_id)
        return dict(result.told)


def names_a_job(event: Any) -> bool:
    """Return whether an event is one of ours; any other schedule's is not."""
    return isinstance(event, dict) and event.get("source") == SOURCE
