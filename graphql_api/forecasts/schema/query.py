"""``forecastModels``: the models that make forecasts."""

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.purity import pure
from graphql_api.forecasts import published
from graphql_api.forecasts.schema.models import ForecastModel
from graphql_api.forecasts.schema.types import DAY

MODELS = 4
"""Usual number of models: the current one, a candidate, retired ones."""


@strawberry.type
class Query:
    """The slice's entry point."""

    @strawberry.field(
        graphql_type=list[ForecastModel],
        description="Models that make forecasts, each with its evaluation against the market. Empty if there are none.",
        metadata=pure(weight=DAY, size=MODELS),
    )
    async def forecast_models(self, info: strawberry.Info[Context, None]) -> list[published.PublishedModel]:
        """List the models."""
        from graphql_api.forecasts.days import published_models

        return list(await published_models(info.context))
