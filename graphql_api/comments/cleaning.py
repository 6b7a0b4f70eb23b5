"""The job that deletes comments that newer ones have replaced. Those that expire are deleted by the store."""

from graphql_api.comments.service import Comments
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.services import Services


async def clean_job(services: Services, _run: JobRun) -> JobResult:
    """Delete what was replaced, unless the result of a job may still name it. Raises ``StoreUnavailable``."""
    deleted = await services.get(Comments).clean(services.settings.jobs_kept)
    return JobResult({"deleted": deleted}, {"CommentsDeleted": deleted})
