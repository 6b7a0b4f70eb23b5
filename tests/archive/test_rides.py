"""Rides, leaders and horses over GraphQL, on an archive of files that share races and horses."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from archives import refreshed
from starlette.testclient import TestClient

from careers import RACE
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.storage.folder import FolderStorage
from graphql_client import codes, data, run

FIRST, SECOND, THIRD = "00001", "00002", "00003"


def ride(jockey_id: str, day: str, number: int, horse: str, finish: str, **changes: str) -> dict[str, str]:
    """Make a row of a jockey's file."""
    own = {"日付": f"2024/{day}", "R": "11", "馬番": str(number), "馬名": horse, "着順": finish, "jockey_id": jockey_id}
    return RACE | own | changes


ROWS = {
    FIRST: [
        ride(FIRST, "09/29", 1, "アカ", "1", 上り="33.9", 騎手="一郎"),
        ride(FIRST, "09/15", 2, "アカ", "取", 騎手="一郎"),
        ride(FIRST, "09/08", 3, "アカ", "3", 距離="芝1600", レース名="3歳以上1勝クラス", 斤量="56", 騎手="一郎"),
        ride(FIRST, "09/01", 4, "アオ", "2", 騎手="一郎"),
    ],
    SECOND: [
        ride(SECOND, "09/29", 5, "アオ", "1", 上り="33.5", 騎手="二郎"),
        ride(SECOND, "09/28", 6, "シロ", "中", 騎手="二郎"),
    ],
    THIRD: [
        ride(THIRD, "09/29", 7, "シロ", "3", 上り="33.9", 騎手="三郎"),
        ride(THIRD, "09/29", 1, "クロ", "1", 開催="シャティ", R="", 上り="33.0", 騎手="三郎"),
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three jockeys' files, and the archive."""
    root = tmp_path_factory.mktemp("data")
    for jockey_id, rows in ROWS.items():
        pd.DataFrame(rows).to_pickle(root / f"{jockey_id}.pickle")
    refreshed(FolderStorage(root))
    return root


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    """Serve them."""
    with TestClient(create_app(Settings(data=str(folder))), raise_server_exceptions=False) as served:
        yield served


def rides(client: TestClient, fields: str, **arguments: Any) -> list[dict[str, Any]]:
    """Ask for rides."""
    query = f"""query ($filter: RaceRecordFilter, $by: [RaceRecordOrder!], $first: Int, $after: String) {{
        rides(filter: $filter, orderBy: $by, first: $first, after: $after) {{ nodes {{ {fields} }} }} }}"""
    found: list[dict[str, Any]] = data(client, query, **arguments)["rides"]["nodes"]
    return found


def test_rides_are_the_records_of_all_jockeys(client: TestClient) -> None:
    """Every field of every ride is that of the jockey's own record; the newest come first."""
    kinds = "{ fields { name type { kind ofType { kind } } } }"
    types = data(client, f'{{ ride: __type(name: "Ride") {kinds} record: __type(name: "RaceRecord") {kinds} }}')
    ride_fields, record_fields = (
        {each["name"] for each in kind["fields"] if "OBJECT" not in str(each["type"])} for kind in types.values()
    )
    assert record_fields - ride_fields == {"id", "raw", "video", "pageNumber"}
    common = sorted(record_fields & ride_fields)
    fields = " ".join(common)
    whole = []
    for jockey_id in ROWS:
        query = f"query ($id: ID!) {{ jockey(id: $id) {{ records {{ nodes {{ {fields} }} }} }} }}"
        whole += data(client, query, id=jockey_id)["jockey"]["records"]["nodes"]
    found = rides(client, fields)
    key = json.dumps
    assert sorted(map(key, found)) == sorted(map(key, whole))
    assert [each["date"] for each in found] == sorted((each["date"] for each in found), reverse=True)


def test_what_other_files_tell_of_a_horse(client: TestClient) -> None:
    """The run before is the latest start on an earlier day, whoever rode; a scratched one is none."""
    fields = """previousDate previousRaceName previousFinishPosition previousFinishStatus previousJockeyId daysOff
        distanceChange carriedWeightChange jockeyChanged classChange"""
    (red,) = rides(client, fields, filter={"horseName": {"eq": "アカ"}, "date": {"eq": "2024-09-29"}})
    assert red == {
        "previousDate": "2024-09-08",
        "previousRaceName": "3歳以上1勝クラス",
        "previousFinishPosition": 3,
        "previousFinishStatus": "FINISHED",
        "previousJockeyId": FIRST,
        "daysOff": 21,
        "distanceChange": -400,
        "carriedWeightChange": 2.0,
        "jockeyChanged": False,
        "classChange": "UP",
    }
    (blue,) = rides(client, fields, filter={"horseName": {"eq": "アオ"}, "date": {"eq": "2024-09-29"}})
    assert (blue["daysOff"], blue["jockeyChanged"], blue["previousJockeyId"]) == (28, True, FIRST)
    (white,) = rides(client, fields, filter={"horseName": {"eq": "シロ"}, "date": {"eq": "2024-09-29"}})
    assert (white["daysOff"], white["previousFinishStatus"], white["previousFinishPosition"]) == (
        1,
        "FAILED_TO_FINISH",
        None,
    )
    (black,) = rides(client, fields, filter={"horseName": {"eq": "クロ"}})
    assert set(black.values()) == {None}


def test_what_other_files_tell_of_a_race(client: TestClient) -> None:
    """Ranks, dead heats and counts are among the rides that the files know; overseas races have no number."""
    fields = "horseName ridesKnown fieldSize last3fRank deadHeat"
    found = {each.pop("horseName"): each for each in rides(client, fields, filter={"date": {"eq": "2024-09-29"}})}
    assert found == {
        "アカ": {"ridesKnown": 3, "fieldSize": 16, "last3fRank": 2, "deadHeat": True},
        "アオ": {"ridesKnown": 3, "fieldSize": 16, "last3fRank": 1, "deadHeat": True},
        "シロ": {"ridesKnown": 3, "fieldSize": 16, "last3fRank": 2, "deadHeat": False},
        "クロ": {"ridesKnown": 1, "fieldSize": 16, "last3fRank": 1, "deadHeat": False},
    }


def test_each_ride_knows_its_jockey(client: TestClient) -> None:
    """As the archive knows them, without a file being read."""
    found = rides(client, "jockeyId jockey { id name recordCount }")
    assert {each["jockey"]["recordCount"] for each in found if each["jockeyId"] == FIRST} == {4}
    assert all(each["jockeyId"] == each["jockey"]["id"] for each in found)


def test_pages_join_to_the_whole_in_any_order(client: TestClient) -> None:
    """Cursors are good for any order and filter; null stands first or last as asked."""
    by = [{"field": "RACE_NUMBER", "nulls": "FIRST"}, {"field": "HORSE_NAME", "direction": "DESC"}]
    query = """query ($by: [RaceRecordOrder!], $after: String) { rides(orderBy: $by, first: 3, after: $after) {
        totalCount edges { cursor node { date horseName } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    pages = [data(client, query, by=by)["rides"]]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(data(client, query, by=by, after=pages[-1]["pageInfo"]["endCursor"])["rides"])
    joined = [edge["node"] for page in pages for edge in page["edges"]]
    assert joined == rides(client, "date horseName", by=by)
    assert joined[0]["horseName"] == "クロ"
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
    assert {page["totalCount"] for page in pages} == {8}
    first = pages[0]["edges"][0]["cursor"]
    assert pages[0]["pageInfo"]["startCursor"] == first
    behind = rides(client, "horseName", by=by, after=first, filter={"horseName": {"ne": "シロ"}})
    assert [each["horseName"] for each in behind] == ["アカ", "アカ", "アカ", "アオ", "アオ"]


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ('{ rides(after: "!") { nodes { date } } }', "BAD_USER_INPUT", "'after' is not a cursor"),
        ('{ rides(after: "W10") { nodes { date } } }', "BAD_USER_INPUT", "'after' is not a cursor"),
        ('{ rides(after: "WyJ4IiwiMDAwMDEiLDEsIm5vIGRheSIsMSwxXQ") { nodes { date } } }', "BAD_USER_INPUT", "'after'"),
        (
            '{ rides(after: "WyJ4IiwiMDAwMDEiLDk5LCIyMDI0LTAxLTAxIiwxLDFd") { nodes { date } } }',
            "CURSOR_EXPIRED",
            "has changed",
        ),
        ("{ rides(first: -1) { nodes { date } } }", "BAD_USER_INPUT", "'first' must not be negative"),
        ("{ rides(first: 1001) { nodes { date } } }", "BAD_USER_INPUT", "'first' must be at most 1000"),
        ("{ rides(filter: {pageNumber: {eq: 1}}) { totalCount } }", "BAD_USER_INPUT", "no PAGE_NUMBER"),
        ("{ rides(orderBy: [{field: VIDEO}]) { nodes { date } } }", "BAD_USER_INPUT", "no VIDEO"),
        ("{ rides { statistics { summary(field: PAGE_NUMBER) { count } } } }", "BAD_USER_INPUT", "no PAGE_NUMBER"),
        ("{ rides { groupBy(by: []) { key { going } } } }", "BAD_USER_INPUT", "at least one key"),
        ("{ rides { groupBy(by: [GOING, GOING]) { key { going } } } }", "BAD_USER_INPUT", "more than once"),
        (
            "{ rides { groupBy(by: [GOING], orderBy: [{field: SURFACE}]) { key { going } } } }",
            "BAD_USER_INPUT",
            "'orderBy' names the key SURFACE",
        ),
        ("{ rides { statistics { longestWinStreak } } }", "BAD_USER_INPUT", "Streaks are defined for one jockey"),
        ("{ rides { groupBy(by: [GOING]) { statistics { currentWinStreak } } } }", "BAD_USER_INPUT", "Streaks"),
    ],
)
def test_wrong_input_is_told(client: TestClient, query: str, code: str, says: str) -> None:
    """Wrong input is refused with the argument and the reason."""
    answer = run(client, query)
    assert codes(answer) == [code]
    assert says in answer["errors"][0]["message"]


def test_statistics_and_groups_of_all(client: TestClient) -> None:
    """Counted over all files: rides without 取, groups by jockey with the rides of each."""
    query = """{ rides {
        statistics { rides wins winRate winRateInterval { lower } summary(field: LAST3F) { count p50 } }
        groupBy(by: [JOCKEY], orderBy: [{field: RIDES, direction: DESC}], having: {rides: {gte: 2}}, first: 3) {
            key { jockeyId jockey { name } going } statistics { rides wins longestWinStreak }
            rides(first: 1) { totalCount nodes { horseName } } } } }"""
    found = data(client, query)["rides"]
    assert (found["statistics"]["rides"], found["statistics"]["wins"]) == (7, 3)
    assert found["statistics"]["winRate"] == 3 / 7
    assert found["statistics"]["summary"]["count"] == 8
    assert [
        (each["key"]["jockeyId"], each["key"]["jockey"]["name"], each["statistics"]["rides"])
        for each in found["groupBy"]
    ] == [(FIRST, "一郎", 3), (SECOND, "二郎", 2), (THIRD, "三郎", 2)]
    assert [each["rides"]["totalCount"] for each in found["groupBy"]] == [4, 2, 2]
    assert found["groupBy"][0]["rides"]["nodes"] == [{"horseName": "アカ"}]


def test_groups_as_plain_columns(client: TestClient) -> None:
    """Where only keys and figures are asked for, the same groups are written column by column."""
    query = """{ rides { groupBy(by: [HORSE_NAME, JOCKEY]) {
        key { horseName jockeyId surface } statistics { rides winRate } } } }"""
    groups = data(client, query)["rides"]["groupBy"]
    assert [(each["key"]["horseName"], each["key"]["jockeyId"]) for each in groups] == [
        ("アオ", FIRST),
        ("アオ", SECOND),
        ("アカ", FIRST),
        ("クロ", THIRD),
        ("シロ", SECOND),
        ("シロ", THIRD),
    ]
    assert {each["key"]["surface"] for each in groups} == {None}
    assert [each["statistics"]["winRate"] for each in groups] == [0.0, 1.0, 0.5, 1.0, 0.0, 0.0]


def test_too_many_groups_are_refused_and_a_bound_lets_them_pass(folder: Path) -> None:
    """The bound is named; groups are never cut off in silence."""
    from graphql_api.installed import read_settings

    settings = read_settings({"JOCKEY_MAX_GROUPS": "2"}, data=str(folder))
    served = TestClient(create_app(settings), raise_server_exceptions=False)
    answer = run(served, "{ rides { groupBy(by: [HORSE_NAME]) { key { horseName } } } }")
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "makes 4 groups; at most 2 are allowed" in answer["errors"][0]["message"]
    passed = data(served, "{ rides { groupBy(by: [HORSE_NAME], first: 2) { key { horseName } } } }")
    assert len(passed["rides"]["groupBy"]) == 2


def test_leaders_share_ranks(client: TestClient) -> None:
    """Equals share a rank and stand by their ids; without a value there is no rank."""
    query = """query ($statistic: LeaderStatistic!, $year: Int) { leaders(year: $year, statistic: $statistic) {
        rank value jockey { id } statistics { rides } } }"""
    found = data(client, query, statistic="WINS", year=2024)["leaders"]
    assert [(each["rank"], each["value"], each["jockey"]["id"]) for each in found] == [
        (1, 1.0, FIRST),
        (1, 1.0, SECOND),
        (1, 1.0, THIRD),
    ]
    by_rides = data(client, query, statistic="RIDES")["leaders"]
    assert [(each["rank"], each["jockey"]["id"]) for each in by_rides] == [(1, FIRST), (2, SECOND), (2, THIRD)]
    assert data(client, query, statistic="WINS", year=1999)["leaders"] == []
    gained = data(client, "{ leaders(statistic: WIN_RATE, first: 1) { rank value jockey { id } } }")["leaders"]
    assert gained == [{"rank": 1, "value": 0.5, "jockey": {"id": SECOND}}]


def test_a_horse_with_its_rides_and_riders(client: TestClient) -> None:
    """By its name, to the letter; null where no ride is known."""
    query = """query ($name: String!) { horse(name: $name) { name firstDate lastDate recordCount rideCount wins
        jockeyCount jockeys { id } rides(first: 1) { totalCount nodes { date } }
        riders { key { jockeyId } statistics { rides } } statistics { rides longestLosingStreak } } }"""
    assert data(client, query, name="アカ")["horse"] == {
        "name": "アカ",
        "firstDate": "2024-09-08",
        "lastDate": "2024-09-29",
        "recordCount": 3,
        "rideCount": 2,
        "wins": 1,
        "jockeyCount": 1,
        "jockeys": [{"id": FIRST}],
        "rides": {"totalCount": 3, "nodes": [{"date": "2024-09-29"}]},
        "riders": [{"key": {"jockeyId": FIRST}, "statistics": {"rides": 2}}],
        "statistics": {"rides": 2, "longestLosingStreak": 1},
    }
    assert data(client, query, name="ア")["horse"] is None


def test_horses_are_listed(client: TestClient) -> None:
    """Filtered, ordered and paged as jockeys are."""
    query = """query ($after: String) { horses(first: 2, after: $after, filter: {wins: {gt: 0}},
        orderBy: [{field: RIDE_COUNT, direction: DESC}]) {
        totalCount indexedAt edges { cursor node { name rideCount jockeys(first: 1) { id } } }
        pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
    first = data(client, query)["horses"]
    assert [edge["node"]["name"] for edge in first["edges"]] == ["アオ", "アカ"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    second = data(client, query, after=first["pageInfo"]["endCursor"])["horses"]
    assert [edge["node"] for edge in second["edges"]] == [{"name": "クロ", "rideCount": 1, "jockeys": [{"id": THIRD}]}]
    assert codes(run(client, query, after="!")) == ["BAD_USER_INPUT"]
    assert codes(run(client, query, after="eA")) == ["CURSOR_EXPIRED"]


def test_an_answer_is_kept_as_long_as_the_archive(folder: Path) -> None:
    """It carries an ETag of the version, which holds until another version is there."""
    query = {"query": "{ rides(first: 2) { totalCount nodes { date } } leaders { rank } }"}
    with TestClient(create_app(Settings(data=str(folder)))) as served:
        tag = served.get("/graphql", params=query).headers["etag"]
        assert "/archive:rides=" in tag
        assert served.get("/graphql", params=query, headers={"if-none-match": tag}).status_code == 304
    pd.DataFrame([ride("00004", "09/30", 1, "アカ", "1")]).to_pickle(folder / "00004.pickle")
    try:
        refreshed(FolderStorage(folder))
        with TestClient(create_app(Settings(data=str(folder)))) as served:
            second = served.get("/graphql", params=query, headers={"if-none-match": tag})
            assert (second.status_code, second.json()["data"]["rides"]["totalCount"]) == (200, 9)
    finally:
        (folder / "00004.pickle").unlink()
        refreshed(FolderStorage(folder))


def test_a_cursor_outlives_the_version_if_its_ride_does(folder: Path) -> None:
    """Rides are found by what they are; one that has gone, or has become another, is expired."""
    storage = FolderStorage(folder)
    settings = Settings(data=str(folder), cache_ttl=0)
    rows = [ride("00004", "09/30", 1, "アカ", "1")]
    pd.DataFrame(rows).to_pickle(folder / "00004.pickle")
    refreshed(storage)
    with TestClient(create_app(settings), raise_server_exceptions=False) as served:
        edges = data(served, "{ rides(first: 2) { edges { cursor node { jockeyId } } } }")["rides"]["edges"]
        (folder / "00004.pickle").unlink()
        refreshed(storage)
        gone, stays = (edge["cursor"] for edge in edges)
        query = "query ($after: String) { rides(after: $after) { nodes { date } } }"
        assert codes(run(served, query, after=gone)) == ["CURSOR_EXPIRED"]
        assert len(data(served, query, after=stays)["rides"]["nodes"]) == 7


def test_a_jockey_is_answered_without_the_engine(folder: Path) -> None:
    """``jockey(id)`` imports no DuckDB, and needs none; listing ids neither."""
    code = f"""
import asyncio, sys
sys.modules["duckdb"] = None
from graphql_api.app import create_core
from graphql_api.installed import read_settings
core = create_core(read_settings({{}}, data={str(folder)!r}, log_level="ERROR"))
def ask(query):
    return asyncio.run(core.run(query)).decode()
print(ask('{{ jockey(id: "00001") {{ records {{ totalCount statistics {{ rides }} }} }} }}'))
print(ask("{{ jockeys {{ indexComplete nodes {{ id }} }} }}"))
print(ask("{{ jockeys {{ nodes {{ name }} }} }}"))
print(ask("{{ rides {{ totalCount }} }}"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = map(json.loads, done.stdout.splitlines())
    jockey, ids, names, all_rides = (line for line in told if "data" in line)  # the others are of the log
    assert jockey["data"]["jockey"]["records"]["totalCount"] == 4
    assert ids["data"]["jockeys"] == {"indexComplete": True, "nodes": [{"id": each} for each in ROWS]}
    for refused in (names, all_rides):
        assert codes(refused) == ["ENGINE_MISSING"]
        assert "pip install -e '.[archive]'" in refused["errors"][0]["message"]


def test_no_engine_is_imported_before_a_question_takes_it(folder: Path) -> None:
    """Neither the start of a server nor a jockey imports DuckDB; the first question does."""
    code = f"""
import asyncio, sys
from graphql_api.app import create_core
from graphql_api.installed import read_settings
core = create_core(read_settings({{}}, data={str(folder)!r}, log_level="ERROR"))
asyncio.run(core.run('{{ jockey(id: "00001") {{ name }} }}'))
before = "duckdb" in sys.modules
asyncio.run(core.run("{{ rides {{ totalCount }} }}"))
print(before, "duckdb" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
