"""Enums of forecasts, declared before any type names them."""

from graphql_api.forecasts.published import FeatureSet, ModelStage
from graphql_api.schema.enums import declare

__all__ = ["FeatureSet", "ModelStage"]

declare(
    FeatureSet,
    {
        FeatureSet.EVENING: "What is known on the evening before the race, after the draw.",
        FeatureSet.RACE_DAY: "The same, and what is known in the morning: going, weather and body weights.",
        FeatureSet.MARKET: "The same, and the final odds of the race itself, which exist only afterwards.",
    },
)
declare(
    ModelStage,
    {
        ModelStage.CURRENT: "It makes the forecasts of coming races.",
        ModelStage.CANDIDATE: "It was trained and has not been promoted.",
        ModelStage.RETIRED: "It was the current model before.",
    },
)
