"""The slice of odds: updated by a job, kept with their history, and read with races."""

from graphql_api.odds.settings import OddsSettings
from graphql_api.slices import Deployment, Slice

SLICE = Slice(
    name="odds",
    settings=OddsSettings,
    query="graphql_api.odds.schema.query:Query",
    mutation="graphql_api.odds.schema.mutation:Mutation",
    extensions={"Race": "graphql_api.odds.schema.types:RaceOdds"},
    routes="graphql_api.odds.routes.routes:routes",
    jobs={"update-odds": "graphql_api.odds.job:update_job"},
    schedules={"update-odds": "rate(1 minute)"},
    scheduled="graphql_api.odds.settings:is_updating",
    deployment=Deployment(
        functions={"api": ("dynamodb",), "scheduled": ("dynamodb", "sqs")}, needs=("races", "notifications")
    ),
    dead_letters="graphql_api.odds.watches.gone:end",
    commands={"odds": "graphql_api.odds.commands:odds"},
)
