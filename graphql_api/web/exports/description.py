"""The query parameters of exports in the words of OpenAPI, made from their table."""

from datetime import date
from enum import Enum
from typing import Any

from strawberry import ID

from graphql_api.text import MAX_LENGTH
from graphql_api.web.exports.asked import MAX_LIMIT
from graphql_api.web.exports.parameters import PARAMETERS, Parameter

Json = dict[str, Any]


def columns_parameter(default: str) -> Json:
    """Describe the choice of columns of formats that have ``default`` where nothing is chosen."""
    return {
        "name": "columns",
        "in": "query",
        "description": "`source`: the file's own columns. `typed`: the fields of GraphQL's RaceRecord in snake case. "
        f"Or some of those fields, separated by commas. Without it the columns are `{default}`.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH, "default": default},
        "examples": {
            "typed": {"value": "typed"},
            "source": {"value": "source"},
            "some": {"value": "date,race_name,horse_name,finish_position"},
        },
    }


def order_parameter() -> Json:
    """Describe the order."""
    return {
        "name": "order",
        "in": "query",
        "description": "Sort by these fields, separated by commas, the first counting most; then, and without any, in "
        "the order of the file, newest first. Behind a field `.desc` sorts from large to small; null is last, or first "
        "with `.nullsfirst`.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH},
        "example": "prize_money.desc,date",
    }


def limit_parameter() -> Json:
    """Describe the limit."""
    return {
        "name": "limit",
        "in": "query",
        "description": "At most so many rows, from the front; without it all rows come.",
        "schema": {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT},
        "example": 20,
    }


def filter_parameter() -> Json:
    """Describe the filters as one object, each of whose properties is a query parameter."""
    return {
        "name": "filter",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "Only races that pass every filter; null passes none but `_is_null`. Empty ones do not count.",
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _operand(each) for name, each in PARAMETERS.items()},
        },
    }


def _operand(parameter: Parameter) -> Json:
    kind = parameter.field.type
    described = {"description": f"{parameter.field.description} Takes {parameter.kind}."}
    if parameter.operator == "is_null":
        return {"type": "boolean", **described}
    if parameter.operator == "in" or kind in (str, ID):
        pattern = {"pattern": f"^(?:{parameter.pattern})$"} if parameter.pattern else {}
        return {"type": "string", "maxLength": MAX_LENGTH, **pattern, **described}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": list(kind.__members__), **described}
    return {**_TYPES[kind], **described}


_TYPES: dict[Any, Json] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
}
