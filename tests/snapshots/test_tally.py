"""The tally of requests: outcomes, and which jockeys are asked most."""

from graphql_api.snapshots.tally import Tally
from graphql_api.snapshots.trace import Trace


def asked(tally: Tally, *ids: str) -> None:
    """Ask for jockeys, one after the other."""
    for each in ids:
        tally.count("hit", None, each)


def test_requests_count_here_and_in_their_traces() -> None:
    """Each request counts under its outcome, for the process and for the request's own trace."""
    tally, trace = Tally(), Trace()
    tally.count("miss", trace, "00001")
    tally.count("hit", None, "00001")
    assert (tally.outcomes, trace.outcomes) == ({"miss": 1, "hit": 1}, {"miss": 1})


def test_the_most_asked_come_first() -> None:
    """Jockeys are listed by how often they were asked for, no more than wanted; those not found are none."""
    tally = Tally()
    asked(tally, "00001", "00002", "00002", "00003", "00003", "00003")
    tally.count("missing", None, None)
    assert tally.most_asked(2) == ["00003", "00002"]
    assert tally.most_asked(9) == ["00003", "00002", "00001"]


def test_the_memory_of_jockeys_is_bounded() -> None:
    """Of too many jockeys, those asked least are forgotten, those asked most are not."""
    tally = Tally(keys=4)
    asked(tally, "00001", "00001", "00001", "00002", "00002", "00003", "00004", "00005")
    assert tally.most_asked(9) == ["00001", "00002"]
    asked(tally, "00002", "00002")
    assert tally.most_asked(1) == ["00002"]
