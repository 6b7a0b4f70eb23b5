"""The slice of comments: asked for, written by a job, kept, and read with their races."""

from graphql_api.comments.settings import CommentsSettings
from graphql_api.slices import Deployment, Slice

SLICE = Slice(
    name="comments",
    settings=CommentsSettings,
    mutation="graphql_api.comments.schema.mutation:Mutation",
    extensions={
        "Race": "graphql_api.comments.schema.types:CommentedRace",
        "Job": "graphql_api.comments.schema.types:CommentingJob",
    },
    routes="graphql_api.comments.routes.routes:routes",
    jobs={
        "comment": "graphql_api.comments.writing:comment_job",
        "queue-comments": "graphql_api.comments.ahead:queue_job",
    },
    schedules={"queue-comments": "cron(0 18 * * ? *)"},
    deployment=Deployment(
        functions={"api": ("dynamodb", "sqs"), "worker": ("dynamodb",), "scheduled": ("dynamodb", "sqs")}
    ),
    commands={"comments": "graphql_api.comments.commands:comments"},
)
