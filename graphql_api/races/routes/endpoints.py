"""The endpoints: the races of a day, and a race with its runners by an id of the form ``YYYYMMDD_course_RR``."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.budget import answered
from graphql_api.races.ids import COURSE_CODES, RACECOURSES, asked_place
from graphql_api.races.lookup import race_at, races_on
from graphql_api.races.model import Race, Runner
from graphql_api.races.records import RACES
from graphql_api.web.charge import reserve
from graphql_api.web.query_string import SHOWN, query_pairs, read_date, single
from graphql_api.web.route_context import cacheable, request_context
from graphql_api.web.routes import Http

_PARAMETERS = ("date", "venue")


class RaceEndpoints:
    """The endpoints."""

    def __init__(self, http: Http) -> None:
        """Use the services of ``http``."""
        self._http = http

    async def day(self, request: Request) -> Response:
        """Return the races of a day, at one racecourse or at all."""
        given = single(query_pairs(request.scope), _PARAMETERS)
        wanted, venue = _day(given.get("date")), _venue(given.get("venue"))
        await reserve(request.scope, RACES)
        with request_context(self._http, request) as context, answered():
            races = await races_on(context, wanted)
            body = {
                "races": [_race(race) for race in races if venue in (None, race.racecourse)],
                "venues": list(dict.fromkeys(race.racecourse for race in races)),
                "target_date": wanted.isoformat(),
            }
            return await cacheable(self._http, request, context, body)

    async def race(self, request: Request) -> Response:
        """Return a race with its runners."""
        place = asked_place(request.path_params["race_id"])
        await reserve(request.scope, RACES)
        with request_context(self._http, request) as context, answered():
            race = await race_at(context, place)
            if race is None:
                raise NotFound("There is no such race.")
            body = {"race": _race(race), "runners": [_runner(each) for each in race.runners]}
            return await cacheable(self._http, request, context, body)


def _day(text: str | None) -> date:
    if text is None:
        raise BadUserInput("The parameter 'date' is required: YYYY-MM-DD.")
    return read_date("date", text)


def _venue(text: str | None) -> str | None:
    """Read a racecourse by its name or its code."""
    name = None if text is None else RACECOURSES.get(text, text)
    if name is not None and name not in COURSE_CODES:
        raise BadUserInput(f"Parameter 'venue' must be a racecourse or its code, not '{name[:SHOWN]}'.")
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
