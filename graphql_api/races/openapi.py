"""The id of a race as OpenAPI describes it, for the routes of all slices."""

from typing import Any

from graphql_api.races.ids import BRIDGE_FORM

RACE_ID_PARAMETER: dict[str, Any] = {
    "name": "race_id",
    "in": "path",
    "required": True,
    "description": "`YYYYMMDD_course_RR`: the day, netkeiba's code of the racecourse, and the number of the race.",
    "schema": {"type": "string", "pattern": f"^({BRIDGE_FORM})$"},
    "example": "20240601_05_11",
}
