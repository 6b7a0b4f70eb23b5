"""The slice of comments, which a job writes and which are read with their races."""

from graphql_api.comments.settings import CommentsSettings
from graphql_api.slices import Deployment, Slice

WORKFLOW_STEPS = ("check", "facts", "generate", "save", "notify")
"""The steps of ``steps.STEPS``, which a workflow calls as jobs."""

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
        "comment": "graphql_api.comments.jobs:comment_job",
        "queue-comments": "graphql_api.comments.previews:queue_job",
        "clean-comments": "graphql_api.comments.cleaning:clean_job",
        **{f"comment-{step}": f"graphql_api.comments.jobs:{step}_job" for step in WORKFLOW_STEPS},
    },
    schedules={"queue-comments": "cron(0 18 * * ? *)", "clean-comments": "cron(30 4 * * ? *)"},
    scheduled="graphql_api.comments.settings:is_updating",
    deployment=Deployment(
        functions={
            "api": ("dynamodb", "sqs"),
            "worker": ("bedrock-runtime", "dynamodb", "secretsmanager", "sqs", "stepfunctions"),
            "scheduled": ("dynamodb", "sqs"),
        },
        needs=("notifications",),
    ),
    commands={"comments": "graphql_api.comments.commands:comments"},
)
