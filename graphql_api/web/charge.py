"""What a request costs, told to the layer that limits its caller, if there is one."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.types import Scope

CHARGE = "charge"
"""In ``scope["state"]``: a ``Charge``, where a layer limits callers by cost."""

TELLS_REFUSAL = "tells_refusal"
"""In ``scope["state"]``: the route answers ``RateLimited`` itself, in its own form, and by nothing but the error."""

UNADMITTED = "unadmitted"
"""In ``scope["state"]``: a key is required for data, and none was asked for, since the path is open to all."""


class Charge(NamedTuple):
    """How one request is paid for. Costs are in values of an answer, as ``Budget`` counts them.

    ``reserve`` takes what the request is reckoned to cost, before the work. It raises ``RateLimited``.
    ``settle`` tells what it did cost, behind the work.
    """

    reserve: Callable[[int], Awaitable[None]]
    settle: Callable[[int], None]


async def reserve(scope: Scope, cost: int) -> None:
    """Charge a request for its next work. Raises ``RateLimited`` if its caller has used up a limit."""
    charge: Charge | None = scope["state"].get(CHARGE)
    if charge is not None:
        await charge.reserve(cost)


def settle(scope: Scope, cost: int) -> None:
    """Report the actual cost of a request, which may be more than was reserved."""
    charge: Charge | None = scope["state"].get(CHARGE)
    if charge is not None:
        charge.settle(cost)


def is_unadmitted(scope: Scope) -> bool:
    """Return whether the answer must have no data, because its path is open to those without a key."""
    return UNADMITTED in scope["state"]
