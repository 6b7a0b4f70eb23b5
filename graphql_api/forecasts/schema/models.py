"""Models of forecasts as GraphQL shows them; most attributes are those of ``published``."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import strawberry

from graphql_api.execution.purity import PURE
from graphql_api.forecasts import published
from graphql_api.forecasts.schema.enums import FeatureSet, ModelStage
from graphql_api.language import Language


def _verdict(
    evaluation: strawberry.Parent[published.Evaluation],
    language: Annotated[Language, strawberry.argument(description="Its language.")] = Language.JA,
) -> str:
    from graphql_api.forecasts.words import verdict

    japanese, english = verdict(asdict(evaluation))
    return japanese if language is Language.JA else english


def _beats_market(evaluation: strawberry.Parent[published.Evaluation]) -> bool:
    return evaluation.beats_market


def _beats_uniform(evaluation: strawberry.Parent[published.Evaluation]) -> bool:
    return evaluation.beats_uniform


@strawberry.type(
    description="Comparison of a model with results and with the market, on races that it was not trained on."
)
class ForecastEvaluation:
    """Public face of ``published.Evaluation``, whose attributes it shares."""

    since: dt.date = strawberry.field(description="First day of the races.")
    until: dt.date = strawberry.field(description="Last day of the races.")
    races: int = strawberry.field(description="Number of races.")
    log_loss: float = strawberry.field(
        description="Mean log loss of a race: minus the natural logarithm of the winner's probability. Lower is better."
    )
    market_log_loss: float = strawberry.field(description="Mean log loss of the market, by the final win odds.")
    uniform_log_loss: float = strawberry.field(description="Mean log loss of equal probabilities for all runners.")
    difference: float = strawberry.field(description="`logLoss` minus `marketLogLoss`. Above 0: the market is better.")
    difference_low: float = strawberry.field(description="Lower bound of the 95 % interval of `difference`.")
    difference_high: float = strawberry.field(description="Upper bound of the 95 % interval of `difference`.")
    calibration_error: float = strawberry.field(description="Expected calibration error (ECE) of win probabilities.")
    top1: float = strawberry.field(description="Share of the races that the runner with rank 1 won.")
    ndcg3: float = strawberry.field(description="NDCG of the first three.")
    beats_market: bool = strawberry.field(
        resolver=_beats_market,
        metadata=PURE,
        description=(
            "Whether the model is better than the market: the whole 95 % interval of `difference` is below 0. A model "
            "without the odds of the race is not expected to be better."
        ),
    )
    beats_uniform: bool = strawberry.field(
        resolver=_beats_uniform,
        metadata=PURE,
        description="Whether the model is better than equal probabilities.",
    )
    verdict: str = strawberry.field(
        resolver=_verdict, metadata=PURE, description="The comparison as a sentence for people."
    )


@strawberry.type(description="A model that makes forecasts.")
class ForecastModel:
    """Public face of ``published.PublishedModel``, whose attributes it shares."""

    version: strawberry.ID = strawberry.field(description="Version: a digest of the data and the parameters.")
    stage: ModelStage = strawberry.field(description="Stage of the model.")
    objective: str = strawberry.field(description="Loss that the training minimised: `softmax` or `binary`.")
    feature_set: FeatureSet = strawberry.field(description="Features that the model uses.")
    trained_from: dt.date = strawberry.field(description="First race day of the training data.")
    trained_until: dt.date = strawberry.field(description="Last race day of the training data.")
    races: int = strawberry.field(description="Number of races in the training data.")
    runners: int = strawberry.field(description="Number of runners in the training data.")
    data_digest: str = strawberry.field(description="Digest of the training data.")
    evaluation: ForecastEvaluation = strawberry.field(description="Evaluation of the model.")
