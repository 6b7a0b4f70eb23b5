"""The query parameters of exports in the words of OpenAPI, made from their table."""

from datetime import date
from enum import Enum
from typing import Any

from strawberry import ID

from graphql_api.web.exports.formats import COLUMN_SETS
from graphql_api.web.exports.parameters import LONGEST, PARAMETERS, Parameter

Json = dict[str, Any]


def columns_parameter() -> Json:
    """Describe the choice of columns."""
    return {
        "name": "columns",
        "in": "query",
        "description": "`typed`: the fields of GraphQL's RaceRecord in snake case. `source`: the file's own columns.",
        "schema": {"type": "string", "enum": list(COLUMN_SETS), "default": "typed"},
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
        return {"type": "string", "maxLength": LONGEST, **pattern, **described}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": list(kind.__members__), **described}
    return {**_TYPES[kind], **described}


_TYPES: dict[Any, Json] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
}
