"""Races of a bridge: what its values mean, and what comes of each of its faults."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fakes import FakeClock
from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.japan_time import JST
from graphql_api.jockeys.vocabulary import FinishStatus, Going, Grade, Jurisdiction, Surface
from graphql_api.races.ids import bridge_place
from graphql_api.races.jravan.breaker import FAILURES, PAUSE, Breaker
from graphql_api.races.jravan.bridge import Bridge as BridgeClient
from graphql_api.races.jravan.provider import JraVanCards
from graphql_api.races.model import Race, RaceStatus
from graphql_api.snapshots.trace import Trace
from races.bridge import Bridge, bridge_server
from waiting import until

DAY, MAIN, FIRST = "2026-04-05", "20260405_06_11", "20260405_43_01"
NOON = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
"""Noon in Japan."""


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    """Serve a bridge."""
    with bridge_server() as served:
        yield served


def cards(bridge: Bridge, *, seconds: float = 5.0, now: datetime = NOON, breaker: Breaker | None = None) -> JraVanCards:
    """Make a provider of the bridge's cards."""
    return JraVanCards(BridgeClient(bridge.url, breaker), seconds, now=lambda: now)


def race(provider: JraVanCards, key: str) -> Race:
    """Read a card of one race."""
    stored = provider.read(key, None)
    assert stored is not None
    (found,) = provider.decode(stored, key, Trace()).values()
    return found


def test_a_race_is_read_with_its_runners(bridge: Bridge) -> None:
    """Times without a zone are Japan's; the meeting makes netkeiba's id."""
    found = race(cards(bridge), MAIN)
    assert (found.id, found.ids.bridge) == ("202606030411", MAIN)
    assert (found.racecourse, found.race_number, found.jurisdiction) == ("中山", 11, Jurisdiction.JRA)
    assert (found.surface, found.distance, found.going, found.grade) == (Surface.TURF, 1600, Going.RYO, Grade.GI)
    assert found.post_time == datetime(2026, 4, 5, 15, 45, tzinfo=JST)
    assert found.betting_deadline == found.post_time - timedelta(minutes=2)
    assert found.status is RaceStatus.UPCOMING
    assert (found.field_size, found.declared_runners) == (2, 3)
    assert [runner.horse_number for runner in found.runners] == [1, 2, 3]


def test_values_that_are_none_are_null(bridge: Bridge) -> None:
    """Odds and rank of 0 are none yet; asterisks are a scratched horse; a bracket of 0 is not known."""
    first, second, third = race(cards(bridge), MAIN).runners
    assert (first.win_odds, first.favourite_rank, first.carried_weight) == (3.5, 1, 57.0)
    assert (second.win_odds, second.favourite_rank, second.bracket_number) == (None, None, 2)
    assert (third.win_odds, third.finish_status, third.bracket_number) == (None, FinishStatus.SCRATCHED, None)
    assert third.jockey_name is None


def test_the_first_fields_are_enough(bridge: Bridge) -> None:
    """A bridge of the first kind tells neither course nor distance nor meeting; NAR's id follows from the day."""
    found = race(cards(bridge), FIRST)
    assert (found.id, found.name, found.racecourse) == ("202643040501", "Ｃ３", "船橋")
    assert (found.post_time, found.surface, found.going, found.distance) == (None, None, None, None)
    for name in ("kaisai_kai", "kaisai_nichime", "grade_class", "horse_count"):
        del bridge.races[0][name]
    assert race(cards(bridge), MAIN).id is None


@pytest.mark.parametrize(("name", "value"), [("kaisai_kai", "09"), ("kaisai_nichime", "13"), ("kaisai_kai", "**")])
def test_a_meeting_that_cannot_be_is_not_known(bridge: Bridge, name: str, value: str) -> None:
    """So there is no id of netkeiba's."""
    bridge.races[0][name] = value
    assert race(cards(bridge), MAIN).id is None


