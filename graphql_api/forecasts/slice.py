"""The slice of forecasts: made by commands and jobs from the archive, and published as one object for each race day."""

from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.slices import Slice

SLICE = Slice(
    name="forecasts",
    settings=ForecastsSettings,
    commands={"forecast": "graphql_api.forecasts.commands:forecast"},
)
