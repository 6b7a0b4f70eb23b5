"""Enums of forecasts, declared before any type names them."""

from graphql_api.forecasts.published import FeatureSet, ModelStage
from graphql_api.schema.enums import declare

__all__ = ["FeatureSet", "ModelStage"]

declare(
    FeatureSet,
    {
        FeatureSet.EVENING: "Data known on the evening before the race, after the draw.",
        FeatureSet.RACE_DAY: "EVENING, and data known on the race day: going, weather and body weights.",
        FeatureSet.MARKET: "RACE_DAY, and the final odds of the race, which are known only after the race.",
    },
)
declare(
    ModelStage,
    {
        ModelStage.CURRENT: "The model makes the forecasts of future races.",
        ModelStage.CANDIDATE: "The model was trained, but not promoted.",
        ModelStage.RETIRED: "The model was the current model earlier.",
    },
)
