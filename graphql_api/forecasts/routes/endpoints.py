"""What answers the route: the forecast of a race by its id, of the form ``YYYYMMDD_course_RR``."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.forecasts.days import day_forecast
from graphql_api.forecasts.judged import JudgedRace, JudgedRunner, judge
from graphql_api.forecasts.vocabulary import DESCRIPTIONS
from graphql_api.races.ids import BRIDGE_FORM, RacePlace, bridge_place
from graphql_api.races.lookup import race_at
from graphql_api.web.charge import reserve
from graphql_api.web.conditional import not_modified
from graphql_api.web.deadline import deadline_of
from graphql_api.web.middleware import request_log
from graphql_api.web.responses import ChunkedBody, etag
from graphql_api.web.routes import Http

COST = 20_000
"""What a forecast with its race costs a caller, in values of an answer."""


class ForecastEndpoints:
    """The endpoints."""

    def __init__(self, http: Http) -> None:
        """Answer by the services of ``http``."""
        self._http = http

    async def race(self, request: Request) -> Response:
        """Show the forecast of a race."""
        place = _place(request.path_params["race_id"])
        await reserve(request.scope, COST)
        context = self._context(request)
        with answered():
            race = await race_at(context, place)
            day = None if race is None else await day_forecast(context, race.date)
        if race is None:
            raise NotFound("There is no such race.")
        found = None if day is None else judge(day, race)
        if found is None:
            raise NotFound("There is no forecast of this race.")
        return await self._respond(request, context, {"race_id": race.ids.bridge, **_shape(found)})

    def _context(self, request: Request) -> Context:
        """Make what lookups read from: by the deadline, and with the log, of this request."""
        deadline, settings = deadline_of(request.scope), self._http.settings
        budget = Budget(values=settings.max_cost, seconds=deadline.seconds, since=deadline.begun)
        return Context(self._http.services, trace=request_log(request.scope).trace, settings=settings, budget=budget)

    async def _respond(self, request: Request, context: Context, body: Mapping[str, Any]) -> Response:
        """Answer with JSON that caches may keep as long as nobody would look for a newer version."""
        data = orjson.dumps(body)
        versions = context.versions
        age = f"public, max-age={min(each.max_age for each in versions)}" if versions else "no-store"
        tag = etag(blake2b(data, digest_size=16).hexdigest())
        headers = {"etag": tag, "cache-control": age}
        if not_modified(request.headers, tag):
            return ChunkedBody((), 304, headers)
        return await self._http.responder.respond(
            request.headers, [data], media_type="application/json", headers=headers
        )


def _place(text: str) -> RacePlace:
    """Read an id. Raises ``BadUserInput`` for another form, ``NotFound`` for a day or racecourse that there is not."""
    try:
        return bridge_place(text)
    except BadUserInput as error:
        if re.fullmatch(BRIDGE_FORM, text):
            raise NotFound("There is no such race.") from error
        raise


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
