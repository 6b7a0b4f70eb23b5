"""Shapes that the routes of carts and consultations share: an item as JSON, and pieces of OpenAPI."""

from typing import Any

from graphql_api.slips.model import SlipItem
from graphql_api.slips.tickets.types import BetType

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
YEN: Json = {"type": "integer", "minimum": 0, "description": "Yen."}
COUNT: Json = {"type": "integer", "minimum": 0}

ITEM: Json = {
    "race_id": {**TEXT, "description": "`YYYYMMDD_course_RR`, or the same as 12 digits.", "example": "20240929_06_11"},
    "race_name": {"type": ["string", "null"], "description": "Shown as it is told where the race is not known here."},
    "bet_type": {**TEXT, "enum": [bet_type.value for bet_type in BetType]},
    "horse_numbers": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "description": "In finishing order where the order counts; brackets for `bracket_quinella`.",
    },
    "amount": {**YEN, "description": "Yen, a multiple of 100."},
}


def shown_item(item: SlipItem) -> Json:
    """Return an item; ``amount`` is its whole cost, so that those of all items make the total."""
    ticket = item.ticket
    is_straight = item.combinations == 1 and ticket.rule.is_ordered and not ticket.multi
    return {
        "item_id": item.id,
        "race_id": item.bridge_id or item.race_id,
        "race_name": item.race_name,
        "bet_type": ticket.bet_type.value,
        "horse_numbers": [number for leg in ticket.legs for number in leg] if is_straight else _numbers(item),
        "amount": item.cost,
        "combinations": item.combinations,
    }


def _numbers(item: SlipItem) -> list[int]:
    """Return the numbers of a bet whose order does not count; one bracket may stand twice."""
    legs = item.ticket.legs
    if item.combinations == 1 and all(len(leg) == 1 for leg in legs):
        return sorted(number for leg in legs for number in leg)
    return item.ticket.numbers


def object_of(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    """Describe an object, all of whose properties are there but the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def content(schema: str) -> Json:
    """Describe a JSON body by the name of its schema."""
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def operation(name: str, summary: str, *parameters: str, tag: str) -> Json:
    """Describe an operation; ``parameters`` are those of its path."""
    described = [{"name": each, "in": "path", "required": True, "schema": TEXT} for each in parameters]
    return {"operationId": name, "tags": [tag], "summary": summary, **({"parameters": described} if described else {})}


def failing() -> Json:
    """Refer to the answers of requests that fail."""
    names = {
        "400": "CodedBadRequest",
        "404": "CodedNotFound",
        "405": "MethodNotAllowed",
        "409": "CodedConflict",
        "413": "CodedTooLarge",
        "414": "TooLong",
        "415": "CodedMediaType",
        "500": "ServerError",
        "503": "CodedUnavailable",
        "504": "CodedTimedOut",
    }
    return {status: {"$ref": f"#/components/responses/{name}"} for status, name in names.items()}
