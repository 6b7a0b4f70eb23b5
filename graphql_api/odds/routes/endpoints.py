"""The endpoints of odds. Caches must not keep their responses, since odds change with time."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.budget import answered
from graphql_api.execution.context import Context
from graphql_api.odds.model import Board, shown
from graphql_api.odds.movers import percent
from graphql_api.odds.routes.shapes import board_shape, point_shape
from graphql_api.odds.service import Odds, current_board
from graphql_api.odds.settings import is_updating
from graphql_api.odds.stored import Row
from graphql_api.races.ids import BRIDGE_FORM, asked_place
from graphql_api.races.lookup import race_at
from graphql_api.races.model import Race
from graphql_api.slips.tickets.types import BetType
from graphql_api.web.charge import reserve
from graphql_api.web.query_string import query_pairs, single
from graphql_api.web.route_context import request_context
from graphql_api.web.routes import Http

RACE_COST = 20_000
"""Cost of the odds of a race for a caller, in values of a response."""

MAX_SYMBOLS = 50
_SYMBOL = re.compile(rf"({BRIDGE_FORM})-([1-9][0-9]?)", re.ASCII)
_SHOWN = 40


class OddsEndpoints:
    """The endpoints."""

    def __init__(self, http: Http) -> None:
        """Answer by the services of ``http``."""
        self._http = http

    async def board(self, request: Request) -> Response:
        """Return the newest odds of a race, of all types or of some."""
        given = single(query_pairs(request.scope), ("types",))
        types = _types(given.get("types"))
        await reserve(request.scope, RACE_COST)
        with request_context(self._http, request) as context, answered():
            race = await self._race(context, request.path_params["race_id"])
            board = await current_board(context, race)
            if board is None:
                raise NotFound("There are no odds of this race yet.")
            due = context.use(Odds).next_update(race, board) if is_updating(context.settings) else None
        return await self._respond(request, {**board_shape(board, types), "next_update": due})

    async def history(self, request: Request) -> Response:
        """Return the history of a race, of all horses or of one."""
        given = single(query_pairs(request.scope), ("horse_number",))
        number = _number(given.get("horse_number"))
        await reserve(request.scope, RACE_COST)
        with request_context(self._http, request) as context, answered():
            race = await self._race(context, request.path_params["race_id"])
            points = await context.use(Odds).history(race.ids.bridge) if is_updating(context.settings) else ()
        return await self._respond(
            request, {"race_id": race.ids.bridge, "history": [point_shape(each, number) for each in points]}
        )

    async def prices(self, request: Request) -> Response:
        """Return the win odds of some horses as prices."""
        given = single(query_pairs(request.scope), ("symbols",))
        symbols = _symbols(given.get("symbols"))
        await reserve(request.scope, RACE_COST * len({race_id for race_id, _ in symbols}))
        prices = await self._prices(request, symbols)
        return await self._respond(request, {"data": prices, "timestamp": datetime.now(UTC)})

    async def price(self, request: Request) -> Response:
        """Return the win odds of a horse as a price."""
        symbols = [_symbol(request.path_params["symbol"])]
        await reserve(request.scope, RACE_COST)
        (price,) = await self._prices(request, symbols)
        return await self._respond(request, {"data": price, "timestamp": datetime.now(UTC)})

    async def _prices(self, request: Request, symbols: Sequence[tuple[str, int]]) -> list[Mapping[str, Any]]:
        """Look up the races of symbols, each once. Raises ``NotFound`` if a horse or its odds are unknown."""
        races: dict[str, tuple[Race, Board, Row | None]] = {}
        with request_context(self._http, request) as context, answered():
            for race_id in dict.fromkeys(race_id for race_id, _ in symbols):
                race = await self._race(context, race_id)
                board = await current_board(context, race)
                if board is None:
                    raise NotFound(f"There are no odds of the race {race_id} yet.")
                races[race_id] = race, board, await self._row(context, race)
        return [_price(race_id, number, *races[race_id]) for race_id, number in symbols]

    async def _row(self, context: Context, race: Race) -> Row | None:
        """Return the row of a race, which contains the first odds of the day."""
        return await context.use(Odds).row(race) if is_updating(context.settings) else None

    async def _race(self, context: Context, text: str) -> Race:
        """Look up a race by its id. Raises ``BadUserInput`` for another form, and ``NotFound``."""
        race = await race_at(context, asked_place(text))
        if race is None:
            raise NotFound("There is no such race.")
        return race

    async def _respond(self, request: Request, body: Mapping[str, Any]) -> Response:
        """Return JSON, compressed if the client accepts that."""
        headers = {"cache-control": "no-store"}
        return await self._http.responder.respond(
            request.headers, [orjson.dumps(body)], media_type="application/json", headers=headers
        )


def _price(race_id: str, number: int, race: Race, board: Board, row: Row | None) -> Mapping[str, Any]:
    """Write the price of a horse. Raises ``NotFound`` if it is not declared."""
    win = board.lines[BetType.WIN].least
    if number > len(win):
        raise NotFound(f"There is no horse {number} in the race {race_id}.")
    runner = next((each for each in race.runners if each.horse_number == number), None)
    first = row.first[number - 1] if row is not None and number <= len(row.first) else 0
    last = win[number - 1]
    return {
        "symbol": f"{race_id}-{number}",
        "name": None if runner is None else runner.horse_name,
        "price": shown(last),
        "change24h": percent(first, last) if first and last else None,
        "marketCap": None,
        "lastUpdated": board.as_of,
    }


def _types(text: str | None) -> Sequence[BetType]:
    """Read types of bets, comma-separated. All by default."""
    if text is None:
        return list(BetType)
    known = {each.value: each for each in BetType}
    names = text.split(",")
    wrong = next((name for name in names if name not in known), None)
    if wrong is not None:
        raise BadUserInput(f"Parameter 'types' must list some of {', '.join(known)}, not '{wrong[:_SHOWN]}'.")
    return [known[name] for name in names]


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch("[1-9][0-9]?", text, re.ASCII):
        raise BadUserInput(f"Parameter 'horse_number' must be a number from 1 to 99, not '{text[:_SHOWN]}'.")
    return int(text)


def _symbols(text: str | None) -> list[tuple[str, int]]:
    """Read symbols, comma-separated."""
    if not text:
        raise BadUserInput("The parameter 'symbols' is required: race ids, each with '-' and a horse number.")
    texts = text.split(",")
    if len(texts) > MAX_SYMBOLS:
        raise BadUserInput(f"Parameter 'symbols' takes at most {MAX_SYMBOLS} symbols, but there are {len(texts)}.")
    return [_symbol(each) for each in texts]


def _symbol(text: str) -> tuple[str, int]:
    match = _SYMBOL.fullmatch(text)
    if match is None:
        raise BadUserInput(f"{text[:_SHOWN]!r} is not a symbol of the form YYYYMMDD_course_RR-horse number.")
    return match[1], int(match[2])
