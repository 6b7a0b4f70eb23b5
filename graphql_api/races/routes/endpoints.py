"""What answers the routes: the races of a day, and one with its runners, by ids of the form ``YYYYMMDD_course_RR``."""

import re
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.races.ids import BRIDGE_FORM, COURSE_CODES, RACECOURSES, RacePlace, bridge_place
from graphql_api.races.lookup import race_at, races_on
from graphql_api.races.model import Race, Runner
from graphql_api.races.records import RACES
from graphql_api.web.charge import reserve
from graphql_api.web.conditional import not_modified
from graphql_api.web.deadline import deadline_of
from graphql_api.web.middleware import request_log
from graphql_api.web.query_string import query_pairs, single
from graphql_api.web.responses import ChunkedBody, etag
from graphql_api.web.routes import Http

_PARAMETERS = ("date", "venue")
_SHOWN = 40


class RaceEndpoints:
    """The endpoints."""

    def __init__(self, http: Http) -> None:
        """Answer by the services of ``http``."""
        self._http = http

    async def day(self, request: Request) -> Response:
        """List the races of a day, at one racecourse or at all."""
        given = single(query_pairs(request.scope), _PARAMETERS)
        wanted, venue = _day(given.get("date")), _venue(given.get("venue"))
        context = self._context(request)
        await reserve(request.scope, RACES)
        with answered():
            races = await races_on(context, wanted)
        body = {
            "races": [_race(race) for race in races if venue in (None, race.racecourse)],
            "venues": list(dict.fromkeys(race.racecourse for race in races)),
            "target_date": wanted.isoformat(),
        }
        return await self._respond(request, context, body)

    async def race(self, request: Request) -> Response:
        """Show a race with its runners."""
        place = _place(request.path_params["race_id"])
        context = self._context(request)
        await reserve(request.scope, RACES)
        with answered():
            race = await race_at(context, place)
        if race is None:
            raise _no_race()
        return await self._respond(
            request, context, {"race": _race(race), "runners": [_runner(each) for each in race.runners]}
        )

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
            raise _no_race() from error
        raise


def _no_race() -> NotFound:
    """Return the error for a race that nobody knows."""
    return NotFound("There is no such race.")


def _day(text: str | None) -> date:
    if text is None:
        raise BadUserInput("The parameter 'date' is required: YYYY-MM-DD.")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadUserInput(f"Parameter 'date' must be a day, YYYY-MM-DD, not '{text[:_SHOWN]}'.") from error
    if day.isoformat() != text:  # the week and ordinal forms that Python reads, too
        raise BadUserInput(f"Parameter 'date' must be a day, YYYY-MM-DD, not '{text[:_SHOWN]}'.")
    return day


def _venue(text: str | None) -> str | None:
    """Read a racecourse by its name or its code."""
    name = None if text is None else RACECOURSES.get(text, text)
    if name is not None and name not in COURSE_CODES:
        raise BadUserInput(f"Parameter 'venue' must be a racecourse or its code, not '{name[:_SHOWN]}'.")
    return name


def _race(race: Race) -> Mapping[str, Any]:
    return {
        "race_id": race.ids.bridge,
        "race_name": race.name,
        "race_number": race.race_number,
        "venue": race.racecourse,
        "start_time": race.post_time,
        "betting_deadline": race.betting_deadline,
        "track_condition": None if race.going is None else race.going.value,
    }


def _runner(runner: Runner) -> Mapping[str, Any]:
    return {
        "horse_number": runner.horse_number,
        "horse_name": runner.horse_name,
        "jockey_name": runner.jockey_name,
        "odds": runner.win_odds,
        "popularity": runner.favourite_rank,
    }
