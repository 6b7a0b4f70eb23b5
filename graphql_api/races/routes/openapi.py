"""The routes of races in the words of OpenAPI."""

from graphql_api.races.ids import BRIDGE_FORM, COURSE_CODES, RACECOURSES
from graphql_api.web.openapi.answers import CACHING, failing
from graphql_api.web.openapi.objects import Json, object_of
from graphql_api.web.openapi.parameters import shared

TAGS = {"race": "Races of a day, with their runners."}

_TEXT: Json = {"type": ["string", "null"]}
_TIME: Json = {"type": ["string", "null"], "format": "date-time"}


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
        "responses": _answers("RaceList", "The races."),
    }


def race() -> Json:
    """Describe a race with its runners."""
    identifier = {
        "name": "race_id",
        "in": "path",
        "required": True,
        "description": "`YYYYMMDD_course_RR`: the day, netkeiba's code of the racecourse, and the number of the race.",
        "schema": {"type": "string", "pattern": f"^({BRIDGE_FORM})$"},
        "example": "20240601_05_11",
    }
    return {
        "operationId": "getRace",
        "tags": ["race"],
        "summary": "A race with its runners",
        "description": "Runners by number; of those whose rider's file is not held the other fields are null.",
        "parameters": [identifier, *shared("Held")],
        "responses": _answers("RaceDetail", "The race."),
    }


def schemas() -> dict[str, Json]:
    """Make the schemas of the answers."""
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/ListedRace"}}
    runners = {"type": "array", "items": {"$ref": "#/components/schemas/RaceRunner"}}
    return {
        "RaceList": object_of(
            races=listed,
            venues={"type": "array", "items": {"type": "string"}},
            target_date={"type": "string", "format": "date"},
        ),
        "RaceDetail": object_of(race={"$ref": "#/components/schemas/ListedRace"}, runners=runners),
        "ListedRace": object_of(
            race_id={"type": "string"},
            race_name=_TEXT,
            race_number={"type": "integer"},
            venue={"type": "string"},
            start_time={**_TIME, "description": "Post time in Japan; null where nobody tells it, as for past races."},
            betting_deadline={**_TIME, "description": "When sales end."},
            track_condition={**_TEXT, "description": "良, 稍重, 重 or 不良."},
        ),
        "RaceRunner": object_of(
            horse_number={"type": "integer"},
            horse_name=_TEXT,
            jockey_name=_TEXT,
            odds={"type": ["number", "null"], "description": "To win; null before there are any, and if scratched."},
            popularity={"type": ["integer", "null"], "description": "Rank by these odds."},
        ),
        "CodedError": object_of(error=object_of(message={"type": "string"}, code={"type": "string"})),
    }


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail, in the form of these routes."""
    described = {
        "RaceBadRequest": "A parameter or the id is not of its form, or one that is needed is missing.",
        "RaceNotFound": "There is no such race.",
        "RaceIndexRequired": "There is no index, and no provider of cards.",
        "RaceEngineMissing": "DuckDB, which the index requires, is not installed.",
        "RaceUnavailable": "The archive or the provider cannot be used now; try again later.",
        "RaceTimedOut": "The request took too long.",
    }
    schema = {"$ref": "#/components/schemas/CodedError"}
    return {
        name: {"description": text, "content": {"application/json": {"schema": schema}}}
        for name, text in described.items()
    }


def _answers(schema: str, description: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    own = {
        "s400": "RaceBadRequest",
        "s404": "RaceNotFound",
        "s409": "RaceIndexRequired",
        "s501": "RaceEngineMissing",
        "s503": "RaceUnavailable",
        "s504": "RaceTimedOut",
    }
    return {"200": {"description": description, "headers": CACHING, "content": content}, **failing(**own)}
