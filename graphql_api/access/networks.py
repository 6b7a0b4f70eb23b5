"""Addresses as they are counted: one of IPv4, or a network of IPv6."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

UNKNOWN = "unknown"
NETWORK_BITS = 64
"""Of an IPv6 address: an internet provider gives a whole such network to each customer."""


@lru_cache(10_000)
def network(text: str) -> str:
    """Return the text under which an address is counted; what is no address counts as one, ``UNKNOWN``."""
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    bits = 128 - NETWORK_BITS
    return str(IPv6Address(int(address) >> bits << bits))
