"""The job that deletes replaced comments. The store deletes expired ones."""

from graphql_api.comments.service import Comments
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.services import Services


async def clean_job(services: Services, _run: JobRun) -> JobResult:
    """Delete replaced comments, unless the result of a job may still refer to them. Raises ``StoreUnavailable``."""
    deleted = await services.get(Comments).clean(services.settings.jobs_kept)
    return JobResult({"deleted": deleted}, {"CommentsDeleted": deleted})
