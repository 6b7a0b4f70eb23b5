"""Odds of a bridge: what is read of its answers, and what a client gets of its faults."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graphql_api.app import create_core, serve_core
from graphql_api.errors import UpstreamUnavailable
from graphql_api.execution.context import Context
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.odds.boards import LatestBoards
from graphql_api.odds.job import update as run_update
from graphql_api.odds.jravan import JraVanOdds, read_lines
from graphql_api.odds.service import Odds
from graphql_api.odds.updates import OddsUpdates
from graphql_api.races.jravan.bridge import Bridge as Wire
from graphql_api.races.jravan.provider import JraVanCards
from graphql_api.races.live import LiveCards
from graphql_api.races.lookup import races_on
from graphql_api.races.model import Race
from graphql_api.races.settings import RacesSettings
from graphql_api.services import Services
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from graphql_client import codes, run
from races.bridge import Bridge, bridge_server

NOW = datetime(2026, 4, 5, 15, 0, tzinfo=JST)
POST = NOW + timedelta(minutes=10)
SECONDS = 1.0
"""Seconds in which the odds of a race, or a card, have to be there."""

RACE = f"{NOW:%Y%m%d}_43_11"
PATH = f"/races/{RACE}"
ODDS = {
    "win": {"1": 3.5, "2": "2.1", "3": 0.0},
    "place": {"1": {"min": 1.2, "max": 1.8}, "2": {"min": 1.1, "max": 1.3}, "3": {"min": 0.0, "max": 0.0}},
    "quinella": {"1-2": 4.4, "3-1": 21.0, "2-3": "****"},
    "exacta": {"2-1": 7.7},
}


def now() -> datetime:
    """Tell the time, which stands still."""
    return NOW


class OddsBridge:
    """What a bridge says of the odds of one race; ``results`` makes them final."""

    def __init__(self) -> None:
        """Tell the odds."""
        self.odds: dict[str, Any] | None = {**ODDS, "timestamp": (NOW - timedelta(minutes=1)).isoformat()}
        self.results = False
        self.runners = [
            {"horse_number": number, "horse_name": f"ホース{number}", "odds": odds, "popularity": 0}
            for number, odds in ((1, 0.0), (2, 0.0), (3, "****"))
        ]

    def race(self) -> dict[str, Any]:
        """Tell the race, which starts soon."""
        return {
            "race_id": RACE, "race_name": "架空賞", "race_number": 11, "venue": "43",
            "start_time": POST.replace(tzinfo=None).isoformat(), "betting_deadline": None, "horse_count": 3,
        }  # fmt: skip

    def answer(self, path: str, query: Mapping[str, list[str]]) -> Any:
        """Answer a question; None is 404."""
        if path == "/races":
            return [self.race()] if query["date"][0] == RACE[:8] else []
        known = {
            PATH: self.race(),
            f"{PATH}/runners": self.runners,
            f"{PATH}/odds": self.odds,
            f"{PATH}/results": {"race_id": RACE} if self.results else None,
        }
        return known.get(path)


@pytest.fixture
def said() -> OddsBridge:
    """Give what the bridge says."""
    return OddsBridge()


@pytest.fixture
def bridge(said: OddsBridge) -> Iterator[Bridge]:
    """Serve a bridge."""
    with bridge_server() as served:
        served.answer = said.answer  # type: ignore[method-assign]
        yield served


@pytest.fixture
def services(bridge: Bridge, tmp_path: Path) -> Iterator[Services]:
    """Make an application that updates odds of the bridge."""
    environ = {"RACES_PROVIDER": "jravan", "JRAVAN_URL": bridge.url, "RACES_TTL": "0", "ODDS_UPDATES": "true"}
    names = {f"JOCKEY_{name}": value for name, value in {**environ, "LOG_LEVEL": "ERROR"}.items()}
    settings = read_settings(names, data=str(tmp_path), store=str(tmp_path / "unused.sqlite3"), jobs_workers=0)
    store = SqliteStore(tmp_path / "store.sqlite3", NOW.timestamp)
    opened = Store(store, 60)
    provider = JraVanOdds(Wire(bridge.url), SECONDS, now=now)
    given: dict[Any, Any] = {
        LiveCards: LiveCards(JraVanCards(Wire(bridge.url), SECONDS, now=now), settings),
        Store: opened,
        Odds: Odds(LatestBoards(store, settings), opened, now),
        OddsUpdates: OddsUpdates(provider, store, 86_400, now=now),
    }
    services = Services(settings, create_core(settings).services.storage, given)
    yield services
    services.close()


def update(services: Services) -> Mapping[str, Any]:
    """Update all races of today."""
    return asyncio.run(run_update(services, 50, everything=True)).result().told


def client_of(services: Services) -> TestClient:
    """Serve the application."""
    core = replace(create_core(services.settings, services.storage), services=services)
    return TestClient(serve_core(core, services.settings), raise_server_exceptions=False)


def test_what_the_bridge_says_is_read(services: Services, said: OddsBridge) -> None:
    """Numbers from texts too, ranges, pairs in any order; 0.0 and ``****`` are none; types may be missing."""
    assert update(services)["stored"] == 1
    with client_of(services) as client:
        found = client.get(f"{PATH}/odds").json()
        assert found["win"] == {"1": 3.5, "2": 2.1, "3": None}
        assert found["place"]["3"] == {"min": None, "max": None}
        assert found["place"]["1"] == {"min": 1.2, "max": 1.8}
        assert found["quinella"] == {"1-2": 4.4, "1-3": 21.0, "2-3": None}
        assert found["exacta"] == {"1-2": None, "1-3": None, "2-1": 7.7, "2-3": None, "3-1": None, "3-2": None}
        assert "trio" not in found
        assert (found["status"], found["as_of"][:19]) == ("OPEN", said.odds["timestamp"][:19])  # type: ignore[index]


def test_before_sales_there_are_no_numbers(services: Services, said: OddsBridge) -> None:
    """The status says so."""
    said.odds = {"win": {"1": 0.0, "2": 0.0, "3": 0.0}}
    assert update(services)["stored"] == 1
    with client_of(services) as client:
        found = client.get(f"{PATH}/odds").json()
        assert (found["status"], found["win"]) == ("FORECAST", {"1": None, "2": None, "3": None})


def test_a_race_without_odds_is_no_failure(services: Services, said: OddsBridge) -> None:
    """404 is told as such."""
    said.odds = None
    told = update(services)
    assert (told["without"], told["failed"]) == (1, 0)


@pytest.mark.parametrize("faults", [[500] * 10, ["half"] * 10, ["html"] * 10, ["slow"] * 4])
def test_faults_keep_the_last_odds(services: Services, bridge: Bridge, said: OddsBridge, faults: list[Any]) -> None:
    """A run that fails is told and counted; the races of the day are known, or that fails too."""
    update(services)
    with client_of(services) as client:
        good = client.get(f"{PATH}/odds").json()
        bridge.faults.extend([None, *faults])  # type: ignore[list-item]
        told = update(services)
        assert told["failuresInRow"] == 1
        bridge.faults.clear()
        bridge.released.set()
        again = client.get(f"{PATH}/odds")
        assert (again.status_code, again.json()["win"]) == (200, good["win"])


def test_half_of_the_horses_are_no_answer(services: Services, said: OddsBridge) -> None:
    """The last odds stay."""
    update(services)
    said.odds = {"win": {"1": 3.6}}
    assert update(services)["failed"] == 1


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "soon", 17])
def test_a_time_that_cannot_be_is_that_of_the_answer(services: Services, said: OddsBridge, moment: Any) -> None:
    """As where the bridge tells none; neither this race nor the others fail for it."""
    said.odds = {**ODDS, "timestamp": moment}
    assert update(services)["stored"] == 1
    with client_of(services) as client:
        assert client.get(f"{PATH}/odds").json()["as_of"][:19] == f"{NOW:%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize("number", ["9" * 5_000, "٣"])
def test_numbers_that_no_horse_has_fail_their_race_alone(services: Services, said: OddsBridge, number: str) -> None:
    """It is counted, and the run goes on."""
    said.odds = {**ODDS, "win": {**ODDS["win"], number: 3.5}}
    assert update(services)["failed"] == 1


def test_without_any_odds_the_error_has_a_code(services: Services, bridge: Bridge, said: OddsBridge) -> None:
    """Once some are due, and the card has none either: 503 and UPSTREAM_UNAVAILABLE, in GraphQL and in REST."""
    said.odds = {"win": "broken"}
    assert update(services)["failed"] == 1
    with client_of(services) as client:
        answer = client.get(f"{PATH}/odds")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
        query = f'{{ race(id: "{RACE[:4]}43{RACE[4:8]}11") {{ name odds {{ stale }} }} }}'
        found = run(client, query)
        assert codes(found) == ["UPSTREAM_UNAVAILABLE"]
        assert found["data"]["race"] == {"name": "架空賞", "odds": None}


odds = st.one_of(st.none(), st.floats(), st.text(max_size=4), st.booleans())
ranges = st.dictionaries(st.sampled_from(["min", "max"]), odds)
lines_of = st.dictionaries(st.text("0123-", max_size=5), odds | ranges, max_size=4)


@given(st.dictionaries(st.sampled_from([*(each.value for each in BetType), "x"]), lines_of, max_size=4))
def test_any_answer_is_read_or_refused(told: dict[str, Any]) -> None:
    """Never with an error of another kind, and never with odds that are none."""
    try:
        lines = read_lines(told, 3)
    except UpstreamUnavailable:
        return
    for line in lines.values():
        assert all(number == 0 or 10 <= number <= 999_999 for number in (*line.least, *(line.most or ())))


def test_odds_are_final_once_there_are_results(services: Services, said: OddsBridge, bridge: Bridge) -> None:
    """And closed before; results of a race to come are not asked for."""
    update(services)
    assert f"{PATH}/results" not in bridge.asked
    later = NOW + timedelta(minutes=20)
    provider = JraVanOdds(Wire(services.settings.of(RacesSettings).jravan_url), SECONDS, now=lambda: later)
    after = OddsUpdates(provider, services.get(Store).sync, 86_400, now=lambda: later)

    async def races(day: date) -> Sequence[Race]:
        return await races_on(Context(services, settings=services.settings), day)

    statuses = []
    for results in (False, True):
        said.results = results
        statuses += [board.status.value for board in asyncio.run(after.run(races, 50, everything=True)).boards]
    assert statuses == ["CLOSED", "FINAL"]
    after.close()
