"""Races of a bridge through GraphQL and REST: what a client gets of each of its faults, and what is joined."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphql_api.config import ConfigError
from graphql_api.installed import read_settings
from graphql_client import codes, data, run
from races.bridge import NAKAYAMA, Bridge, bridge_server
from races.files import index, mount, served, write

DAY, MAIN = "/races?date=2026-04-05", "/races/20260405_06_11"
SELECTION = """{ id bridgeId postTime status sources { provider stale } winners { horseName }
runners { horseNumber horseName winOdds finishPosition } }"""


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    """Serve a bridge."""
    with bridge_server() as served:
        yield served


@pytest.fixture
def client(bridge: Bridge, tmp_path: Path) -> Iterator[TestClient]:
    """Serve races of the bridge, without an archive; a card is asked for anew each time."""
    with served(tmp_path, RACES_PROVIDER="jravan", JRAVAN_URL=bridge.url, RACES_TTL="0") as client:
        yield client


def test_a_card_is_shown_as_it_is(client: TestClient) -> None:
    """Times with Japan's offset, no odds where there are none yet."""
    found = client.get(MAIN).json()
    assert found["race"] == {
        "race_id": "20260405_06_11",
        "race_name": "架空ステークス",
        "race_number": 11,
        "venue": "中山",
        "start_time": "2026-04-05T15:45:00+09:00",
        "betting_deadline": "2026-04-05T15:43:00+09:00",
        "track_condition": "良",
    }
    assert [(runner["horse_number"], runner["odds"], runner["popularity"]) for runner in found["runners"]] == [
        (1, 3.5, 1),
        (2, None, None),
        (3, None, None),
    ]
    assert [race["race_id"] for race in client.get(DAY).json()["races"]] == ["20260405_06_11", "20260405_43_01"]
    assert client.get("/races/20260405_06_12").status_code == 404
    assert client.get("/races?date=2026-04-06").json()["races"] == []


def test_days_of_a_provider_are_told_in_a_short_span(client: TestClient) -> None:
    """Each is asked for; a longer span takes an index."""
    query = '{ raceDays(from: "2026-04-04", to: "2026-04-06") { totalCount nodes { date racecourses races { id } } } }'
    days = data(client, query)["raceDays"]
    assert days["totalCount"] == 1
    assert days["nodes"] == [
        {
            "date": "2026-04-05",
            "racecourses": ["中山", "船橋"],
            "races": [{"id": "202606030411"}, {"id": "202643040501"}],
        }
    ]
    assert codes(run(client, '{ raceDays(from: "2026-04-01", to: "2026-04-15") { totalCount } }')) == ["BAD_USER_INPUT"]
    assert codes(run(client, "{ races { totalCount } }")) == ["INDEX_REQUIRED"]


def test_a_race_is_found_by_netkeibas_id_once_its_day_was_listed(client: TestClient) -> None:
    """NAR's tells the day itself."""
    assert data(client, f'{{ race(id: "202643040501") {SELECTION} }}')["race"]["bridgeId"] == "20260405_43_01"
    assert data(client, '{ race(id: "202606030411") { id } }') == {"race": None}
    client.get(DAY)
    race = data(client, f'{{ race(id: "202606030411") {SELECTION} }}')["race"]
    assert (race["postTime"], race["sources"]) == (
        "2026-04-05T15:45:00+09:00",
        [{"provider": "JRAVAN", "stale": False}],
    )