def test_a_race_behind_its_post_time_is_not_upcoming(bridge: Bridge) -> None:
    """The bridge does not tell results; without a post time the day decides."""
    evening = NOON + timedelta(hours=6)
    assert race(cards(bridge, now=evening), MAIN).status is RaceStatus.UNKNOWN
    assert race(cards(bridge, now=evening), FIRST).status is RaceStatus.UPCOMING
    assert race(cards(bridge, now=evening + timedelta(days=1)), FIRST).status is RaceStatus.UNKNOWN


def test_a_day_is_one_question(bridge: Bridge) -> None:
    """Its races come without runners, in the order of their ids."""
    provider = cards(bridge)
    stored = provider.read(DAY, None)
    assert stored is not None
    card = provider.decode(stored, DAY, Trace())
    assert [found.ids.bridge for found in card.values()] == [MAIN, FIRST]
    assert card[bridge_place(MAIN)].declared_runners == 3
    assert bridge.asked == {"/races": 1}
    assert provider.read(DAY, stored.etag) is None


def test_a_race_of_jra_is_found_by_netkeibas_id(bridge: Bridge) -> None:
    """By its meeting, among the days near today; once a day is listed, at once. NAR's id tells the day itself."""
    provider = cards(bridge, now=NOON - timedelta(days=2))
    assert race(provider, "202606030411").ids.bridge == MAIN
    asked = bridge.asked["/races"]
    assert asked == 4  # yesterday, today, tomorrow, and the day itself
    with pytest.raises(NotFound):  # of a year that none of the days is in
        provider.read("202506030411", None)
    assert bridge.asked["/races"] == asked
    with pytest.raises(NotFound):  # of a meeting that there is not: the days behind it are listed
        provider.read("202606030512", None)
    assert bridge.asked["/races"] == asked + 6
    with pytest.raises(NotFound):  # once
        provider.read("202606030611", None)
    asked = bridge.asked["/races"]
    assert asked == 10
    assert race(provider, "202606030411").ids.bridge == MAIN
    assert race(provider, "202643040501").ids.bridge == FIRST
    assert bridge.asked["/races"] == asked
    with pytest.raises(NotFound):
        provider.read("202606030511", None)


def test_what_the_bridge_does_not_have_is_not_found(bridge: Bridge) -> None:
    """A race, and a day without races; a race without a list of runners has none that are known."""
    for key in ("20260405_06_12", "2026-04-06"):
        with pytest.raises(NotFound):
            cards(bridge).read(key, None)


@pytest.mark.parametrize("fault", [500, 503, "half"])
def test_one_fault_is_tried_again(bridge: Bridge, fault: int | str) -> None:
    """A second one ends it; the log tells which."""
    bridge.faults.append(fault)
    assert race(cards(bridge), MAIN).ids.bridge == MAIN
    bridge.faults.extend([fault, fault])
    with pytest.raises(UpstreamUnavailable) as caught:
        cards(bridge).read(MAIN, None)
    assert caught.value.log_fields["path"] == f"/races/{MAIN}"
    assert str(caught.value.log_fields.get("status") or caught.value.log_fields["reason"]) in {
        "500",
        "503",
        "IncompleteRead",
        "ProtocolError",
    }


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_the_time_holds_for_all_of_it(bridge: Bridge, fault: str) -> None:
    """An answer that does not come, or comes byte by byte, is given up; nothing is tried behind it."""
    bridge.faults.append(fault)
    with pytest.raises(UpstreamUnavailable):
        cards(bridge, seconds=0.2).read(MAIN, None)
    assert bridge.asked.total() == 1


@pytest.mark.parametrize("change", [{"race_id": "20260405_06_12"}, {"race_id": "??"}, {"race_id": None}])
def test_an_answer_that_is_no_such_race_is_a_fault(bridge: Bridge, change: dict[str, str | None]) -> None:
    """It is the bridge's fault, not that the race does not exist."""
    bridge.answer = lambda path, _query: [] if path.endswith("runners") else {**bridge.races[0], **change}  # type: ignore[method-assign]
    with pytest.raises(UpstreamUnavailable, match="cannot be read"):
        cards(bridge).read(MAIN, None)


