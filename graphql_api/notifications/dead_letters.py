"""Tells the operator of jobs that were given up."""

from datetime import UTC, datetime

from graphql_api.jobs.model import JobRecord
from graphql_api.notifications.event import Event
from graphql_api.notifications.service import JOB, Notifications
from graphql_api.services import Services


async def tell(services: Services, record: JobRecord) -> None:
    """Tell of a failed job, once for each run; of a failed notification nobody is told, since that would fail too."""
    order = record.order
    if order.job == JOB:
        return
    event = Event(
        id=f"job-failed-{order.name}-{order.run}",
        type="job.failed",
        at=datetime.fromtimestamp(record.finished or record.created, UTC),
        data={"name": order.name, "job": order.job, "attempts": record.attempts, "error_code": record.error},
    )
    await services.get(Notifications).notify_operator(event)
