"""What a worker does with a message, whichever queue delivers it: claim the job, run it, write what came of it."""

import asyncio
from dataclasses import dataclass

from graphql_api.errors import ItemTooLarge, RequestTimeout, ServiceError, StoreUnavailable, UpstreamUnavailable
from graphql_api.execution.budget import answered
from graphql_api.jobs.ledger import Busy
from graphql_api.jobs.model import WORKER_LOST, JobRecord, JobState, Order
from graphql_api.jobs.protocol import Message
from graphql_api.jobs.runner import JobResult, JobRun, Jobs, UnknownJob
from graphql_api.jobs.service import JobQueue
from graphql_api.logs import EventLogger
from graphql_api.services import Services

PASSING = frozenset({429, 503, 504})
"""Statuses of our errors after which the same attempt may succeed later."""

UNKNOWN_JOB = "UNKNOWN_JOB"

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of a message: it may be forgotten, or is to come again in ``again`` seconds.

    ``result`` is that of a job that succeeded, ``error`` the code of one whose attempt failed.
    """

    again: float | None = None
    result: JobResult | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """Does the jobs of one application."""

    jobs: Jobs
    services: Services
    queue: JobQueue

    async def handle(self, message: Message, seconds: float) -> Handled:
        """Run the job that a message names, within ``seconds``. Calls to the store block the event loop.

        Raises ``StoreUnavailable`` if the store remains unavailable; the message must then be delivered again.
        """
        if message.order is None:
            log.error("job_unreadable")
            return Handled(error=UNKNOWN_JOB)
        claim = self.queue.ledger.claim(message.order, self.jobs.waits(message.order.job))
        if claim is None:
            return await self._nothing_to_do(message.order)
        if isinstance(claim, Busy):
            return Handled(again=claim.seconds)
        try:
            result = await self._run(claim, seconds)
        except Exception as error:  # noqa: BLE001 - whatever a job raises is its end, not the worker's
            return await self._failed(claim, error)
        return await self._succeeded(claim, result)

    async def _nothing_to_do(self, order: Order) -> Handled:
        """Report once a job whose workers were all lost; any other is done."""
        if not self.queue.ledger.bury(order):
            return Handled()
        log.error("job_failed", job=order.job, name=order.name, code=WORKER_LOST)
        await self._tell_dead_letter(order)
        return Handled(error=WORKER_LOST)

    async def _run(self, claim: JobRecord, seconds: float) -> JobResult:
        limit = min(seconds, self.queue.ledger.times.attempt)
        order = claim.order
        # With the time: runs are counted anew once a record has expired.
        name = f"{order.name}-{order.run}-{claim.attempts}-{int(1000 * (claim.started or 0))}"
        run = JobRun(limit, order.input, name)
        try:
            with answered():  # a budget that is spent raises what is no Exception, and would end the worker
                return await asyncio.wait_for(self.jobs.run(claim.order.job, self.services, run), limit)
        except TimeoutError as error:
            raise RequestTimeout("The job took too long.") from error

    async def _succeeded(self, claim: JobRecord, result: JobResult) -> Handled:
        try:
            is_ours = self.queue.ledger.succeed(claim, dict(result.told))
        except ItemTooLarge as error:
            return await self._failed(claim, error)
        if not is_ours:
            log.warning("job_finished_late", job=claim.order.job, name=claim.order.name)
            return Handled()
        log.info("job_succeeded", job=claim.order.job, name=claim.order.name, attempts=claim.attempts)
        return Handled(result=result)

    async def _failed(self, claim: JobRecord, error: Exception) -> Handled:
        code, may_retry = _judge(error)
        not_within = error.retry_after if isinstance(error, UpstreamUnavailable) else 0
        pause = self.queue.ledger.fail(claim, code, may_retry=may_retry, not_within=not_within)
        fields = dict(error.log_fields) if isinstance(error, ServiceError) else {}
        about = {**fields, "job": claim.order.job, "name": claim.order.name, "attempts": claim.attempts, "code": code}
        if pause is None:
            log.error("job_failed", **about, exc_info=error)
            await self._tell_dead_letter(claim.order)
        else:
            log.warning("job_retried", **about, seconds=pause, exc_info=error)
        return Handled(again=pause, error=code)

    async def _tell_dead_letter(self, order: Order) -> None:
        """Tell the slices of a job that has failed for good; another worker may have claimed it since."""
        record = self.queue.ledger.find(order.name)
        if record is None or record.state is not JobState.FAILED or record.order.run != order.run:
            return
        try:
            await self.jobs.tell_dead_letter(self.services, record)
        except Exception as error:
            log.warning("dead_letter_untold", job=order.job, name=order.name, exc_info=error)


def _judge(error: Exception) -> tuple[str, bool]:
    """Return an error's code, and whether another attempt may succeed (also after an unexpected error)."""
    if isinstance(error, UnknownJob):
        return UNKNOWN_JOB, False
    if isinstance(error, ServiceError):
        return error.code, error.status in PASSING
    return ServiceError.code, True


def settle(queue: JobQueue, message: Message, handled: Handled) -> None:
    """Report the outcome of a message to the queue. If that fails, the message is delivered again."""
    try:
        if handled.again is None:
            queue.queue.delete(message)
        else:
            queue.queue.release(message, handled.again)
    except StoreUnavailable as error:
        log.warning("job_unsettled", **error.log_fields)
