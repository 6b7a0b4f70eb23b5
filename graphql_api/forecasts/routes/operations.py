"""The route of forecasts in the words of OpenAPI."""

from graphql_api.forecasts.published import FeatureSet
from graphql_api.races.ids import BRIDGE_FORM
from graphql_api.web.openapi.answers import CACHING, failing
from graphql_api.web.openapi.objects import Json, object_of
from graphql_api.web.openapi.parameters import shared

TAGS = {"forecast": "Forecasts of races. They do not beat the market, and are not advice to bet."}

_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}
_CHANCE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_OPTIONAL: Json = {"type": ["number", "null"]}
_RANK: Json = {"type": "integer", "minimum": 1}


def race() -> Json:
    """Describe the forecast of a race."""
    identifier = {
        "name": "race_id",
        "in": "path",
        "required": True,
        "description": "`YYYYMMDD_course_RR`: the day, netkeiba's code of the racecourse, and the number of the race.",
        "schema": {"type": "string", "pattern": f"^({BRIDGE_FORM})$"},
        "example": "20240601_05_11",
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/RaceForecast"}}}
    own = {
        "s400": "ForecastBadRequest",
        "s404": "ForecastNotFound",
        "s409": "ForecastIndexRequired",
        "s500": "ForecastUnreadable",
        "s501": "ForecastEngineMissing",
        "s503": "ForecastUnavailable",
        "s504": "ForecastTimedOut",
    }
    return {
        "operationId": "getForecast",
        "tags": ["forecast"],
        "summary": "The forecast of a race",
        "description": "By horse number. Neither the model nor its features know anything of the race day or later. "
        "`result` compares the forecast with the result; it is null before the result.",
        "parameters": [identifier, *shared("Held")],
        "responses": {
            "200": {"description": "The forecast.", "headers": CACHING, "content": content},
            **failing(**own),
        },
    }


def schemas() -> dict[str, Json]:
    """Make the schemas of the answers."""
    day: Json = {"type": "string", "format": "date"}
    reason = object_of(
        feature=_TEXT,
        description={**_TEXT, "description": "In English."},
        value=_OPTIONAL,
        contribution={**_NUMBER, "description": "In log-odds, relative to the mean of the race."},
    )
    entry = object_of(
        horse_number=_RANK,
        horse_name=_TEXT,
        win_probability=_CHANCE,
        top3_probability=_CHANCE,
        fair_odds={**_NUMBER, "description": "1 / `win_probability`."},
        rank=_RANK,
        market_probability={**_OPTIONAL, "description": "By the win odds; null if those of a starter are unknown."},
        scratched={"type": "boolean"},
        finish_position={"type": ["integer", "null"]},
        reasons={"type": "array", "items": {"$ref": "#/components/schemas/RaceForecastReason"}},
    )
    result = object_of(log_loss=_NUMBER, market_log_loss=_OPTIONAL, uniform_log_loss=_NUMBER, winner_rank=_RANK)
    return {
        "RaceForecast": object_of(
            race_id=_TEXT,
            model_version=_TEXT,
            feature_set={"type": "string", "enum": [each.value for each in FeatureSet]},
            known_until={**day, "description": "Last day of which any data was used."},
            made_at={"type": "string", "format": "date-time"},
            made_before={"type": "boolean", "description": "Whether it was computed before the race."},
            out_of_sample={"const": True, "description": "Forecasts that know the race day are not shown."},
            entries={"type": "array", "items": {"$ref": "#/components/schemas/RaceForecastEntry"}},
            result={"anyOf": [{"$ref": "#/components/schemas/RaceForecastResult"}, {"type": "null"}]},
        ),
        "RaceForecastEntry": entry,
        "RaceForecastReason": reason,
        "RaceForecastResult": result,
        "ForecastError": object_of(error=object_of(message=_TEXT, code=_TEXT)),
    }


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail, in the form of this route."""
    told = {
        "ForecastBadRequest": "The id is not of its form.",
        "ForecastNotFound": "There is no such race, or no forecast of it.",
        "ForecastIndexRequired": "There is no index, and no provider of cards.",
        "ForecastUnreadable": "The forecasts of the day cannot be read, or know the race day.",
        "ForecastEngineMissing": "DuckDB, which the index requires, is not installed.",
        "ForecastUnavailable": "The storage, the archive or the provider cannot be used now; try again later.",
        "ForecastTimedOut": "The request took too long.",
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ForecastError"}}}
    return {name: {"description": text, "content": content} for name, text in told.items()}
