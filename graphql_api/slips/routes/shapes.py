"""The JSON of an item with its schema, and the failures, for the routes of carts and consultations."""

from graphql_api.slips.model import SlipItem
from graphql_api.slips.tickets.types import BetType
from graphql_api.web.openapi.coded_failures import CodedFailures, Failure
from graphql_api.web.openapi.objects import COUNT, TEXT, Json

YEN: Json = {**COUNT, "description": "Yen."}

ITEM: Json = {
    "race_id": {**TEXT, "description": "`YYYYMMDD_course_RR`, or the same as 12 digits.", "example": "20240929_06_11"},
    "race_name": {
        "type": ["string", "null"],
        "description": "Name of the race. Used only if the race is unknown here.",
    },
    "bet_type": {**TEXT, "enum": [bet_type.value for bet_type in BetType]},
    "horse_numbers": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "description": "For types with an order: in finishing order. Brackets for `bracket_quinella`.",
    },
    "amount": {**YEN, "description": "Yen, a multiple of 100."},
}

FAILURES = CodedFailures(
    "CodedError",
    {
        400: Failure("CodedBadRequest", "A value does not have the documented form, or breaks a rule.", "BAD_REQUEST"),
        404: Failure("CodedNotFound", "There is none with this id, or it has expired.", "NOT_FOUND"),
        409: Failure("CodedConflict", "Another request changed it first. Read it again.", "CONFLICT"),
        413: Failure("CodedTooLarge", "The body is larger than the server allows.", "BAD_REQUEST"),
        415: Failure("CodedMediaType", "The body is not JSON in UTF-8.", "BAD_REQUEST"),
        503: Failure("CodedUnavailable", "The store is not available. Try again later.", "STORE_UNAVAILABLE"),
        504: Failure("CodedTimedOut", "The request took too long.", "TIMEOUT"),
    },
)


def shown_item(item: SlipItem) -> Json:
    """Return an item as JSON. ``amount`` is its cost in yen, so that their sum is the total."""
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
    """Return the numbers of a bet whose order does not count. A bracket may occur twice."""
    legs = item.ticket.legs
    if item.combinations == 1 and all(len(leg) == 1 for leg in legs):
        return sorted(number for leg in legs for number in leg)
    return item.ticket.numbers
