"""The routes of races as OpenAPI describes them."""

from graphql_api.races.ids import COURSE_CODES, RACECOURSES
from graphql_api.races.openapi import RACE_ID_PARAMETER
from graphql_api.web.openapi.answers import CACHING
from graphql_api.web.openapi.coded_failures import CODED_ERROR, CodedFailures, Failure
from graphql_api.web.openapi.objects import Json, object_of, reference
from graphql_api.web.openapi.parameters import shared

TAGS = {"race": "Races of a day, with their runners."}

_TEXT: Json = {"type": ["string", "null"]}
_TIME: Json = {"type": ["string", "null"], "format": "date-time"}

FAILURES = CodedFailures(
    "CodedError",
    {
        400: Failure("RaceBadRequest", "A parameter or the id has the wrong form, or a required parameter is missing."),
        404: Failure("RaceNotFound", "There is no such race."),
        409: Failure("RaceIndexRequired", "There is no index, and no provider of cards."),
        501: Failure("RaceEngineMissing", "DuckDB, which the index requires, is not installed."),
        503: Failure("RaceUnavailable", "The archive or the provider is not available. Try again later."),
        504: Failure("RaceTimedOut", "The request took too long."),
    },
)


def day() -> Json:
    """Describe the races of a day."""
    date = {
        "name": "date",
        "in": "query",
        "required": True,
        "description": "The date.",
        "schema": {"type": "string", "format": "date"},
        "example": "2024-06-01",
    }
    venue = {
        "name": "venue",
        "in": "query",
        "description": "Only races at this racecourse, by its name or its code.",
        "schema": {"enum": [*COURSE_CODES, *RACECOURSES]},
        "example": "東京",
    }
    return {
        "operationId": "getRaces",
        "tags": ["race"],
        "summary": "The races of a day",
        "description": "By racecourse and number. A day without races has an empty list. `venues` are all racecourses "
        "of the day.",
        "parameters": [date, venue, *shared("Held")],
        "responses": FAILURES.responses(200, "The races.", "RaceList", CACHING),
    }


def race() -> Json:
    """Describe a race with its runners."""
    return {
        "operationId": "getRace",
        "tags": ["race"],
        "summary": "A race with its runners",
        "description": "Runners by number. If the file of the jockey is not in the storage, the other fields are null.",
        "parameters": [RACE_ID_PARAMETER, *shared("Held")],
        "responses": FAILURES.responses(200, "The race.", "RaceDetail", CACHING),
    }


def schemas() -> dict[str, Json]:
    """Return the schemas of the responses."""
    listed = {"type": "array", "items": reference("ListedRace")}
    runners = {"type": "array", "items": reference("RaceRunner")}
    return {
        "RaceList": object_of(
            races=listed,
            venues={"type": "array", "items": {"type": "string"}},
            target_date={"type": "string", "format": "date"},
        ),
        "RaceDetail": object_of(race=reference("ListedRace"), runners=runners),
        "ListedRace": object_of(
            race_id={"type": "string"},
            race_name=_TEXT,
            race_number={"type": "integer"},
            venue={"type": "string"},
            start_time={**_TIME, "description": "Post time in Japan. Null if unknown, as for past races."},
            betting_deadline={**_TIME, "description": "When sales end."},
            track_condition={**_TEXT, "description": "良, 稍重, 重 or 不良."},
        ),
        "RaceRunner": object_of(
            horse_number={"type": "integer"},
            horse_name=_TEXT,
            jockey_name=_TEXT,
            odds={"type": ["number", "null"], "description": "Odds to win. Null before sales and if scratched."},
            popularity={"type": ["integer", "null"], "description": "Rank by these odds."},
        ),
        "CodedError": CODED_ERROR,
    }
