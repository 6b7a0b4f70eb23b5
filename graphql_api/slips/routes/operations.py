"""The cart's routes in the words of OpenAPI."""

from graphql_api.slips.routes.shapes import COUNT, ITEM, TEXT, YEN, Json, content, failing, object_of, operation

TAGS = {"cart": "Betting slips. Nothing is bought."}

CART_ID: Json = {**TEXT, "description": "A capability: whoever knows it may read and change the cart."}


def schemas() -> dict[str, Json]:
    """Make the schemas of requests and answers."""
    counts = {"item_count": COUNT, "total_amount": YEN}
    covered = {**COUNT, "description": "1, but for items added by GraphQL."}
    items = {"type": "array", "items": {"$ref": "#/components/schemas/CartShownItem"}}
    return {
        "CartItem": object_of({"cart_id": CART_ID, **ITEM}, optional=("cart_id", "race_name")),
        "CartShownItem": object_of({**ITEM, "item_id": TEXT, "combinations": covered}),
        "CartAdded": object_of({"cart_id": CART_ID, "item_id": TEXT, **counts}),
        "CartChanged": object_of({"success": {"const": True}, **counts}),
        "Cart": object_of({"cart_id": CART_ID, "items": items, "total_amount": YEN, "is_empty": {"type": "boolean"}}),
        "CodedError": object_of({"error": object_of({"message": TEXT, "code": TEXT})}),
    }


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail."""
    told = {
        "CodedBadRequest": ("Something is not of its form, or breaks a rule.", "BAD_REQUEST"),
        "CodedNotFound": ("There is none of this id, or it has expired.", "NOT_FOUND"),
        "CodedConflict": ("Others came first; look again.", "CONFLICT"),
        "CodedTooLarge": ("The body is larger than the server takes.", "BAD_REQUEST"),
        "CodedMediaType": ("The body is no JSON in UTF-8.", "BAD_REQUEST"),
        "CodedTimedOut": ("The request took too long.", "TIMEOUT"),
        "CodedUnavailable": ("The store cannot be used for now; try again later.", "STORE_UNAVAILABLE"),
    }
    return {name: _failure(*each) for name, each in told.items()}


def add() -> Json:
    """Describe how an item is added."""
    done = {"201": {"description": "It was added.", "content": content("CartAdded")}}
    shared = operation("addCartItem", "Add one combination to a cart, or make a cart of it", tag="cart")
    body = {"required": True, "content": content("CartItem")}
    return {**shared, "requestBody": body, "responses": {**done, **failing()}}


def read() -> Json:
    """Describe how a cart is read."""
    done = {"200": {"description": "The cart.", "content": content("Cart")}}
    return {**operation("getCart", "What a cart holds", "cart_id", tag="cart"), "responses": {**done, **failing()}}


def clear() -> Json:
    """Describe how a cart is emptied."""
    return _change("clearCart", "Take everything out of a cart", "cart_id")


def remove() -> Json:
    """Describe how an item is taken out."""
    return _change("removeCartItem", "Take an item out of a cart", "cart_id", "item_id")


def _change(name: str, summary: str, *parameters: str) -> Json:
    done = {"200": {"description": "It is out.", "content": content("CartChanged")}}
    return {**operation(name, summary, *parameters, tag="cart"), "responses": {**done, **failing()}}


def _failure(description: str, code: str) -> Json:
    example = {"error": {"message": description, "code": code}}
    media = {"schema": {"$ref": "#/components/schemas/CodedError"}, "example": example}
    return {"description": description, "content": {"application/json": media}}
