"""Odds as clients read them, by GraphQL and REST: fresh, stale, of the archive, or none at all."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from odds_day import DAY, RaceDay, Wall, race_day
from starlette.testclient import TestClient

from graphql_api.errors import StoreUnavailable, UpstreamUnavailable
from graphql_api.store.protocol import Item, Key
from graphql_api.store.sqlite import SqliteStore
from graphql_client import codes, data, run
from races.files import MAIN, index, mount, served, write

MAIN_RACE = "20250628_05_11"
ODDS = """query Odds($id: ID!, $type: BetType! = WIN, $first: Int! = 100, $order: OddsOrder! = COMBINATION) {
  race(id: $id) { bridgeId odds(type: $type) { type asOf fetchedAt status stale age nextUpdate
    entries(first: $first, orderBy: $order) { combination odds min max rank } } } }"""
HISTORY = """query History($id: ID!, $horse: Int, $first: Int, $after: String) { race(id: $id) {
  oddsHistory(horseNumber: $horse, first: $first, after: $after) { totalCount
    nodes { asOf horseNumber status winOdds placeMin placeMax } edges { cursor node { horseNumber } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
MOVERS = """query Movers($date: Date, $first: Int! = 20) { oddsMovers(date: $date, first: $first) {
  bridgeId horseNumber firstOdds odds change move status race { bridgeId } } }"""


class BrokenStore(SqliteStore):
    """A store that a test breaks."""

    broken = False

    def get(self, key: Key) -> Item | None:
        """Fail while broken."""
        if self.broken:
            raise StoreUnavailable("The store is broken by order of the test.")
        return super().get(key)


@pytest.fixture
def day(tmp_path: Path) -> RaceDay:
    """Begin a day at noon."""
    return race_day(tmp_path, Wall(12, 0))


@pytest.fixture
def client(day: RaceDay) -> Iterator[TestClient]:
    """Serve it."""
    with day.client() as client:
        yield client


@pytest.fixture(scope="module")
def race_id() -> str:
    """Give netkeiba's id of the eleventh race in Tokyo."""
    return "202505030711"


def board(client: TestClient, race_id: str, **variables: Any) -> Any:
    """Ask for the odds of a race."""
    return data(client, ODDS, id=race_id, **variables)["race"]["odds"]


def test_a_board_is_shown_with_its_times(day: RaceDay, client: TestClient, race_id: str) -> None:
    """A number to win, ranges for a place, ranks by them; other types by combination or by rank."""
    day.update()
    day.wall.turn(seconds=90)
    win = board(client, race_id)
    assert {name: win[name] for name in ("type", "asOf", "fetchedAt", "status", "stale", "age", "nextUpdate")} == {
        "type": "WIN",
        "asOf": "2025-06-28T12:00:00+09:00",
        "fetchedAt": "2025-06-28T12:00:00+09:00",
        "status": "OPEN",
        "stale": False,
        "age": 90,
        "nextUpdate": "2025-06-28T12:05:00+09:00",
    }
    entries = win["entries"]
    assert [each["combination"] for each in entries] == [[number] for number in range(1, len(entries) + 1)]
    ranked = sorted(entries, key=lambda each: each["odds"])
    assert [each["rank"] for each in ranked[:3]] == [1, 2, 3]
    place = board(client, race_id, type="PLACE")["entries"]
    assert all(each["odds"] is None and 1 <= each["min"] <= each["max"] for each in place)
    best = board(client, race_id, type="TRIFECTA", first=3, order="RANK")["entries"]
    assert [each["rank"] for each in best] == [1, 2, 3]
    assert len(board(client, race_id, type="EXACTA", first=1000)["entries"]) == len(entries) * (len(entries) - 1)
    assert codes(run(client, ODDS, id=race_id, first=-1)) == ["BAD_USER_INPUT"]


def test_answers_are_not_kept_by_caches(day: RaceDay, client: TestClient, race_id: str) -> None:
    """Their age is not that of a version."""
    day.update()
    asked = {"query": f'{{ race(id: "{race_id}") {{ odds {{ stale }} }} }}'}
    assert client.get("/graphql", params=asked).headers["cache-control"] == "no-store"
    for path in (f"/races/{MAIN_RACE}/odds", f"/races/{MAIN_RACE}/odds-history", f"/prices/{MAIN_RACE}-1"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_while_the_source_is_down_the_last_odds_are_told(day: RaceDay, client: TestClient, race_id: str) -> None:
    """Two minutes after new ones were due they are stale, with status 200; once the source is back they are not."""
    day.update()
    good = board(client, race_id)
    day.source.fault = UpstreamUnavailable("Down by order of the test.")
    day.wall.turn(minutes=7)
    day.update()
    assert board(client, race_id)["stale"] is False
    day.wall.turn(minutes=1)
    answer = client.post("/graphql", json={"query": ODDS, "variables": {"id": race_id}})
    stale = answer.json()["data"]["race"]["odds"]
    assert (answer.status_code, stale["stale"], stale["age"]) == (200, True, 480)
    assert (stale["asOf"], stale["entries"]) == (good["asOf"], good["entries"])
    plain = client.get(f"/races/{MAIN_RACE}/odds?types=win").json()
    assert (plain["stale"], plain["as_of"]) == (True, good["asOf"])
    day.source.fault = None
    day.wall.turn(minutes=5)
    day.update()
    assert board(client, race_id)["stale"] is False


def test_while_the_store_is_down_the_copy_in_memory_is_told(tmp_path: Path, race_id: str) -> None:
    """It is stale; of what nobody has read before there is none."""
    wall = Wall(12, 0)
    store = BrokenStore(tmp_path / "odds.sqlite3", wall.seconds)
    day = race_day(tmp_path, wall, store)
    with day.client() as client:
        day.update()
        good = board(client, race_id)
        store.broken = True
        day.memory.turn(60)
        stale = board(client, race_id)
        assert (good["stale"], stale["stale"], stale["entries"]) == (False, True, good["entries"])
        assert codes(run(client, ODDS, id="202505030710")) == ["STORE_UNAVAILABLE"]
        refused = client.get("/races/20250628_05_10/odds")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "STORE_UNAVAILABLE")


def test_before_the_first_update_the_card_tells_odds_to_win(client: TestClient, race_id: str) -> None:
    """Other types have none."""
    assert board(client, race_id)["status"] == "OPEN"
    assert board(client, race_id, type="EXACTA") is None


def test_a_history_is_read_page_by_page(day: RaceDay, client: TestClient, race_id: str) -> None:
    """Of all horses or of one, the oldest first; a cursor keeps its place."""
    for _ in range(4):
        day.update()
        day.wall.turn(minutes=5)
    one = data(client, HISTORY, id=race_id, horse=3)["race"]["oddsHistory"]
    assert one["totalCount"] == 4
    assert [each["asOf"][11:16] for each in one["nodes"]] == ["12:00", "12:05", "12:10", "12:15"]
    assert all(each["placeMin"] <= each["placeMax"] < each["winOdds"] for each in one["nodes"])
    assert {each["status"] for each in one["nodes"]} == {"OPEN"}
    whole = data(client, HISTORY, id=race_id, first=1000)["race"]["oddsHistory"]
    assert whole["totalCount"] == 4 * len(board(client, race_id)["entries"])
    pages, after = [], None
    while True:
        page = data(client, HISTORY, id=race_id, first=11, after=after)["race"]["oddsHistory"]
        pages += page["nodes"]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == whole["nodes"]
    for wrong in ("x", "1-", "-1", "9" * 5_000 + "-1", "1-" + "9" * 5_000, "٣-١"):
        assert codes(run(client, HISTORY, id=race_id, after=wrong)) == ["BAD_USER_INPUT"]


def test_movers_are_those_that_changed_most(day: RaceDay, client: TestClient) -> None:
    """By the ratio to the first odds of the day: shortened ones steam, lengthened ones drift."""
    day.update()
    for hour in (13, 14, 15):
        day.wall.now = day.wall.now.replace(hour=hour)
        day.update()
    found = data(client, MOVERS, date=DAY.isoformat(), first=50)["oddsMovers"]
    ratios = [each["odds"] / each["firstOdds"] for each in found]
    sizes = [max(ratio, 1 / ratio) for ratio in ratios]
    assert sizes == sorted(sizes, reverse=True)
    moves = {each["move"] for each in found}
    assert {"STEAM", "DRIFT"} <= moves
    for each, ratio in zip(found, ratios, strict=True):
        assert each["move"] == ("STEAM" if ratio <= 0.8 else "DRIFT" if ratio >= 1.25 else "STEADY")
        assert each["change"] == pytest.approx(100 * (ratio - 1), abs=0.01)
        assert each["race"]["bridgeId"] == each["bridgeId"]
    assert data(client, MOVERS)["oddsMovers"][:3] == found[:3], "today in Japan, by the clock"
    assert data(client, MOVERS, date="2025-06-29")["oddsMovers"] == []


def test_prices_have_the_names_of_a_price_api(day: RaceDay, client: TestClient) -> None:
    """The odds to win, and their change since the first of the day; compressed for who asks."""
    day.update()
    first = client.get(f"/prices/{MAIN_RACE}-4").json()["data"]
    assert first.keys() == {"symbol", "name", "price", "change24h", "marketCap", "lastUpdated"}
    assert (first["symbol"], first["change24h"], first["marketCap"]) == (f"{MAIN_RACE}-4", 0.0, None)
    assert first["lastUpdated"] == "2025-06-28T12:00:00+09:00"
    day.wall.turn(hours=2)
    day.update()
    symbols = [f"{MAIN_RACE}-4", "20250628_05_10-1", f"{MAIN_RACE}-1"]
    answer = client.get("/prices", params={"symbols": ",".join(symbols)}).json()
    assert answer.keys() == {"data", "timestamp"}
    assert [each["symbol"] for each in answer["data"]] == symbols
    again = answer["data"][0]
    assert again["change24h"] == pytest.approx(100 * (again["price"] / first["price"] - 1), abs=0.01)
    headers = {"accept-encoding": "gzip"}
    with client.stream("GET", f"/races/{MAIN_RACE}/odds", headers=headers) as response:
        body = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert len(body) < len(gzip.decompress(body)) / 2


def test_the_odds_of_a_race_are_keyed_as_a_bridge_keys_them(day: RaceDay, client: TestClient) -> None:
    """``7``, ``3-7``, ranges as ``min`` and ``max``; some types if asked."""
    day.update()
    whole = client.get(f"/races/{MAIN_RACE}/odds").json()
    assert {"win", "place", "bracket_quinella", "quinella", "quinella_place", "exacta", "trio", "trifecta"} <= set(
        whole
    )
    assert whole["next_update"] == "2025-06-28T12:05:00+09:00"
    assert whole["place"]["1"].keys() == whole["quinella_place"]["1-2"].keys() == {"min", "max"}
    assert isinstance(whole["trifecta"]["3-1-2"], float)
    part = client.get(f"/races/{MAIN_RACE}/odds?types=win,trio").json()
    assert (part["win"], part["trio"]) == (whole["win"], whole["trio"])
    assert "exacta" not in part
    history = client.get(f"/races/{MAIN_RACE}/odds-history?horse_number=2").json()["history"]
    assert [(each["as_of"], list(each["win"]), list(each["place"])) for each in history] == [
        ("2025-06-28T12:00:00+09:00", ["2"], ["2"])
    ]
    assert history[0]["win"]["2"] == whole["win"]["2"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/prices", 400),
        ("/prices?symbols=", 400),
        ("/prices?symbols=BTC", 400),
        (f"/prices?symbols={MAIN_RACE}-0", 400),
        (f"/prices?symbols={','.join([MAIN_RACE + '-1'] * 51)}", 400),
        ("/prices/BTC", 400),
        (f"/prices/{MAIN_RACE}-99", 404),
        ("/prices/20250628_05_13-1", 404),
        ("/prices/20250230_05_11-1", 404),
        ("/races/x/odds", 400),
        ("/races/20250628_06_01/odds", 404),
        (f"/races/{MAIN_RACE}/odds?types=win,tierce", 400),
        (f"/races/{MAIN_RACE}/odds-history?horse_number=0", 400),
        (f"/races/{MAIN_RACE}/odds-history?horse_number=x", 400),
    ],
)
def test_what_is_wrong_is_told_with_a_code(client: TestClient, path: str, status: int) -> None:
    """A form that is none is 400, what there is not 404; at most 50 symbols."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == {400: "BAD_REQUEST", 404: "NOT_FOUND"}[status]


def test_the_archive_has_final_odds(tmp_path: Path) -> None:
    """As of when it was written; their answer is one that caches may keep, and no store is opened."""
    write(tmp_path, {f"0000{number}": [mount(number, str(number))] for number in (1, 2, 3)})
    index(tmp_path)
    with served(tmp_path, STORE=str(tmp_path / "state" / "store.sqlite3"), JOBS_WORKERS="0") as client:
        query = f'{{ race(id: "{MAIN}") {{ odds {{ status stale nextUpdate entries {{ odds }} }} }} }}'
        answer = client.get("/graphql", params={"query": query})
        odds = answer.json()["data"]["race"]["odds"]
        assert (odds["status"], odds["stale"], odds["nextUpdate"]) == ("FINAL", False, None)
        assert [each["odds"] for each in odds["entries"]] == [5.4, 5.4, 5.4]
        assert answer.headers["cache-control"].startswith("public")
        assert data(client, HISTORY, id=MAIN)["race"]["oddsHistory"]["nodes"] == []
        assert data(client, MOVERS)["oddsMovers"] == []
        price = client.get("/prices/20240929_06_11-1").json()["data"]
        assert (price["price"], price["change24h"]) == (5.4, None)
    assert not (tmp_path / "state").exists()
