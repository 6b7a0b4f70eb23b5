"""The routes of the slice, each with its description."""

from graphql_api.slips.routes import operations
from graphql_api.slips.routes.shapes import FAILURES
from graphql_api.web.routes import ApiRoute, Http, lazy_endpoints

READ = {"get": 10_000}
CHANGE = {"post": 200_000, "delete": 200_000}
"""Costs of requests for a caller, in values of a response. A change costs as much as a mutation."""


def routes(http: Http) -> list[ApiRoute]:
    """Return the cart's routes."""
    cart = lazy_endpoints("graphql_api.slips.routes.cart:Cart", http.services)
    schemas, responses = operations.schemas(), FAILURES.components()
    item, tags = {"delete": operations.remove()}, operations.TAGS
    items, one = {"post": operations.add()}, {"get": operations.read(), "delete": operations.clear()}
    return [
        ApiRoute("/cart/items", cart("add"), items, schemas, responses, tags=tags, coded_errors=True, costs=CHANGE),
        ApiRoute("/cart/{cart_id}", cart("cart"), one, coded_errors=True, costs=READ | CHANGE),
        ApiRoute("/cart/{cart_id}/items/{item_id}", cart("remove"), item, coded_errors=True, costs=CHANGE),
    ]
