"""``requestComment``."""

from typing import Annotated

import strawberry

from graphql_api.comments.schema.enums import CommentKind, CommentLanguage, CommentStyle
from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.job_status.schema.types import Job, show_job

REQUEST = cost(weight=20 * LOAD)


@strawberry.type(description="A requested comment. It is written in the background.")
class RequestCommentPayload:
    """What ``requestComment`` returns."""

    job: Job = strawberry.field(description="The job that writes the comment. Equal requests have the same job.")
    poll_after: float | None = strawberry.field(
        description=(
            "Recommended number of seconds until the next query of `job` or `race { comments }`. Null if "
            "the comment is ready."
        )
    )


@strawberry.type
class Mutation:
    """The mutation of comments."""

    @strawberry.mutation(
        description=(
            "Request a comment on a race. The same request returns the same job while the job is running "
            "or its comment is current, so repeating a request is safe."
        ),
        metadata=REQUEST,
    )
    async def request_comment(
        self,
        info: strawberry.Info[Context, None],
        race_id: Annotated[
            strawberry.ID, strawberry.argument(description="netkeiba's id of the race, or `YYYYMMDD_course_RR`.")
        ],
        style: Annotated[CommentStyle, strawberry.argument(description="Length of the comment.")] = CommentStyle.FULL,
        language: Annotated[CommentLanguage, strawberry.argument(description="Its language.")] = CommentLanguage.JA,
        kind: Annotated[
            CommentKind | None,
            strawberry.argument(description="Default: REVIEW if the race is over, otherwise PREVIEW."),
        ] = None,
    ) -> RequestCommentPayload:
        """Queue the job."""
        from graphql_api.comments.lookup import find_race, kind_for
        from graphql_api.comments.model import CommentRequest
        from graphql_api.comments.service import Comments

        race = await find_race(info.context, race_id)
        wanted = CommentRequest(race.ids.bridge, kind_for(race, kind), style, language)
        submitted = await info.context.use(Comments).request(wanted, race.date)
        job = show_job(submitted.id, submitted.record)
        return RequestCommentPayload(job=job, poll_after=job.poll_after)
