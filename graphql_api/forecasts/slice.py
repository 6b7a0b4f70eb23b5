"""The slice of forecasts: made by commands and jobs from the archive, and published as one object for each race day."""

from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.slices import Deployment, Slice

SLICE = Slice(
    name="forecasts",
    settings=ForecastsSettings,
    query="graphql_api.forecasts.schema.query:Query",
    extensions={"Race": "graphql_api.forecasts.schema.types:ForecastOfRace"},
    routes="graphql_api.forecasts.routes.routes:routes",
    snapshots={
        "forecasts": "graphql_api.forecasts.days:ForecastDays",
        "forecastmodels": "graphql_api.forecasts.days:ForecastModels",
    },
    jobs={
        "forecast-days": "graphql_api.forecasts.jobs:forecast_days",
        "forecast-models": "graphql_api.forecasts.jobs:judge_and_train",
    },
    # On race mornings and on the evenings before; on Mondays until training, which goes on where it ended, is done.
    schedules={"forecast-days": "cron(30 8,18 * * ? *)", "forecast-models": "cron(0/20 5-7 ? * MON *)"},
    scheduled="graphql_api.forecasts.settings:is_updating",
    deployment=Deployment(
        functions={"api": (), "forecast": ("s3",)},
        runs={"forecast-days": "forecast", "forecast-models": "forecast"},
        needs=("races",),
    ),
    commands={"forecast": "graphql_api.forecasts.commands:forecast"},
)
