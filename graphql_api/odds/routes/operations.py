"""The routes of odds in the words of OpenAPI."""

from graphql_api.odds.model import RANGES, OddsStatus
from graphql_api.races.ids import BRIDGE_FORM
from graphql_api.slips.tickets.types import BET_RULES, BetType
from graphql_api.web.openapi.answers import failing
from graphql_api.web.openapi.objects import Json, object_of

TAGS = {"odds": "Odds of races, with their history. They change until the race; no cache may keep them."}

SYMBOL = "20240601_05_11-7"
_TEXT: Json = {"type": "string"}
_TIME: Json = {"type": "string", "format": "date-time"}
_NUMBER: Json = {"type": ["number", "null"]}
_SYMBOL: Json = {"type": "string", "pattern": f"^({BRIDGE_FORM})-[1-9][0-9]?$"}
_LIST: Json = {"in": "query", "style": "form", "explode": False}
_BY_NUMBER: Json = {"type": "object", "additionalProperties": _NUMBER}
_STATUS: Json = {"type": "string", "enum": [each.value for each in OddsStatus]}


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
        "parameters": [_race_id(), types],
        "responses": _answers("RaceOdds", "The odds."),
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
        "parameters": [_race_id(), number],
        "responses": _answers("OddsHistory", "The history."),
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
        "responses": _answers("PriceList", "The prices, in the order of the symbols."),
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
        "responses": _answers("OnePrice", "The price."),
    }


def schemas() -> dict[str, Json]:
    """Make the schemas of the answers."""
    bounds = {"type": "object", "properties": {"min": _NUMBER, "max": _NUMBER}, "required": ["min", "max"]}
    ranges: Json = {"type": "object", "additionalProperties": bounds}
    types = {
        each.value: {**(ranges if each in RANGES else _BY_NUMBER), "description": BET_RULES[each].description}
        for each in BetType
    }
    own = {
        "race_id": _TEXT,
        "status": _STATUS,
        "as_of": {**_TIME, "description": "Time of the odds."},
        "fetched_at": {**_TIME, "description": "Time at which they were read from the source."},
        "stale": {"type": "boolean"},
        "next_update": {"type": ["string", "null"], "format": "date-time", "description": "When newer odds are due."},
    }
    point = object_of(as_of=_TIME, status=_STATUS, win=_BY_NUMBER, place=ranges)
    one = object_of(
        symbol=_TEXT,
        name={"type": ["string", "null"], "description": "Name of the horse."},
        price=_NUMBER,
        change24h={**_NUMBER, "description": "Percent since the first odds of the day."},
        marketCap={"type": "null"},
        lastUpdated=_TIME,
    )
    return {
        "RaceOdds": {"type": "object", "properties": {**own, **types}, "required": list(own)},
        "OddsHistory": object_of(race_id=_TEXT, history={"type": "array", "items": point}),
        "Price": one,
        "PriceList": object_of(
            data={"type": "array", "items": {"$ref": "#/components/schemas/Price"}}, timestamp=_TIME
        ),
        "OnePrice": object_of(data={"$ref": "#/components/schemas/Price"}, timestamp=_TIME),
        "OddsError": object_of(error=object_of(message=_TEXT, code=_TEXT)),
    }


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail, in the form of these routes."""
    told = {
        "OddsBadRequest": "A parameter, the id or a symbol is not of its form.",
        "OddsNotFound": "There is no such race or horse, or it has no odds yet.",
        "OddsIndexRequired": "There is no index, and no provider of cards.",
        "OddsEngineMissing": "DuckDB, which the index requires, is not installed.",
        "OddsUnavailable": "The source of the odds, the archive or the store cannot be used now; try again later.",
        "OddsTimedOut": "The request took too long.",
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/OddsError"}}}
    return {name: {"description": text, "content": content} for name, text in told.items()}


def _race_id() -> Json:
    return {
        "name": "race_id",
        "in": "path",
        "required": True,
        "description": "`YYYYMMDD_course_RR`: the day, netkeiba's code of the racecourse, and the number of the race.",
        "schema": {"type": "string", "pattern": f"^({BRIDGE_FORM})$"},
        "example": "20240601_05_11",
    }


def _answers(schema: str, description: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    own = {
        "s400": "OddsBadRequest",
        "s404": "OddsNotFound",
        "s409": "OddsIndexRequired",
        "s501": "OddsEngineMissing",
        "s503": "OddsUnavailable",
        "s504": "OddsTimedOut",
    }
    return {"200": {"description": description, "content": content}, **failing(**own)}
