"""The cart's routes as OpenAPI describes them."""

from graphql_api.slips.routes.shapes import FAILURES, ITEM, YEN
from graphql_api.web.openapi.coded_failures import CODED_ERROR
from graphql_api.web.openapi.objects import COUNT, TEXT, Json, json_content, object_of, operation_object, reference

TAGS = {"cart": "Betting slips. Nothing is bought."}

CART_ID: Json = {**TEXT, "description": "Secret id. Anyone who knows it can read and change the cart."}


def schemas() -> dict[str, Json]:
    """Return the schemas of requests and responses."""
    counts: Json = {"item_count": COUNT, "total_amount": YEN}
    covered = {**COUNT, "description": "Number of combinations. Always 1, except for items added by GraphQL."}
    items = {"type": "array", "items": reference("CartShownItem")}
    return {
        "CartItem": object_of(cart_id=CART_ID, **ITEM, optional=("cart_id", "race_name")),
        "CartShownItem": object_of(**ITEM, item_id=TEXT, combinations=covered),
        "CartAdded": object_of(cart_id=CART_ID, item_id=TEXT, **counts),
        "CartChanged": object_of(success={"const": True}, **counts),
        "Cart": object_of(cart_id=CART_ID, items=items, total_amount=YEN, is_empty={"type": "boolean"}),
        "CodedError": CODED_ERROR,
    }


def add() -> Json:
    """Describe how an item is added."""
    return {
        **operation_object("addCartItem", "Add one combination to a cart, or create a cart with it", tag="cart"),
        "requestBody": {"required": True, "content": json_content("CartItem")},
        "responses": FAILURES.responses(201, "It was added.", "CartAdded"),
    }


def read() -> Json:
    """Describe how a cart is read."""
    return {
        **operation_object("getCart", "Contents of a cart", "cart_id", tag="cart"),
        "responses": FAILURES.responses(200, "The cart.", "Cart"),
    }


def clear() -> Json:
    """Describe how a cart is emptied."""
    return _change("clearCart", "Remove all items from a cart", "cart_id")


def remove() -> Json:
    """Describe how an item is removed."""
    return _change("removeCartItem", "Remove an item from a cart", "cart_id", "item_id")


def _change(name: str, summary: str, *parameters: str) -> Json:
    responses = FAILURES.responses(200, "It is out.", "CartChanged")
    return {**operation_object(name, summary, *parameters, tag="cart"), "responses": responses}