@pytest.mark.parametrize("faults", [[500, 500], ["half", "half"], ["html"], [503, "half"]])
def test_a_bridge_that_fails_at_first_is_an_error(client: TestClient, bridge: Bridge, faults: list) -> None:
    """503 with a code, no word of the cause; another day is another question."""
    bridge.faults.extend(faults)
    failed = client.get(MAIN)
    assert failed.status_code == 503
    assert failed.json()["error"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert bridge.url not in failed.text
    assert client.get(DAY).status_code == 200


@pytest.mark.parametrize("faults", [[500, 500], ["half", "half"], ["html"]])
def test_the_last_good_copy_is_told_and_marked(client: TestClient, bridge: Bridge, faults: list) -> None:
    """It is stale, and nobody is to keep it; once the bridge answers, it is not."""
    client.get(DAY)
    asked = f'{{ race(id: "202606030411") {SELECTION} }}'
    good = data(client, asked)["race"]
    bridge.faults.extend(faults)
    stale = client.get("/graphql", params={"query": asked})
    assert stale.headers["cache-control"] == "no-store"
    race = stale.json()["data"]["race"]
    assert race["sources"] == [{"provider": "JRAVAN", "stale": True}]
    assert race["runners"] == good["runners"]


def test_a_slow_bridge_is_given_up(bridge: Bridge, tmp_path: Path) -> None:
    """Within its own limit, which is shorter than the request's."""
    bridge.faults.extend(["slow", "drip"])
    environ = {"RACES_PROVIDER": "jravan", "JRAVAN_URL": bridge.url, "JRAVAN_TIMEOUT": "0.2"}
    with served(tmp_path, **environ) as client:
        for path in (MAIN, DAY):
            failed = client.get(path)
            assert (failed.status_code, failed.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")


def test_a_request_ends_by_its_own_deadline(bridge: Bridge, tmp_path: Path) -> None:
    """Even where the bridge may take longer; the error has the form of the route."""
    bridge.faults.append("slow")
    environ = {"RACES_PROVIDER": "jravan", "JRAVAN_URL": bridge.url, "REQUEST_TIMEOUT": "0.3"}
    with served(tmp_path, **environ) as client:
        failed = client.get(MAIN)
        assert (failed.status_code, failed.json()["error"]["code"]) == (504, "TIMEOUT")
        bridge.released.set()


def test_results_and_cards_of_a_race_are_joined(bridge: Bridge, tmp_path: Path) -> None:
    """By id: the file's result, the card's post time and other runners; without the bridge the result stays."""
    on_the_day = {"日付": "2026/04/05", "開催": "3中山4", "レース名": "架空ステークス", "距離": "芝1600"}
    write(tmp_path, {"00001": [mount(1, "1", 馬名="アール", 勝ち馬="(ビー)", **on_the_day)]})
    index(tmp_path)
    with served(tmp_path, RACES_PROVIDER="jravan", JRAVAN_URL=bridge.url, RACES_TTL="0") as client:
        race = data(client, f'{{ race(id: "202606030411") {SELECTION} }}')["race"]
        assert (race["status"], race["postTime"]) == ("OFFICIAL", "2026-04-05T15:45:00+09:00")
        assert [source["provider"] for source in race["sources"]] == ["RECORDS", "JRAVAN"]
        assert set(bridge.asked) == {MAIN, f"{MAIN}/runners"}, "the archive knows the day"
        assert race["winners"] == [{"horseName": "アール"}]
        assert race["runners"][0] == {"horseNumber": 1, "horseName": "アール", "winOdds": 5.4, "finishPosition": 1}
        assert race["runners"][1]["horseName"] == "ビー"
        ride = data(client, '{ jockey(id: "00001") { records { nodes { race { postTime } } } } }')
        assert ride["jockey"]["records"]["nodes"][0]["race"]["postTime"] == race["postTime"]
        assert len(client.get(DAY).json()["races"]) == 2
    bridge.races[0] = {**NAKAYAMA, "race_id": "20260405_06_10"}
    with served(tmp_path, RACES_PROVIDER="jravan", JRAVAN_URL=bridge.url) as client:
        assert [race["race_id"][-5:] for race in client.get(DAY).json()["races"]] == ["06_10", "06_11", "43_01"]
        bridge.faults.extend([500, 500])
        race = client.get(MAIN).json()
        assert race["race"]["start_time"] is None
        assert race["runners"][0]["horse_name"] == "アール"


def test_without_the_engine_the_bridge_tells_alone(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive's own ways say that DuckDB is missing, whatever the storage has."""
    write(tmp_path, {"00001": [mount(1, "1")]})
    index(tmp_path)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with served(tmp_path, RACES_PROVIDER="jravan", JRAVAN_URL=bridge.url) as client:
        assert client.get(MAIN).json()["race"]["race_name"] == "架空ステークス"
        assert codes(run(client, "{ races { totalCount } }")) == ["ENGINE_MISSING"]
    with served(tmp_path) as client:
        assert client.get(MAIN).status_code == 501
        assert client.get(MAIN).json()["error"]["code"] == "ENGINE_MISSING"


def test_a_bridge_has_to_be_named() -> None:
    """The server does not start without."""
    for url in ({}, {"JOCKEY_JRAVAN_URL": "10.0.0.1:8000"}):
        with pytest.raises(ConfigError, match="JOCKEY_JRAVAN_URL"):
            read_settings({"JOCKEY_RACES_PROVIDER": "jravan", **url})


def test_no_bridge_is_asked_unless_the_settings_say_so(tmp_path: Path) -> None:
    """Nor is anything else: the archive alone tells."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        with served(tmp_path, JRAVAN_URL=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            assert client.get(MAIN).status_code == 409
        with pytest.raises(TimeoutError):
            listening.accept()
