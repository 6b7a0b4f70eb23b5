"""Races in GraphQL, out of the archive: by id, by filter, by day, and of each ride."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from executors import answer, body
from graphql_api.app import create_core
from graphql_api.archive.costs import MAX_QUESTIONS
from graphql_api.installed import read_settings
from graphql_api.races.listing import ORDER_FIELDS
from graphql_client import codes, data, run
from races.files import MAIN, index, mount, served, write
from real_frames import SAMPLES

OTHER = "202406040910"
NAR = "202443092901"
OLD = [
    {"日付": f"{date(2024, 9, 28) - timedelta(7 * week):%Y/%m/%d}", "開催": "船橋", "R": "5", "馬番": "7", "頭数": "12"}
    for week in range(60)
]
"""Sixty Saturdays at Funabashi, which is NAR's."""

RACE = """id bridgeId date racecourse jurisdiction meetingRound meetingDay raceNumber name grade raceClass surface
distance going weather trackMoisture fieldSize declaredRunners postTime bettingDeadline status winningTime paceFirst3f
paceLast3f winners { horseName horseNumber } runnersUp { horseName horseNumber } brackets { number horseNumbers }
corners { number positions { position horseNumbers } }
completeness { runnersKnown fieldSize complete missingNumbers } conflicts { field horseNumber values jockeyIds }
sources { provider stale } runners { horseNumber bracketNumber known horseName jockeyId jockeyName carriedWeight
bodyWeight bodyWeightChange winOdds favouriteRank finishPosition finishStatus finishTime margin cornerPositions last3f
runningStyle prizeMoney jockey { id } }"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three riders of one race, who disagree on the going; one of them rode two more, another sixty."""
    folder = tmp_path_factory.mktemp("races")
    tenth = mount(2, "1", R="10", レース名="架空特別(2勝クラス)", 距離="ダ1800", 勝ち馬="(ヨソノウマ)")
    nar = {"開催": "船橋", "R": "1", "着順": "3", "馬番": "4", "頭数": "9", "枠番": "4", "距離": "ダ1200"}
    rows = {
        "00001": [mount(1, "1"), tenth, nar],
        "00002": [mount(2, "2", 馬場="重")],
        "00003": [mount(3, "3"), *OLD],
    }
    write(folder, rows)
    index(folder)
    return folder


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    """Serve them."""
    with served(folder) as client:
        yield client


def test_a_race_is_told_by_all_its_riders(client: TestClient) -> None:
    """Runners by number, the winner, what files disagree on, and whether all is known."""
    race = data(client, "query ($id: ID!) { race(id: $id) { " + RACE + " } }", id=MAIN)["race"]
    assert (race["id"], race["bridgeId"], race["date"]) == (MAIN, "20240929_06_11", "2024-09-29")
    assert (race["racecourse"], race["raceNumber"], race["grade"], race["distance"]) == ("中山", 11, "GI", 1200)
    assert (race["status"], race["postTime"], race["going"]) == ("OFFICIAL", None, "RYO")
    assert race["winners"] == [{"horseName": "ホース1", "horseNumber": 1}]
    assert race["runnersUp"] == [{"horseName": "ホース2", "horseNumber": 2}]
    assert race["completeness"] == {"runnersKnown": 3, "fieldSize": 3, "complete": True, "missingNumbers": []}
    assert race["conflicts"] == [{"field": "going", "horseNumber": None, "values": ["OMO"], "jockeyIds": ["00002"]}]
    assert race["sources"] == [{"provider": "RECORDS", "stale": False}]
    assert [runner["jockey"]["id"] for runner in race["runners"]] == ["00001", "00002", "00003"]
    assert [runner["finishPosition"] for runner in race["runners"]] == [1, 2, 3]


