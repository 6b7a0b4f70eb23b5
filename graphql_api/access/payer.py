"""Under which name a caller is counted by slices that limit what one caller may use up."""

from graphql_api.access.networks import network
from graphql_api.access.service import CALLER
from graphql_api.access.visitors import Visitor


def payer_of(address: str) -> str:
    """Return the name for the caller of the present request: of its API key, or else of its address.

    A visitor's address is the one that its rate limits count. ``address`` is that of the connection, for where access
    is off: then callers whose address is not known, or is that of one proxy, are one.
    """
    caller = CALLER.get()
    if isinstance(caller, Visitor):
        return f"NET#{caller.address}"
    return f"KEY#{caller.key_id}" if caller is not None and caller.key_id else f"NET#{network(address)}"
