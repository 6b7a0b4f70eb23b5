"""The slice of notifications: the job that delivers them, and what is told of failed jobs."""

from graphql_api.notifications.settings import NotificationsSettings
from graphql_api.slices import Deployment, Slice

SLICE = Slice(
    name="notifications",
    settings=NotificationsSettings,
    jobs={"notify": "graphql_api.notifications.delivery:notify_job"},
    waits={"notify": (10, 60, 300, 1_800, 7_200)},
    deployment=Deployment(
        functions={"api": ("secretsmanager",), "worker": ("dynamodb", "secretsmanager", "sns", "sqs")}
    ),
    dead_letters="graphql_api.notifications.dead_letters:tell",
)