def test_runners_come_in_other_orders(client: TestClient) -> None:
    """Those of whom the order knows nothing stand behind the others."""
    asked = "runners(orderBy: FINISH_POSITION) { horseNumber finishPosition known bracketNumber }"
    runners = data(client, f'{{ race(id: "{NAR}") {{ {asked} }} }}')["race"]["runners"]
    assert runners[0] == {"horseNumber": 4, "finishPosition": 3, "known": True, "bracketNumber": 4}
    assert [runner["horseNumber"] for runner in runners[1:]] == [1, 2, 3, 5, 6, 7, 8, 9]
    assert runners[-1] == {"horseNumber": 9, "finishPosition": None, "known": False, "bracketNumber": 8}


def test_ids_are_netkeibas_alone(client: TestClient) -> None:
    """Null for a race that nobody knows; the bridge's form is refused, not converted."""
    assert data(client, '{ race(id: "202406040912") { id } }') == {"race": None}
    for wrong in ("20240929_06_11", "2024092906040911", "202499040911", ""):
        assert codes(run(client, "query ($id: ID!) { race(id: $id) { id } }", id=wrong)) == ["BAD_USER_INPUT"]


def test_several_races_come_in_the_order_of_their_ids(client: TestClient) -> None:
    """Null for each that nobody knows; a bound on how many."""
    found = data(client, f'{{ racesByIds(ids: ["{NAR}", "202406040901", "{MAIN}", "{NAR}"]) {{ id }} }}')
    assert [race and race["id"] for race in found["racesByIds"]] == [NAR, None, MAIN, NAR]
    many = run(client, "query ($ids: [ID!]!) { racesByIds(ids: $ids) { id } }", ids=[MAIN] * 51)
    assert codes(many) == ["BAD_USER_INPUT"]


def listed(client: TestClient, arguments: str, selection: str = "id") -> Any:
    """Ask for a list of races."""
    return data(client, f"{{ races{arguments} {{ totalCount nodes {{ {selection} }} }} }}")["races"]


def test_races_are_those_of_which_a_ride_meets_the_filter(client: TestClient) -> None:
    """All of it by one ride, and each race once, the newest first."""
    everything = listed(client, "")
    assert everything["totalCount"] == 63
    assert [race["id"] for race in everything["nodes"][:3]] == [OTHER, MAIN, NAR]
    won = listed(client, '(filter: { jockeyId: { eq: "00001" }, won: { eq: true } })')
    assert [race["id"] for race in won["nodes"]] == [OTHER, MAIN]
    assert listed(client, '(filter: { jockeyId: { eq: "00002" }, won: { eq: true } })')["totalCount"] == 0
    long = listed(client, "(filter: { distance: { gte: 1800 } })", "id distance")
    assert long["nodes"] == [{"id": OTHER, "distance": 1800}]


ORDERS = [
    "",
    "orderBy: [{ field: DISTANCE, direction: DESC }, { field: RACE_NAME }]",
    "orderBy: [{ field: GRADE, direction: DESC, nulls: FIRST }]",
    *(f"orderBy: [{{ field: {name.upper()} }}]" for name in ORDER_FIELDS),
]


@pytest.mark.parametrize("order", ORDERS)
def test_races_are_ordered_and_paged(client: TestClient, order: str) -> None:
    """Page by page they are the whole list, whatever the order, its direction and the place of null."""
    whole = [race["id"] for race in listed(client, f"({order} first: 100)")["nodes"]]
    assert len(set(whole)) == 63
    paged, cursor = [], "null"
    while cursor:
        arguments = f"({order} first: 17, after: {cursor})"
        selection = "edges { cursor node { id } } pageInfo { hasNextPage endCursor }"
        page = data(client, f"{{ races{arguments} {{ {selection} }} }}")["races"]
        paged += [edge["node"]["id"] for edge in page["edges"]]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
        cursor = f'"{page["pageInfo"]["endCursor"]}"' if page["pageInfo"]["hasNextPage"] else ""
    assert paged == whole


