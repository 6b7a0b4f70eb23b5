"""Messages of SQS, each a job of the queue; those that are to come again are told as failures."""

import asyncio
from dataclasses import dataclass
from typing import Any

from mangum.types import LambdaContext, LambdaEvent

from graphql_api.errors import ServiceError
from graphql_api.functions.dispatch import Reply
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.scheduled import RESERVE
from graphql_api.jobs.orders import read_order
from graphql_api.jobs.protocol import Message
from graphql_api.jobs.runner import JobResult, Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.worker import Handled, Worker
from graphql_api.logs import REQUEST_ID, EventLogger
from graphql_api.services import Services

LEAST_SECONDS = 5.0
"""Seconds of an invocation that are left for a job that is begun."""

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueuedJobs:
    """Does the jobs that SQS delivers, one after the other; it never raises for one, so that none undoes another."""

    jobs: Jobs
    services: Services
    metrics: Metrics

    def handle(self, event: LambdaEvent, context: LambdaContext) -> Reply:
        """Do the messages of an event, and name those that are to come again (``ReportBatchItemFailures``)."""
        outer = REQUEST_ID.set(context.aws_request_id)
        try:
            again = [record["messageId"] for record in event["Records"] if not self._is_done(record, context)]
        finally:
            REQUEST_ID.reset(outer)
        return {"batchItemFailures": [{"itemIdentifier": each} for each in again]}

    def _is_done(self, record: dict[str, Any], context: LambdaContext) -> bool:
        seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE
        message = Message(read_order(record["body"]), record["receiptHandle"])
        if message.order is None:  # SQS moves it to the dead letters in the end, where somebody may read it
            log.error("job_unreadable", message_id=record["messageId"])
            return False
        if seconds < LEAST_SECONDS:
            return False
        try:
            return self._do(message, seconds, context)
        except ServiceError as error:
            log.warning("worker_waits", **error.log_fields, exc_info=error)
            return False

    def _do(self, message: Message, seconds: float, context: LambdaContext) -> bool:
        queue = self.services.get(JobQueue)
        work = Worker(self.jobs, self.services, queue).handle(message, seconds)
        handled = asyncio.get_event_loop().run_until_complete(work)
        self._count(handled, context)
        if handled.again is None:
            return True
        queue.queue.release(message, handled.again)
        return False

    def _count(self, handled: Handled, context: LambdaContext) -> None:
        if handled.result is not None:
            self.metrics.job(handled.result, context.aws_request_id, {"JobsSucceeded": 1})
        elif handled.error is not None:
            name = "JobsFailed" if handled.again is None else "JobsRetried"
            self.metrics.job(JobResult({}), context.aws_request_id, {name: 1})
