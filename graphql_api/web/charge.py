"""The cost of a request. It is reported to the layer that limits callers, if there is one."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.types import Scope

CHARGE = "charge"
"""In ``scope["state"]``: a ``Charge``, where a layer limits callers by cost."""

TELLS_REFUSAL = "tells_refusal"
"""In ``scope["state"]``: the route itself responds to ``RateLimited``, in its own form."""

UNADMITTED = "unadmitted"
"""In ``scope["state"]``: data requires a key, but the request has none, since the path is open to all."""


class Charge(NamedTuple):
    """How one request is paid for. Costs are in values of an answer, as ``Budget`` counts them.

    ``reserve`` charges the estimated cost before the work. It raises ``RateLimited``.
    ``settle`` reports the actual cost after the work.
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
    """Return whether the response must contain no data, because the request came without a required key."""
    return UNADMITTED in scope["state"]