def test_orders_are_those_of_the_vocabulary(client: TestClient) -> None:
    """GI before ungraded races, null behind all unless asked otherwise; dirt behind turf."""
    by_grade = listed(client, "(orderBy: [{ field: GRADE }], first: 1)", "id grade")["nodes"]
    assert by_grade[0]["grade"] == "GI"
    assert listed(client, "(orderBy: [{ field: GRADE, nulls: FIRST }], first: 1)", "grade")["nodes"] == [
        {"grade": None}
    ]
    by_surface = listed(client, "(orderBy: [{ field: SURFACE, direction: DESC }], first: 1)", "surface")
    assert by_surface["nodes"] == [{"surface": "DIRT"}]


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "WyJhIiwiYiJd", "W10", "x" * 5000])
def test_what_is_no_cursor_is_refused(client: TestClient, cursor: str) -> None:
    """Other texts, and JSON of another form."""
    assert codes(run(client, "query ($c: String) { races(after: $c) { nodes { id } } }", c=cursor)) == [
        "BAD_USER_INPUT"
    ]
    assert codes(run(client, "query ($c: String) { raceDays(after: $c) { nodes { date } } }", c=cursor)) == [
        "BAD_USER_INPUT"
    ]


def test_the_rides_of_races_have_statistics_and_groups(client: TestClient) -> None:
    """Those that meet the filter, as ``rides`` has them."""
    query = """{ races(filter: { racecourse: { eq: "中山" } }) { rides { totalCount statistics { rides wins }
        groupBy(by: [JOCKEY]) { key { jockey { id } } statistics { wins } } } } }"""
    rides = data(client, query)["races"]["rides"]
    assert (rides["totalCount"], rides["statistics"]) == (4, {"rides": 4, "wins": 2})
    assert len(rides["groupBy"]) == 3


def test_days_are_listed_with_their_races(client: TestClient) -> None:
    """The oldest first, with all racecourses; both bounds belong to the span."""
    query = """{ raceDays(from: "2024-09-21", to: "2024-09-29") { totalCount nodes { date racecourses raceCount
        races { id racecourse raceNumber } } } }"""
    days = data(client, query)["raceDays"]
    assert days["totalCount"] == 3
    assert [day["date"] for day in days["nodes"]] == ["2024-09-21", "2024-09-28", "2024-09-29"]
    last = days["nodes"][-1]
    assert (last["racecourses"], last["raceCount"]) == (["中山", "船橋"], 3)
    assert [race["id"] for race in last["races"]] == [OTHER, MAIN, NAR]
    page = data(client, "{ raceDays(first: 2) { totalCount edges { cursor } pageInfo { endCursor hasNextPage } } }")
    assert page["raceDays"]["totalCount"] == 61
    after = page["raceDays"]["pageInfo"]["endCursor"]
    rest = data(client, "query ($a: String) { raceDays(first: 100, after: $a) { nodes { date } } }", a=after)
    assert len(rest["raceDays"]["nodes"]) == 59


def test_every_ride_has_its_race_by_one_question(client: TestClient) -> None:
    """More races than a request may ask questions, of a jockey's records and of the archive's rides."""
    assert len(OLD) > MAX_QUESTIONS
    records = data(
        client, '{ jockey(id: "00003") { records { nodes { date raceId race { id date winners { horseName } } } } } }'
    )
    nodes = records["jockey"]["records"]["nodes"]
    assert len(nodes) == 61
    assert all(node["race"]["id"] == node["raceId"] and node["race"]["date"] == node["date"] for node in nodes)
    rides = data(client, "{ rides(first: 100) { nodes { horseName race { id completeness { runnersKnown } } } } }")
    assert len(rides["rides"]["nodes"]) == 65
    assert {ride["race"]["completeness"]["runnersKnown"] for ride in rides["rides"]["nodes"]} == {1, 3}


def test_a_race_of_an_overseas_ride_is_null(tmp_path: Path) -> None:
    """Its ids follow no rule."""
    write(tmp_path, {"00001": [{"開催": "シャティ", "R": ""}]})
    index(tmp_path)
    with served(tmp_path) as client:
        records = data(client, '{ jockey(id: "00001") { records { nodes { race { id } } } } }')
        assert records["jockey"]["records"]["nodes"] == [{"race": None}]
        assert listed(client, "")["totalCount"] == 0


