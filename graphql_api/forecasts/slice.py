"""The slice of forecasts: made by commands and jobs from the archive, and published as one object for each race day."""

from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.slices import Slice

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
    commands={"forecast": "graphql_api.forecasts.commands:forecast"},
)
