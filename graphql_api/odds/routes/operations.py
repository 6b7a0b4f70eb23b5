"""The routes of odds as OpenAPI describes them."""

from graphql_api.odds.model import RANGES, OddsStatus
from graphql_api.races.ids import BRIDGE_FORM
from graphql_api.races.openapi import RACE_ID_PARAMETER
from graphql_api.slips.tickets.types import BET_RULES, BetType
from graphql_api.web.openapi.coded_failures import CODED_ERROR, CodedFailures, Failure
from graphql_api.web.openapi.objects import DATE_TIME, TEXT, Json, object_of, reference

TAGS = {"odds": "Odds of races, with their history. They change until the race and are not cached."}

SYMBOL = "20240601_05_11-7"
_NUMBER: Json = {"type": ["number", "null"]}
_SYMBOL: Json = {"type": "string", "pattern": f"^({BRIDGE_FORM})-[1-9][0-9]?$"}
_LIST: Json = {"in": "query", "style": "form", "explode": False}
_BY_NUMBER: Json = {"type": "object", "additionalProperties": _NUMBER}
_STATUS: Json = {"type": "string", "enum": [each.value for each in OddsStatus]}

FAILURES = CodedFailures(
    "OddsError",
    {
        400: Failure("OddsBadRequest", "A parameter, the id or a symbol does not have the documented form."),
        404: Failure("OddsNotFound", "There is no such race or horse, or it has no odds yet."),
        409: Failure("OddsIndexRequired", "There is no index, and no provider of cards."),
        501: Failure("OddsEngineMissing", "DuckDB, which the index requires, is not installed."),
        503: Failure(
            "OddsUnavailable", "The source of the odds, the archive or the store is not available. Try again later."
        ),
        504: Failure("OddsTimedOut", "The request took too long."),
    },
)


def board() -> Json:
    """Describe the odds of a race."""
    types = {
        **_LIST,
        "name": "types",
        "description": "Types of bets, comma-separated. Default: all.",
        "schema": {"type": "array", "minItems": 1, "items": {"enum": [each.value for each in BetType]}},
        "example": ["win", "place"],
    }
    return {
        "operationId": "getOdds",
        "tags": ["odds"],
        "summary": "The newest odds of a race",
        "description": "By combination: `7`, `3-7`. A type that the source does not have is missing. Odds are null "
        "before sales and for scratched horses. If the source is not available, these are the last known odds and "
        "`stale` is true.",
        "parameters": [RACE_ID_PARAMETER, types],
        "responses": FAILURES.responses(200, "The odds.", "RaceOdds"),
    }


def history() -> Json:
    """Describe the history of a race."""
    number = {
        "name": "horse_number",
        "in": "query",
        "description": "Only this horse.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 99},
        "example": 7,
    }
    return {
        "operationId": "getOddsHistory",
        "tags": ["odds"],
        "summary": "The odds to win and for a place over time",
        "description": "The oldest first. Empty if odds are not updated by a schedule.",
        "parameters": [RACE_ID_PARAMETER, number],
        "responses": FAILURES.responses(200, "The history.", "OddsHistory"),
    }


def prices() -> Json:
    """Describe prices."""
    symbols = {
        **_LIST,
        "name": "symbols",
        "required": True,
        "description": "At most 50 symbols, comma-separated: a race id, `-`, and a horse number.",
        "schema": {"type": "array", "minItems": 1, "maxItems": 50, "items": _SYMBOL},
        "example": [SYMBOL],
    }
    return {
        "operationId": "getPrices",
        "tags": ["odds"],
        "summary": "The odds to win of horses as prices",
        "description": "`price` is the odds to win, `change24h` its change in percent since the first odds of the day. "
        "`marketCap` is always null.",
        "parameters": [symbols],
        "responses": FAILURES.responses(200, "The prices, in the order of the symbols.", "PriceList"),
    }


def price() -> Json:
    """Describe one price."""
    symbol = {
        "name": "symbol",
        "in": "path",
        "required": True,
        "description": "A race id, `-`, and a horse number.",
        "schema": _SYMBOL,
        "example": SYMBOL,
    }
    return {
        "operationId": "getPrice",
        "tags": ["odds"],
        "summary": "The odds to win of a horse as a price",
        "parameters": [symbol],
        "responses": FAILURES.responses(200, "The price.", "OnePrice"),
    }


def schemas() -> dict[str, Json]:
    """Return the schemas of the responses."""
    bounds = {"type": "object", "properties": {"min": _NUMBER, "max": _NUMBER}, "required": ["min", "max"]}
    ranges: Json = {"type": "object", "additionalProperties": bounds}
    types = {
        each.value: {**(ranges if each in RANGES else _BY_NUMBER), "description": BET_RULES[each].description}
        for each in BetType
    }
    own = {
        "race_id": TEXT,
        "status": _STATUS,
        "as_of": {**DATE_TIME, "description": "Time of the odds."},
        "fetched_at": {**DATE_TIME, "description": "Time at which they were read from the source."},
        "stale": {"type": "boolean"},
        "next_update": {"type": ["string", "null"], "format": "date-time", "description": "When newer odds are due."},
    }
    point = object_of(as_of=DATE_TIME, status=_STATUS, win=_BY_NUMBER, place=ranges)
    one = object_of(
        symbol=TEXT,
        name={"type": ["string", "null"], "description": "Name of the horse."},
        price=_NUMBER,
        change24h={**_NUMBER, "description": "Percent since the first odds of the day."},
        marketCap={"type": "null"},
        lastUpdated=DATE_TIME,
    )
    return {
        "RaceOdds": {"type": "object", "properties": {**own, **types}, "required": list(own)},
        "OddsHistory": object_of(race_id=TEXT, history={"type": "array", "items": point}),
        "Price": one,
        "PriceList": object_of(data={"type": "array", "items": reference("Price")}, timestamp=DATE_TIME),
        "OnePrice": object_of(data=reference("Price"), timestamp=DATE_TIME),
        "OddsError": CODED_ERROR,
    }
