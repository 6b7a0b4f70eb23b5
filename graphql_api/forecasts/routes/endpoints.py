"""The endpoint: the forecast of a race by its id of the form ``YYYYMMDD_course_RR``."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import NotFound
from graphql_api.execution.budget import answered
from graphql_api.forecasts.days import day_forecast
from graphql_api.forecasts.race_forecast import JudgedRace, JudgedRunner, judge
from graphql_api.forecasts.vocabulary import DESCRIPTIONS
from graphql_api.races.ids import asked_place
from graphql_api.races.lookup import race_at
from graphql_api.web.charge import reserve
from graphql_api.web.route_context import cacheable, request_context
from graphql_api.web.routes import Http

COST = 20_000
"""Cost of a forecast with its race for a caller, in values of a response."""


class ForecastEndpoints:
    """The endpoints."""

    def __init__(self, http: Http) -> None:
        """Use the services of ``http``."""
        self._http = http

    async def race(self, request: Request) -> Response:
        """Return the forecast of a race."""
        place = asked_place(request.path_params["race_id"])
        await reserve(request.scope, COST)
        with request_context(self._http, request) as context, answered():
            race = await race_at(context, place)
            if race is None:
                raise NotFound("There is no such race.")
            day = await day_forecast(context, race.date)
            found = None if day is None else judge(day, race)
            if found is None:
                raise NotFound("There is no forecast of this race.")
            return await cacheable(self._http, request, context, {"race_id": race.ids.bridge, **_shape(found)})


def _shape(found: JudgedRace) -> Mapping[str, Any]:
    day, judgement = found.day, found.judgement
    result = judgement and {
        "log_loss": judgement.loss,
        "market_log_loss": judgement.market_loss,
        "uniform_log_loss": judgement.uniform_loss,
        "winner_rank": judgement.winner_rank,
    }
    return {
        "model_version": day.model_version,
        "feature_set": day.feature_set.value,
        "known_until": day.known_until,
        "made_at": day.made_at,
        "made_before": found.is_made_before,
        "out_of_sample": day.out_of_sample,
        "entries": [_entry(each) for each in found.runners],
        "result": result,
    }


def _entry(runner: JudgedRunner) -> Mapping[str, Any]:
    own = runner.forecast
    return {
        "horse_number": own.horse_number,
        "horse_name": own.horse_name,
        "win_probability": own.win_probability,
        "top3_probability": own.top3_probability,
        "fair_odds": own.fair_odds,
        "rank": own.rank,
        "market_probability": runner.market,
        "scratched": runner.is_scratched,
        "finish_position": runner.finish_position,
        "reasons": [
            {
                "feature": each.feature,
                "description": DESCRIPTIONS[each.feature].english if each.feature in DESCRIPTIONS else each.feature,
                "value": each.value,
                "contribution": each.contribution,
            }
            for each in own.reasons
        ],
    }
