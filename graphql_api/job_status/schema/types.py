"""Jobs as GraphQL shows them. Slices add the results of their jobs by ``Slice.extensions``."""

from datetime import UTC, datetime

import strawberry

from graphql_api.jobs import model
from graphql_api.schema.enums import declare

declare(model.JobState, model.STATES)


@strawberry.type(description="Long-running work. Query it again after `pollAfter` seconds.")
class Job:
    """Public face of ``jobs.model.JobRecord``."""

    record: strawberry.Private[model.JobRecord]

    id: strawberry.ID = strawberry.field(description="Secret id. Anyone who knows it can read the job.")
    state: model.JobState = strawberry.field(description="Status.")
    attempts: int = strawberry.field(description="Number of attempts.")
    error_code: str | None = strawberry.field(description="Error code of the last attempt. Null if there was no error.")
    created_at: datetime = strawberry.field(description="Time of creation.")
    started_at: datetime | None = strawberry.field(description="Start time of the last attempt.")
    finished_at: datetime | None = strawberry.field(description="Time of the success or of the final failure.")
    expires_at: datetime | None = strawberry.field(description="Time at which it expires.")
    poll_after: float | None = strawberry.field(
        description="Recommended number of seconds until the next query. Null if the job is finished."
    )


def show_job(job_id: str, record: model.JobRecord) -> Job:
    """Return the public face of a job."""
    return Job(
        record=record,
        id=strawberry.ID(job_id),
        state=record.state,
        attempts=record.attempts,
        error_code=record.error,
        created_at=datetime.fromtimestamp(record.created, UTC),
        started_at=_moment(record.started),
        finished_at=_moment(record.finished),
        expires_at=_moment(record.expires),
        poll_after=None if record.is_finished else model.POLL_AFTER,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
