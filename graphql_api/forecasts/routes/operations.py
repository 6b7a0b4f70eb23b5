"""The route of forecasts as OpenAPI describes it."""

from graphql_api.forecasts.published import FeatureSet
from graphql_api.races.openapi import RACE_ID_PARAMETER
from graphql_api.web.openapi.answers import CACHING
from graphql_api.web.openapi.coded_failures import CODED_ERROR, CodedFailures, Failure
from graphql_api.web.openapi.objects import DATE_TIME, TEXT, Json, object_of, reference
from graphql_api.web.openapi.parameters import shared

TAGS = {"forecast": "Forecasts of races. They do not beat the market, and are not advice to bet."}

_NUMBER: Json = {"type": "number"}
_CHANCE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_OPTIONAL: Json = {"type": ["number", "null"]}
_RANK: Json = {"type": "integer", "minimum": 1}

FAILURES = CodedFailures(
    "ForecastError",
    {
        400: Failure("ForecastBadRequest", "The id does not have the documented form."),
        404: Failure("ForecastNotFound", "There is no such race, or no forecast of it."),
        409: Failure("ForecastIndexRequired", "There is no index, and no provider of cards."),
        500: Failure("ForecastUnreadable", "The forecasts of the day cannot be read, or use data of the race day."),
        501: Failure("ForecastEngineMissing", "DuckDB, which the index requires, is not installed."),
        503: Failure(
            "ForecastUnavailable", "The storage, the archive or the provider is not available. Try again later."
        ),
        504: Failure("ForecastTimedOut", "The request took too long."),
    },
)


def race() -> Json:
    """Describe the forecast of a race."""
    return {
        "operationId": "getForecast",
        "tags": ["forecast"],
        "summary": "The forecast of a race",
        "description": "By horse number. The model and its features use no data of the race day or later. "
        "`result` compares the forecast with the result; it is null before the result.",
        "parameters": [RACE_ID_PARAMETER, *shared("Held")],
        "responses": FAILURES.responses(200, "The forecast.", "RaceForecast", CACHING),
    }


def schemas() -> dict[str, Json]:
    """Return the schemas of the responses."""
    day: Json = {"type": "string", "format": "date"}
    reason = object_of(
        feature=TEXT,
        description={**TEXT, "description": "In English."},
        value=_OPTIONAL,
        contribution={**_NUMBER, "description": "In log-odds, relative to the mean of the race."},
    )
    entry = object_of(
        horse_number=_RANK,
        horse_name=TEXT,
        win_probability=_CHANCE,
        top3_probability=_CHANCE,
        fair_odds={**_NUMBER, "description": "1 / `win_probability`."},
        rank=_RANK,
        market_probability={**_OPTIONAL, "description": "By the win odds. Null if the odds of a starter are unknown."},
        scratched={"type": "boolean"},
        finish_position={"type": ["integer", "null"]},
        reasons={"type": "array", "items": reference("RaceForecastReason")},
    )
    result = object_of(log_loss=_NUMBER, market_log_loss=_OPTIONAL, uniform_log_loss=_NUMBER, winner_rank=_RANK)
    return {
        "RaceForecast": object_of(
            race_id=TEXT,
            model_version=TEXT,
            feature_set={"type": "string", "enum": [each.value for each in FeatureSet]},
            known_until={**day, "description": "Last day of which any data was used."},
            made_at=DATE_TIME,
            made_before={"type": "boolean", "description": "Whether it was computed before the race."},
            out_of_sample={"const": True, "description": "Forecasts that use data of the race day are not shown."},
            entries={"type": "array", "items": reference("RaceForecastEntry")},
            result={"anyOf": [reference("RaceForecastResult"), {"type": "null"}]},
        ),
        "RaceForecastEntry": entry,
        "RaceForecastReason": reason,
        "RaceForecastResult": result,
        "ForecastError": CODED_ERROR,
    }
