"""``job``."""

from typing import Annotated

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.job_status.schema.types import Job, show_job


@strawberry.type
class Query:
    """The root field of jobs."""

    @strawberry.field(
        description="A job. Null if there is no job with this id, or if it has expired.", metadata=cost(weight=LOAD)
    )
    async def job(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[  # noqa: A002
            strawberry.ID,
            strawberry.argument(description="The id that a mutation returned, for example `requestComment`."),
        ],
    ) -> Job | None:
        """Look up a job."""
        from graphql_api.jobs.service import JobQueue

        found = await info.context.use(JobQueue).find(id)
        return None if found is None else show_job(id, found)
