"""Under which name a caller is counted by slices that limit what one caller may use up."""

from graphql_api.access.networks import network
from graphql_api.access.service import CALLER


def payer_of(address: str) -> str:
    """Return the name for the caller of the present request: of its API key, or else of its address.

    ``address`` is that of the connection. Callers whose address is not known, or is that of one proxy, are one.
    """
    caller = CALLER.get()
    return f"KEY#{caller.key_id}" if caller is not None and caller.key_id else f"NET#{network(address)}"