@pytest.mark.parametrize("runners", [[{}], [{"horse_number": "x"}], [1], {"horse_number": 1}])
def test_a_runner_without_a_number_is_a_fault(bridge: Bridge, runners: list) -> None:
    """Nothing is made of half a field."""
    bridge.runners = runners
    with pytest.raises(UpstreamUnavailable, match="cannot be read"):
        cards(bridge).read(MAIN, None)


def test_ids_of_several_types_are_put_in_order(bridge: Bridge) -> None:
    """Some bridges write digits as numbers."""
    bridge.answer = lambda _path, _query: [{**bridge.races[1], "race_id": 202604054301}, bridge.races[0]]  # type: ignore[method-assign]
    provider = cards(bridge)
    stored = provider.read(DAY, None)
    assert stored is not None
    assert {found.ids.bridge for found in provider.decode(stored, DAY, Trace()).values()} == {MAIN, FIRST}


def test_an_answer_that_is_nested_deeply_is_a_fault(bridge: Bridge) -> None:
    """More deeply than JSON is written here, though it can be read."""
    deep: list = []
    for _ in range(500):
        deep = [deep]
    bridge.races[0]["more"] = deep
    with pytest.raises(UpstreamUnavailable, match="cannot be read"):
        cards(bridge).read(DAY, None)


def test_a_page_of_a_proxy_is_a_fault(bridge: Bridge) -> None:
    """It is no JSON, whatever its status says."""
    bridge.faults.append("html")
    with pytest.raises(UpstreamUnavailable, match="cannot be read"):
        cards(bridge).read(DAY, None)


def test_a_bridge_that_fails_is_left_alone_for_a_while(bridge: Bridge) -> None:
    """After some failures nothing is asked; after the pause one question may pass, and a success closes the breaker."""
    clock = FakeClock()
    provider = cards(bridge, breaker=Breaker(clock))
    bridge.faults.extend([500] * 2 * FAILURES)
    for _ in range(FAILURES):
        with pytest.raises(UpstreamUnavailable):
            provider.read(MAIN, None)
    asked = bridge.asked.total()
    with pytest.raises(UpstreamUnavailable) as caught:
        provider.read(MAIN, None)
    assert caught.value.log_fields == {"open": True}
    assert bridge.asked.total() == asked
    clock.turn(PAUSE)
    assert race(provider, MAIN).ids.bridge == MAIN
    assert race(provider, MAIN).ids.bridge == MAIN


def test_a_breaker_lets_one_probe_pass() -> None:
    """All others wait for what comes of it; a probe that fails opens it for a pause more."""
    clock = FakeClock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.check()
        breaker.fail()
    clock.turn(PAUSE)
    breaker.check()
    with pytest.raises(UpstreamUnavailable):
        breaker.check()
    breaker.fail()
    with pytest.raises(UpstreamUnavailable):
        breaker.check()
    clock.turn(PAUSE)
    breaker.check()
    breaker.succeed()
    breaker.check()


def test_questions_share_a_connection_until_the_provider_is_closed(bridge: Bridge) -> None:
    """One that was given up in the middle is not used again."""
    provider = cards(bridge)
    for _ in range(3):
        race(provider, MAIN)
    assert bridge.asked.total() == 6
    assert bridge.connections == {"opened": 1, "open": 1}
    bridge.faults.append(500)
    race(provider, MAIN)
    assert bridge.connections["opened"] == 2
    provider.close()
    assert until(lambda: bridge.connections["open"] == 0)


def test_a_bridge_that_is_not_there_is_a_fault() -> None:
    """Nobody listens."""
    with bridge_server() as gone:
        provider = cards(gone)
    with pytest.raises(UpstreamUnavailable):
        provider.read(DAY, None)


def test_a_bridge_is_imported_when_it_is_asked() -> None:
    """The client's library costs those who use no bridge nothing."""
    code = "import sys, graphql_api.races.jravan.provider as p; print('urllib3' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "False"
