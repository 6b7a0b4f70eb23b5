"""``race.forecast``: the forecast of a race, and its losses."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD
from graphql_api.execution.purity import PURE, pure
from graphql_api.forecasts import published
from graphql_api.forecasts.race_forecast import JudgedRace, JudgedRunner, Judgement, judge
from graphql_api.forecasts.schema.enums import FeatureSet
from graphql_api.forecasts.schema.models import ForecastModel
from graphql_api.language import Language
from graphql_api.tables.paging import check_count

Info = strawberry.Info[Context, None]

DAY = LOAD // 2
"""Cost of looking up the forecasts of a day, in values of a response."""

FIELD, REASONS = 16, 5
"""Estimated number of runners of a race, and number of reasons of each."""


@strawberry.type(description="A feature that influenced a forecast.")
class ForecastReason:
    """Public face of ``published.Reason``, whose attributes it shares."""

    feature: str = strawberry.field(description="Name of the feature.")
    value: float | None = strawberry.field(description="Its value for this runner. Null if unknown.")
    contribution: float = strawberry.field(
        description=(
            "Influence on the forecast, in log-odds relative to the mean of the race. Above 0: it increased the "
            "probability."
        )
    )

    @strawberry.field(description="Meaning of the feature, for people.", metadata=PURE)
    def description(
        self, language: Annotated[Language, strawberry.argument(description="Its language.")] = Language.JA
    ) -> str:
        """Look it up. A feature of an earlier release has only its name."""
        from graphql_api.forecasts.vocabulary import DESCRIPTIONS

        known = DESCRIPTIONS.get(self.feature)
        if known is None:
            return self.feature
        return known.japanese if language is Language.JA else known.english


@strawberry.type(description="The forecast for one runner.")
class ForecastEntry:
    """Public face of ``race_forecast.JudgedRunner``."""

    forecast: strawberry.Private[published.RunnerForecast]
    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    horse_name: str = strawberry.field(description="Name of the horse (馬名).")
    win_probability: float = strawberry.field(description="Probability to win. The sum over a race is 1.")
    top3_probability: float = strawberry.field(description="Probability to finish among the first three.")
    fair_odds: float = strawberry.field(
        description="1 / `winProbability`: the odds at which a bet would neither gain nor lose if the forecast were "
        "exact. It is not advice to bet."
    )
    rank: int = strawberry.field(description="Rank by `winProbability`, 1 = highest.")
    market_probability: float | None = strawberry.field(
        description="Probability by the win odds of the race (their reciprocals, divided by the sum). Null if the odds "
        "of a starter are unknown."
    )
    is_scratched: bool = strawberry.field(
        name="scratched",
        description="True if the horse does not start. The probabilities are those from before it was scratched.",
    )
    finish_position: int | None = strawberry.field(
        description="Official finishing position (着順). Null before the result."
    )

    @strawberry.field(
        description=f"Features with the largest influence on the forecast, at most {REASONS}.",
        metadata=pure(size=REASONS),
    )
    def reasons(
        self, first: Annotated[int, strawberry.argument(description="Maximum number of items.")] = REASONS
    ) -> list[ForecastReason]:
        """Return the first ones."""
        from graphql_api.forecasts.stored import MAX_REASONS

        check_count("first", first, MAX_REASONS)
        return [
            ForecastReason(feature=each.feature, value=each.value, contribution=each.contribution)
            for each in self.forecast.reasons[:first]
        ]


@strawberry.type(description="Comparison of a forecast with the result of its race.")
class ForecastResult:
    """Public face of ``race_forecast.Judgement``, whose attributes it shares."""

    loss: float = strawberry.field(
        name="logLoss",
        description="Minus the natural logarithm of the winner's probability among the starters; the mean over the "
        "winners of a dead heat. Lower is better.",
    )
    market_loss: float | None = strawberry.field(
        name="marketLogLoss", description="Log loss of the market, by the win odds. Null if the odds are unknown."
    )
    uniform_loss: float = strawberry.field(
        name="uniformLogLoss", description="Log loss of equal probabilities for all starters."
    )
    winner_rank: int = strawberry.field(description="Rank of the winner in the forecast, 1 = highest probability.")


@strawberry.type(description="Forecast of a race. The model and its features use no data of the race day or later.")
class RaceForecast:
    """Public face of ``race_forecast.JudgedRace``."""

    judged: strawberry.Private[JudgedRace]
    model_version: strawberry.ID = strawberry.field(description="Version of the model.")
    feature_set: FeatureSet = strawberry.field(description="Features that the model used.")
    known_until: dt.date = strawberry.field(description="Last day of which any data was used; before the race day.")
    made_at: dt.datetime = strawberry.field(description="Time at which the forecast was computed.")
    is_made_before: bool = strawberry.field(
        name="madeBefore",
        description="Whether it was computed before the race. If false, it was computed later with only the data up to "
        "`knownUntil`, by a model that was trained on earlier races only.",
    )
    is_out_of_sample: bool = strawberry.field(
        name="outOfSample",
        description="Whether the model was trained on earlier days only. Always true: other forecasts are not shown.",
    )

    @strawberry.field(
        graphql_type=ForecastModel | None,
        description="The model. Null if it is no longer listed.",
        metadata=pure(weight=DAY),
    )
    async def model(self, info: Info) -> published.PublishedModel | None:
        """Look up the model."""
        from graphql_api.forecasts.days import published_models

        listed = await published_models(info.context)
        return next((each for each in listed if each.version == self.model_version), None)

    @strawberry.field(description="Forecasts of the runners, by horse number.", metadata=pure(size=FIELD))
    def entries(self) -> list[ForecastEntry]:
        """Return the runners."""
        return [_entry(each) for each in self.judged.runners]

    @strawberry.field(
        graphql_type=ForecastResult | None,
        description="Comparison with the result. Null before the result.",
        metadata=PURE,
    )
    def result(self) -> Judgement | None:
        """Return the losses."""
        return self.judged.judgement


def _entry(runner: JudgedRunner) -> ForecastEntry:
    own = runner.forecast
    return ForecastEntry(
        forecast=own,
        horse_number=own.horse_number,
        horse_name=own.horse_name,
        win_probability=own.win_probability,
        top3_probability=own.top3_probability,
        fair_odds=own.fair_odds,
        rank=own.rank,
        market_probability=runner.market,
        is_scratched=runner.is_scratched,
        finish_position=runner.finish_position,
    )


@strawberry.type
class ForecastOfRace:
    """The field that joins ``Race``, whose object is a ``races.model.Race``."""

    @strawberry.field(
        description=(
            "Forecast of the race. Null if there is none. Forecasts are not better than the market: see "
            "`model.evaluation`."
        ),
        metadata=pure(weight=DAY),
    )
    async def forecast(self, info: Info) -> RaceForecast | None:
        """Look up the forecasts of the day."""
        from graphql_api.forecasts.days import day_forecast

        race: Any = self
        day = await day_forecast(info.context, race.date)
        found = None if day is None else judge(day, race)
        if day is None or found is None:
            return None
        return RaceForecast(
            judged=found,
            model_version=strawberry.ID(day.model_version),
            feature_set=day.feature_set,
            known_until=day.known_until,
            made_at=day.made_at,
            is_made_before=found.is_made_before,
            is_out_of_sample=day.out_of_sample,
        )
