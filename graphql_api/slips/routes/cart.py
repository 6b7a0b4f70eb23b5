"""The cart: a slip whose items are single combinations, as clients of the previous API send them."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.races.ids import bridge_place
from graphql_api.services import Services
from graphql_api.slips import changes
from graphql_api.slips.adding import prepare_item
from graphql_api.slips.changes import Change
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.model import Slip, SlipItem
from graphql_api.slips.races import race_at
from graphql_api.slips.routes.shapes import shown_item
from graphql_api.slips.service import Order, Slips
from graphql_api.slips.tickets.selections import Selection
from graphql_api.slips.tickets.types import BetMethod, BetType
from graphql_api.web.json_body import json_object, read_body
from graphql_api.web.json_responses import uncached
from graphql_api.web.middleware import request_headers, request_log

TYPES: Mapping[str, BetType] = {bet_type.value: bet_type for bet_type in BetType}


class Cart:
    """The endpoints over one application's slips."""

    def __init__(self, services: Services) -> None:
        """Open the service with the first request."""
        self._services = services

    async def add(self, request: Request) -> Response:
        """Add one combination; without ``cart_id`` a cart is made of it."""
        limit = self._services.settings.max_body_bytes
        body = json_object(await read_body(request.receive, request_headers(request.scope), limit))
        slips = self._services.get(Slips)
        item = await self._item(request, body, slips)
        order = Order(lambda slip: changes.add(slip, item))
        cart_id = body.get("cart_id")
        if cart_id is None:
            cart_id, changed = await slips.create(order)
        else:
            cart_id, changed = await slips.change(_text(body, "cart_id"), order)
        return uncached({"cart_id": cart_id, "item_id": changed.item_id, **_counted(changed.slip)}, 201)

    async def cart(self, request: Request) -> Response:
        """Return the cart, or remove all its items."""
        cart_id = request.path_params["cart_id"]
        if request.method == "DELETE":
            return await self._change(cart_id, changes.clear)
        slip = await self._services.get(Slips).get(cart_id)
        items = [shown_item(item) for item in slip.items]
        return uncached({"cart_id": cart_id, "items": items, "total_amount": slip.total, "is_empty": not items})

    async def remove(self, request: Request) -> Response:
        """Remove one item."""
        item_id = request.path_params["item_id"]
        return await self._change(request.path_params["cart_id"], lambda slip: changes.remove(slip, item_id))

    async def _change(self, cart_id: str, change: Change) -> Response:
        written = await self._services.get(Slips).change(cart_id, Order(change))
        return uncached({"success": True, **_counted(written.changed.slip)})

    async def _item(self, request: Request, body: Mapping[str, Any], slips: Slips) -> SlipItem:
        fields = request_log(request.scope)
        race_id = race_at(bridge_place(_text(body, "race_id")))
        name = _text(body, "race_name") if body.get("race_name") is not None else None
        with Context(self._services, fields["request_id"], fields.trace, self._services.settings) as context:
            races = SlipRaces(context)
            return await prepare_item(race_id, _selection(body), _amount(body), races, slips.now(), name)


def _selection(body: Mapping[str, Any]) -> Selection:
    bet_type = TYPES.get(_text(body, "bet_type"))
    if bet_type is None:
        raise BadUserInput(f"'bet_type' must be one of {', '.join(TYPES)}.")
    numbers = body.get("horse_numbers")
    if not isinstance(numbers, list):
        raise BadUserInput("'horse_numbers' must be a list of numbers.")
    return Selection(bet_type=bet_type, method=BetMethod.STRAIGHT, numbers=numbers)


def _amount(body: Mapping[str, Any]) -> int:
    amount = body.get("amount")
    if type(amount) is not int:
        raise BadUserInput("'amount' must be a whole number of yen.")
    return amount


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadUserInput(f"'{name}' must be a text.")
    return value


def _counted(slip: Slip) -> dict[str, int]:
    return {"item_count": len(slip.items), "total_amount": slip.total}
