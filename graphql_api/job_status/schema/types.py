"""Jobs as GraphQL shows them. Slices add what came of theirs by ``Slice.extensions``."""

from datetime import UTC, datetime

import strawberry

from graphql_api.jobs import model
from graphql_api.jobs.service import POLL_AFTER
from graphql_api.schema.enums import declare

declare(model.JobState, model.STATES)


@strawberry.type(description="Work that takes longer than a request: ask for it again after `pollAfter`.")
class Job:
    """Public face of ``jobs.model.JobRecord``."""

    record: strawberry.Private[model.JobRecord]

    id: strawberry.ID = strawberry.field(description="A capability: whoever knows it may look at the job.")
    state: model.JobState = strawberry.field(description="How far it has come.")
    attempts: int = strawberry.field(description=f"How often it was tried, {model.MAX_ATTEMPTS} times at most.")
    error_code: str | None = strawberry.field(
        description="The code of the error with which the last attempt ended; null where it ended with none."
    )
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When the last attempt began.")
    finished_at: datetime | None = strawberry.field(description="When it succeeded or was given up.")
    expires_at: datetime | None = strawberry.field(description="When it will be gone.")
    poll_after: float | None = strawberry.field(
        description="Seconds after which it makes sense to ask again; null once it is finished."
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
        poll_after=None if record.is_finished else POLL_AFTER,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