def test_an_answer_holds_as_long_as_the_index(folder: Path, tmp_path: Path) -> None:
    """It may be kept, and names its version; a refresh that changes the race changes both."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    asked = {"query": f'{{ race(id: "{MAIN}") {{ completeness {{ runnersKnown }} }} }}'}
    with served(copy) as client:
        first = client.get("/graphql", params=asked)
        assert first.headers["cache-control"].startswith("public")
        tag = {"if-none-match": first.headers["etag"]}
        assert client.get("/graphql", params=asked, headers=tag).status_code == 304
    (copy / "00002.pickle").unlink()
    index(copy)
    with served(copy) as client:
        second = client.get("/graphql", params=asked, headers=tag)
        assert second.status_code == 200
        assert second.json()["data"]["race"]["completeness"] == {"runnersKnown": 2}


def test_races_take_the_index_and_jockeys_do_not(folder: Path, tmp_path: Path) -> None:
    """Without one every way to a race says so; what asks for none is answered."""
    shutil.copy(folder / "00001.pickle", tmp_path)
    ways = [
        f'race(id: "{MAIN}") {{ id }}',
        f'racesByIds(ids: ["{MAIN}"]) {{ id }}',
        "races { totalCount }",
        "raceDays { totalCount }",
        'jockey(id: "00001") { records { nodes { race { id } } } }',
    ]
    with served(tmp_path) as client:
        for way in ways:
            assert set(codes(run(client, f"{{ {way} }}"))) == {"INDEX_REQUIRED"}, way
        assert data(client, '{ jockey(id: "00001") { records { nodes { horseName } } } }')


HARD = [
    f'{{ race(id: "{MAIN}") {{ {RACE} }} }}',
    '{ race(id: "202406040912") { id } }',
    '{ race(id: "nonsense") { id } }',
    f'{{ racesByIds(ids: ["{MAIN}", "202406040912"]) {{ __typename runners(orderBy: FAVOURITE_RANK) {{ known }} }} }}',
    "{ races(first: 3, orderBy: [{ field: DATE }]) { totalCount nodes { id } edges { cursor node { id } } } }",
    "{ raceDays(first: 2) { nodes { date races { id winners { horseName } } } edges { cursor node { raceCount } } } }",
    '{ jockey(id: "00001") { records { nodes { date race { id runners { horseName jockey { name } } } } } } }',
    '{ jockey(id: "00001") { records { edges { cursor node { race { id } } } } } }',
    "{ rides(first: 2) { nodes { race { id } horseName } } }",
]


def test_plans_write_what_the_general_executor_writes(folder: Path) -> None:
    """Byte for byte; all but errors take the plan."""
    core = create_core(read_settings({}, data=str(folder), log_level="ERROR"))
    for query in HARD:
        found = answer(core, query, {}, planned=True)
        assert found.planned == (not found.errors), query
        assert body(found) == body(answer(core, query, {}, planned=False)), query
    core.services.close()


@pytest.mark.skipif(not SAMPLES.exists(), reason="the real frames are not here")
def test_a_real_race_is_told_by_two_real_frames(tmp_path: Path) -> None:
    """They agree on all that they tell."""
    for path in SAMPLES.glob("*.pickle"):
        shutil.copy(path, tmp_path)
    index(tmp_path)
    with served(tmp_path) as client:
        race = data(client, f'{{ race(id: "202403030207") {{ {RACE} }} }}')["race"]
    assert (race["racecourse"], race["distance"], race["fieldSize"]) == ("福島", race["distance"], 14)
    assert race["winners"] == [{"horseName": "ルージュクライト", "horseNumber": None}]
    assert (race["winningTime"], race["declaredRunners"], race["conflicts"]) == (164.1, 14, [])
    assert [runner["horseNumber"] for runner in race["runners"] if runner["known"]] == [5, 13]
    assert race["completeness"]["runnersKnown"] == 2
