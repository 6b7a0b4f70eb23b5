"""The cart's routes in the words of OpenAPI."""

from typing import Any

from graphql_api.slips.tickets.types import BetType

Json = dict[str, Any]

TAGS = {"cart": "Betting slips. Nothing is bought."}

TEXT: Json = {"type": "string"}
YEN: Json = {"type": "integer", "minimum": 0, "description": "Yen."}
COUNT: Json = {"type": "integer", "minimum": 0}
CART_ID: Json = {**TEXT, "description": "A capability: whoever knows it may read and change the cart."}
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


def schemas() -> dict[str, Json]:
    """Make the schemas of requests and answers."""
    counts = {"item_count": COUNT, "total_amount": YEN}
    shown = {**ITEM, "item_id": TEXT, "combinations": {**COUNT, "description": "1, but for items added by GraphQL."}}
    error = _object({"message": TEXT, "code": TEXT})
    return {
        "CartItem": _object({"cart_id": CART_ID, **ITEM}, optional=("cart_id", "race_name")),
        "CartAdded": _object({"cart_id": CART_ID, "item_id": TEXT, **counts}),
        "CartChanged": _object({"success": {"const": True}, **counts}),
        "Cart": _object(
            {
                "cart_id": CART_ID,
                "items": {"type": "array", "items": _object(shown)},
                "total_amount": YEN,
                "is_empty": {"type": "boolean"},
            }
        ),
        "CodedError": _object({"error": error}),
    }


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail."""
    told = {
        "CodedBadRequest": ("Something is not of its form, or breaks a rule of bets.", "BAD_REQUEST"),
        "CodedNotFound": ("There is no such cart or item, or it has expired.", "NOT_FOUND"),
        "CodedConflict": ("Others change the cart all the time; try again.", "CONFLICT"),
        "CodedTooLarge": ("The body is larger than the server takes.", "BAD_REQUEST"),
        "CodedMediaType": ("The body is no JSON in UTF-8.", "BAD_REQUEST"),
        "CodedTimedOut": ("The request took too long.", "TIMEOUT"),
        "CodedUnavailable": ("The store cannot be used for now; try again later.", "STORE_UNAVAILABLE"),
    }
    return {name: _failure(*each) for name, each in told.items()}


def add() -> Json:
    """Describe how an item is added."""
    body = {"required": True, "content": _content("CartItem")}
    return {
        **_operation("addCartItem", "Add one combination to a cart, or make a cart of it"),
        "requestBody": body,
        "responses": {"201": {"description": "It was added.", "content": _content("CartAdded")}, **_failing()},
    }


def read() -> Json:
    """Describe how a cart is read."""
    return {
        **_operation("getCart", "What a cart holds"),
        "parameters": [_parameter("cart_id")],
        "responses": {"200": {"description": "The cart.", "content": _content("Cart")}, **_failing()},
    }


def clear() -> Json:
    """Describe how a cart is emptied."""
    return _change("clearCart", "Take everything out of a cart", "cart_id")


def remove() -> Json:
    """Describe how an item is taken out."""
    return _change("removeCartItem", "Take an item out of a cart", "cart_id", "item_id")


def _change(name: str, summary: str, *parameters: str) -> Json:
    return {
        **_operation(name, summary),
        "parameters": [_parameter(each) for each in parameters],
        "responses": {"200": {"description": "It is out.", "content": _content("CartChanged")}, **_failing()},
    }


def _operation(name: str, summary: str) -> Json:
    return {"operationId": name, "tags": ["cart"], "summary": summary}


def _parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def _content(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _failure(description: str, code: str) -> Json:
    example = {"error": {"message": description, "code": code}}
    media = {"schema": {"$ref": "#/components/schemas/CodedError"}, "example": example}
    return {"description": description, "content": {"application/json": media}}


def _failing() -> Json:
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
