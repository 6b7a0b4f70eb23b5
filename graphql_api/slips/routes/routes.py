"""The routes of the slice, each with its description."""

from graphql_api.slips.routes import operations
from graphql_api.slips.routes.shapes import FAILURES
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints


def routes(http: Http) -> list[ApiRoute]:
    """Return the cart's routes."""
    cart = lazy_endpoints("graphql_api.slips.routes.cart:Cart", http.services)
    schemas, responses = operations.schemas(), FAILURES.components()
    item = {"delete": operations.remove()}
    items, one = {"post": operations.add()}, {"get": operations.read(), "delete": operations.clear()}
    return [
        ApiRoute("/cart/items", cart("add"), items, schemas, responses, tags=operations.TAGS, coded_errors=True),
        ApiRoute("/cart/{cart_id}", cart("cart"), one, coded_errors=True),
        ApiRoute("/cart/{cart_id}/items/{item_id}", cart("remove"), item, coded_errors=True),
    ]
