"""For whom slices count what one caller may use up."""

from graphql_api.access.clock import SYSTEM
from graphql_api.access.payer import payer_of
from graphql_api.access.service import CALLER
from graphql_api.access.visitors import Visitors


class Keyed:
    """A caller with a key."""

    key_id = "abc"


def test_a_key_counts_for_itself_wherever_it_comes_from() -> None:
    """And nobody without one can be counted as a key."""
    reset = CALLER.set(Keyed())  # type: ignore[arg-type]
    assert payer_of("203.0.113.5") == payer_of("") == "KEY#abc"
    CALLER.reset(reset)
    assert payer_of("203.0.113.5") == "NET#203.0.113.5"
    assert payer_of("2001:db8::1") == payer_of("2001:db8::2") == "NET#2001:db8::"
    assert payer_of("") == payer_of("KEY#abc") == "NET#unknown"


def test_a_visitor_is_counted_by_address() -> None:
    """By the one that its limits count, whichever connection it comes by."""
    reset = CALLER.set(Visitors(60, 6_000, SYSTEM).get("203.0.113.5"))
    assert payer_of("192.0.2.1") == payer_of("") == "NET#203.0.113.5"
    CALLER.reset(reset)
