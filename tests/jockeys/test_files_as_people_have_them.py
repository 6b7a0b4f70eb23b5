"""Files as people have them, over HTTP: pages put together, rows scraped twice, blank rows, and any order of rows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dateutil.tz
import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_client import data

JOCKEY = "01999"
RACE: Mapping[str, object] = {
    "日付": "2024/09/29",
    "開催": "4中山9",
    "R": 11,
    "馬番": 8,
    "着順": "1",
    "馬名": "テストホース",
    "騎手": "架空太郎",
    "賞金(万円)": 550.0,
    "jockey_id": JOCKEY,
}
QUERY = """{ jockey(id: "01999") {
  name
  source { rows warningCount warnings { row column raw code count } }
  records { totalCount statistics { rides wins prizeMoney } nodes { date raceNumber horseName finishPosition }
            groupBy(by: YEAR) { key { year } statistics { rides } } } } }"""


def frame(*races: Mapping[str, object]) -> pd.DataFrame:
    """Make a frame of ``RACE`` with changes."""
    return pd.DataFrame([{**RACE, **race} for race in races])


def serve(folder: Path, table: pd.DataFrame) -> TestClient:
    """Serve a frame as the one jockey's file."""
    table.to_pickle(folder / f"{JOCKEY}.pickle")
    return TestClient(create_app(Settings(data=str(folder))))


def ask(folder: Path, table: pd.DataFrame) -> dict[str, Any]:
    """Ask for all that the file gives."""
    jockey: dict[str, Any] = data(serve(folder, table), QUERY)["jockey"]
    return jockey


def warned(jockey: dict[str, Any]) -> list[tuple[object, ...]]:
    """Give the warnings but those of missing columns."""
    warnings = [tuple(each.values()) for each in jockey["source"]["warnings"] if each["code"] != "MISSING_COLUMN"]
    return [each for each in warnings if each[3] != "MISSING_VALUE"]


@pytest.mark.parametrize(
    ("header", "other"),
    [
        ("着順", "着 順"),
        ("着順", "着\N{NO-BREAK SPACE}順"),
        ("着順", "着\N{IDEOGRAPHIC SPACE}順"),
        ("着順", "\N{ZERO WIDTH NO-BREAK SPACE}着順"),
        ("R", "\N{FULLWIDTH LATIN CAPITAL LETTER R}"),
        ("賞金(万円)", "賞金 (万円)"),
        ("賞金(万円)", "賞金"),
        ("着順", "着順.1"),
        ("着順", "着 順.2"),
    ],
)
@pytest.mark.parametrize("spelled_first", ["header", "other"])
def test_pages_that_spell_a_header_in_two_ways_are_one(
    tmp_path: Path, header: str, other: str, spelled_first: str
) -> None:
    """Columns that fold to one name are one column: no cell of either page is lost, and nothing is warned of."""
    races: list[dict[str, object]] = [{"R": race, "着順": str(13 - race)} for race in range(12, 0, -1)]
    pages = frame(*races[:6]), frame(*races[6:]).rename(columns={header: other})
    table = pd.concat(pages if spelled_first == "header" else pages[::-1], ignore_index=True)
    found = ask(tmp_path, table)
    expected = ask(tmp_path, frame(*races))
    assert {**found, "source": None} == {**expected, "source": None}
    assert found["records"]["statistics"] == {"rides": 12, "wins": 1, "prizeMoney": 12 * 5_500_000}
    assert warned(found) == []


def test_columns_of_one_header_that_differ_are_warned_of(tmp_path: Path) -> None:
    """Where both columns have a value the first counts, and a warning shows the other only where it differs."""
    table = frame({"R": 3}, {"R": 2}, {"R": 1}).assign(**{"馬 番": [8.0, 9, np.nan]})
    found = ask(tmp_path, table)
    assert warned(found) == [(1, "馬番", "9.0", "DUPLICATE_COLUMN", 1)]


@pytest.mark.parametrize(
    ("header", "ours", "theirs", "count"),
    [
        ("賞金(万円)", "1,500.0", 1500, 0),
        ("日付", "2024/09/29", pd.Timestamp("2024-09-29"), 0),
        ("タイム", "1:33.5", "1.33.5", 0),
        ("馬体重", "480(+2)", "480( +2)", 0),
        ("馬名", "ｱｵｿﾗ", "アオソラ", 0),
        ("馬名", "アオソラ", "アカソラ", 1),
        ("着順", "4", "4(降)", 1),
        ("着順", "中", "取", 1),
        ("着差", "クビ", "ハナ", 1),
        ("馬体重", "480", "480(+2)", 1),
    ],
)
def test_cells_differ_where_they_mean_another_thing(
    tmp_path: Path, header: str, ours: object, theirs: object, count: int
) -> None:
    """One value in two forms is warned of no more than one in the same form; what tells more or another one is."""
    table = frame({header: ours}).astype({header: object} if header in RACE else {}).assign(**{f"{header} ": [theirs]})
    codes = [each["code"] for each in ask(tmp_path, table)["source"]["warnings"]]
    assert codes.count("DUPLICATE_COLUMN") == count


def test_the_headers_of_horse_pages_are_read(tmp_path: Path) -> None:
    """Odds, winner and prize money are found under the names that the pages of horses give them."""
    names = {"賞金(万円)": "賞金", "単勝": "オッズ", "勝ち馬": "勝ち馬\n(2着馬)"}
    table = frame({"単勝": 5.4, "勝ち馬": "(ベツノウマ)"}).rename(columns=names)
    query = '{ jockey(id: "01999") { records { nodes { winOdds prizeMoney runnerUpName } } } }'
    (node,) = data(serve(tmp_path, table), query)["jockey"]["records"]["nodes"]
    assert node == {"winOdds": 5.4, "prizeMoney": 5_500_000.0, "runnerUpName": "ベツノウマ"}


DRIFT = [{"R": race, "page_number": page} for race, page in ((5, 1), (4, 1), (4, 2), (3, 2), (3, 3))]


def test_a_row_scraped_twice_counts_once(tmp_path: Path) -> None:
    """Pages that shifted while they were scraped hold a race twice: the first counts, one warning tells how many."""
    found = ask(tmp_path, frame(*DRIFT))
    assert [node["raceNumber"] for node in found["records"]["nodes"]] == [5, 4, 3]
    assert found["records"]["statistics"] == {"rides": 3, "wins": 3, "prizeMoney": 3 * 5_500_000}
    assert found["source"]["rows"] == 5
    assert warned(found) == [(2, "日付,開催,R,馬番", "2024/09/29", "DUPLICATE_ROW", 2)]


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"日付": "2024-09-29"}, 1),
        ({"開催": "４中山 9"}, 1),
        ({"R": "11.0", "着順": "2"}, 1),
        ({"馬番": 9}, 2),
        ({"R": 12}, 2),
        ({"開催": "4中山8"}, 2),
        ({"日付": "2024/09/28"}, 2),
    ],
)
def test_a_race_is_known_by_date_meeting_number_and_horse(
    tmp_path: Path, change: dict[str, object], count: int
) -> None:
    """Another way to write the four makes no other race, and what differs in one of them is one."""
    assert ask(tmp_path, frame({}, change))["records"]["totalCount"] == count


@pytest.mark.parametrize("unknown", ["R", "馬番"])
def test_where_the_identity_is_incomplete_only_equal_rows_are_one(tmp_path: Path, unknown: str) -> None:
    """Overseas races have no number: two of them are the same only where every cell is."""
    first, second = {unknown: None}, {unknown: None, "馬名": "ベツノウマ"}
    found = ask(tmp_path, frame({**first, "page_number": 1}, second, {**first, "page_number": 2}))
    assert [node["horseName"] for node in found["records"]["nodes"]] == ["テストホース", "ベツノウマ"]


def test_without_the_columns_of_the_identity_no_row_is_repeated(tmp_path: Path) -> None:
    """A file of a few columns may hold equal rows of different races: all of them count."""
    rows = pd.DataFrame({"日付": ["2024/09/29"] * 3, "開催": ["4中山9"] * 3, "馬名": ["テストホース"] * 3})
    assert ask(tmp_path, rows)["records"]["totalCount"] == 3


def test_without_horse_numbers_a_row_scraped_twice_counts_once(tmp_path: Path) -> None:
    """In a file that has names of horses, but no numbers, rows that are equal in every cell are one race."""
    found = ask(tmp_path, frame(*DRIFT, {"R": 3, "馬名": "ベツノウマ"}).drop(columns="馬番"))
    assert found["records"]["totalCount"] == 4
    assert [(code, count) for *_, code, count in warned(found)] == [("DUPLICATE_ROW", 2)]


def test_rows_without_a_date_are_left_out_everywhere(tmp_path: Path) -> None:
    """Blank rows and repeated headers are no races: no count holds them, no query fails, one warning counts them."""
    header, blank = {name: name for name in RACE}, dict.fromkeys(RACE)
    client = serve(tmp_path, frame({"R": 3}, blank, {"R": 2}, header, {"R": 1}, {"日付": "合計", "R": None}))
    found = data(client, QUERY)["jockey"]
    assert [node["raceNumber"] for node in found["records"]["nodes"]] == [3, 2, 1]
    assert found["records"]["totalCount"] == found["records"]["statistics"]["rides"] == 3
    assert found["records"]["groupBy"] == [{"key": {"year": 2024}, "statistics": {"rides": 3}}]
    assert warned(found) == [(1, "日付", None, "ROW_WITHOUT_DATE", 3)]
    assert len(client.get("/api/jockey/01999.ndjson").text.splitlines()) == 3
    assert all(each["R"] is None or each["R"] for each in client.get("/api/jockey/01999").json()["data"])


def test_the_plain_routes_stay_as_the_file_is(tmp_path: Path) -> None:
    """REST and exports of the file's own columns hold every row in the file's order, blank and repeated ones too."""
    races = [{"R": 1}, dict.fromkeys(RACE), {"R": 2}, {"R": 2}, {"R": 3}]
    client = serve(tmp_path, frame(*races))
    numbers = [1, None, 2, 2, 3]
    assert [row["R"] for row in client.get("/api/jockey/01999").json()["data"]] == numbers
    lines = client.get("/api/jockey/01999.ndjson?columns=source").text.splitlines()
    assert [json.loads(line)["R"] for line in lines] == numbers
    chosen = client.get("/api/jockey/01999.ndjson?columns=source&race_number_gte=2").text.splitlines()
    assert [json.loads(line)["R"] for line in chosen] == [2, 3]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [4, 5, 2, 3, 0, 1], [3, 0, 5, 1, 4, 2]])
def test_newest_first_goes_by_date(tmp_path: Path, order: list[int]) -> None:
    """Whatever the order of the file's rows, races come newest first, and the name is the newest race's."""
    days = ["2024/09/29", "2024/09/29", "2024/09/28", "2024/08/01", "2023/12/31", "2023/01/01"]
    races = [
        {"日付": day, "R": race, "騎手": f"架空{place}"}
        for place, (day, race) in enumerate(zip(days, (12, 1, 5, 6, 7, 8), strict=True))
    ]
    client = serve(tmp_path, frame(*(races[place] for place in order)))
    query = """query ($after: String) { jockey(id: "01999") { name records(first: 2, after: $after) {
      nodes { date raceNumber raw(column: RACE_NUMBER) } pageInfo { endCursor } } } }"""
    pages, after = [], None
    for _ in range(3):
        jockey = data(client, query, after=after)["jockey"]
        assert jockey["name"] == "架空0"
        pages += jockey["records"]["nodes"]
        after = jockey["records"]["pageInfo"]["endCursor"]
    assert [node["raceNumber"] for node in pages] == [12, 1, 5, 6, 7, 8]
    assert [node["raw"] for node in pages] == ["12", "1", "5", "6", "7", "8"]


def test_an_oldest_first_file_is_turned_round_within_days_too(tmp_path: Path) -> None:
    """Where a race has no number, its place in the file tells which of a day was later."""
    races = [{"日付": day, "R": None, "馬名": name} for day, name in (("2024/09/28", "ア"), ("2024/09/29", "イ"))]
    later = [{"日付": "2024/09/29", "R": None, "馬名": "ウ"}]
    names = [
        [node["horseName"] for node in ask(tmp_path, frame(*rows))["records"]["nodes"]]
        for rows in (races + later, (races + later)[::-1])
    ]
    assert names == [["ウ", "イ", "ア"], ["ウ", "イ", "ア"]]


def test_warnings_of_rows_in_another_order_name_rows_of_the_file(tmp_path: Path) -> None:
    """A warning's row is the file's, though races are newest first and others are left out."""
    races = [{"R": 1, "馬番": "x"}, dict.fromkeys(RACE), {"R": 2, "馬番": "y"}]
    assert [each[:3] for each in warned(ask(tmp_path, frame(*races))) if each[3] == "UNPARSEABLE_CELL"] == [
        (0, "馬番", "x"),
        (2, "馬番", "y"),
    ]


def test_a_file_without_any_date_has_no_races(tmp_path: Path) -> None:
    """A file that lacks the dates is a jockey without races, and the warnings say why."""
    found = ask(tmp_path, frame({}, {"R": 12}).drop(columns="日付"))
    assert (found["records"]["totalCount"], found["source"]["rows"]) == (0, 2)
    codes = [each["code"] for each in found["source"]["warnings"]]
    assert "ROW_WITHOUT_DATE" in codes
    assert codes.count("MISSING_COLUMN") == 20


@pytest.mark.parametrize(
    "names",
    [("4中山9", "4回中山9日目"), ("船橋", "船橋競馬場"), ("帯広(ば)", "ばんえい帯広"), ("シャティ", "シャ ティ")],
)
def test_a_row_scraped_twice_is_one_however_its_meeting_is_written(tmp_path: Path, names: tuple[str, str]) -> None:
    """A meeting is known by its parts; one of another course, round or day is another meeting."""
    found = ask(tmp_path, frame(*({"開催": name} for name in (*names, "4阪神9", "3中山9", "4中山8"))))
    assert found["records"]["totalCount"] == 4
    assert [each["row"] for each in found["source"]["warnings"] if each["code"] == "DUPLICATE_ROW"] == [1]


def test_warnings_beyond_the_list_are_counted(tmp_path: Path) -> None:
    """At most a thousand cells are listed; ``warningCount`` counts all of them."""
    days = pd.date_range("2020-01-01", periods=1500).strftime("%Y/%m/%d")
    found = ask(tmp_path, frame(*({"日付": day, "着順": "?"} for day in days)))
    assert len(found["source"]["warnings"]) == 1000
    missing = sum(each["code"] == "MISSING_COLUMN" for each in found["source"]["warnings"])
    assert found["source"]["warningCount"] == 1500 + missing


# Prize money overseas.


@pytest.mark.parametrize(("prize", "warnings"), [(0, 0), ("0.0", 0), (None, 0), ("", 0), ("1,500.0", 1), (1500.5, 1)])
def test_prize_money_overseas_is_null_whatever_fills_the_cell(tmp_path: Path, prize: object, warnings: int) -> None:
    """The source has none: zeros are what programs fill in, and another figure is warned of. Sums are null, too."""
    overseas = {"開催": "シャティ", "R": None, "賞金(万円)": prize}
    query = """{ jockey(id: "01999") { source { warnings { column code row raw } } records {
      statistics { prizeMoney } nodes { jurisdiction prizeMoney }
      groupBy(by: JURISDICTION) { key { jurisdiction } statistics { prizeMoney } } } } }"""
    table = frame({}, {**overseas, "日付": "2024/09/28"}).astype({"賞金(万円)": object})
    found = data(serve(tmp_path, table), query)["jockey"]
    assert [each["prizeMoney"] for each in found["records"]["nodes"]] == [5_500_000.0, None]
    assert [each["statistics"]["prizeMoney"] for each in found["records"]["groupBy"]] == [5_500_000.0, None]
    told = [each for each in found["source"]["warnings"] if each["code"] == "OUT_OF_RANGE"]
    assert told == [{"column": "賞金(万円)", "code": "OUT_OF_RANGE", "row": 1, "raw": str(prize)}] * warnings


# Two rows of headers.


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([""] * len(RACE), id="blank"),
        pytest.param([f"Unnamed: {place}_level_1" for place in range(len(RACE))], id="unnamed"),
        pytest.param(["騎手成績"] * len(RACE), id="one title"),
        pytest.param(["A"] * 4 + ["B"] * (len(RACE) - 4), id="groups"),
        pytest.param(list(range(len(RACE))), id="numbers"),
        pytest.param([name if place % 2 else "" for place, name in enumerate("abcdefghi")], id="names of some"),
        pytest.param(["first", "max", "first", "first", "min", "first", "last", "sum", "first"], id="functions"),
        pytest.param(list(RACE), id="the same"),
    ],
)
@pytest.mark.parametrize("is_outer", [False, True])
def test_rows_of_headers_are_read_wherever_they_name_the_columns(
    tmp_path: Path, other: list[object], *, is_outer: bool
) -> None:
    """The row of the known headers may be the outer or the inner one, whatever the other one says."""
    table = frame({}, {"R": 12})
    levels = [other, list(RACE)] if is_outer else [list(RACE), other]
    table.columns = pd.MultiIndex.from_arrays(levels)
    found = ask(tmp_path, table)
    assert [node["raceNumber"] for node in found["records"]["nodes"]] == [12, 11]
    assert found["records"]["statistics"] == {"rides": 2, "wins": 2, "prizeMoney": 11_000_000.0}
    missing = [each["column"] for each in found["source"]["warnings"] if each["code"] == "MISSING_COLUMN"]
    assert not set(missing) & set(RACE)


def test_parts_that_several_columns_have_name_none_of_them(tmp_path: Path) -> None:
    """Two figures below one known header stay two columns of the file, and are not mixed."""
    table = frame({})[["日付", "R", "賞金(万円)"]].assign(後半=35.0, 前半=34.0)
    inner = ["日付", "R", "賞金(万円)", "後半", "前半"]
    table.columns = pd.MultiIndex.from_arrays([["日付", "R", "賞金(万円)", "ペース", "ペース"], inner])
    client = serve(tmp_path, table)
    (row,) = client.get("/api/jockey/01999").json()["data"]
    assert list(row) == inner


# Dates with a zone.

MIDNIGHTS = pd.to_datetime(["2024-09-29", "2024-01-01"])


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param(MIDNIGHTS.tz_localize(zone), id=str(zone))
        for zone in ("Asia/Tokyo", "+09:00", "Asia/Seoul", "UTC", "America/New_York", "Europe/Paris")
    ]
    + [
        pytest.param(pd.Series(MIDNIGHTS.tz_localize("+09:00"), dtype=object), id="objects"),
        pytest.param(pd.Series(MIDNIGHTS.tz_localize("UTC"), dtype=object), id="objects in UTC"),
        pytest.param(
            pd.Series([day.to_pydatetime() for day in MIDNIGHTS.tz_localize("Asia/Tokyo")], dtype=object),
            id="datetimes of zoneinfo",
        ),
        pytest.param(
            pd.Series([day.to_pydatetime() for day in MIDNIGHTS.tz_localize("+09:00")], dtype=object), id="datetimes"
        ),
        pytest.param(pd.Categorical(MIDNIGHTS.tz_localize("+09:00")), id="categories"),
        pytest.param(pd.Series(MIDNIGHTS.tz_localize("Asia/Tokyo").astype(str)), id="texts"),
        pytest.param(
            pd.Series(MIDNIGHTS.tz_localize("Asia/Tokyo")).astype("timestamp[us, tz=Asia/Tokyo][pyarrow]"), id="Arrow"
        ),
        pytest.param(pd.Series(["2024-09-28T15:00:00Z", "2023-12-31T15:00:00.000Z"]), id="UTC at 15:00"),
    ],
)
def test_a_moment_with_a_zone_is_the_day_that_it_was_in_japan(tmp_path: Path, dates: Any) -> None:
    """However a zone is written, the date, the race's id and the year are those of the day in Japan."""
    client = serve(tmp_path, frame({"開催": "船橋"}, {"開催": "船橋"}).assign(日付=dates))
    query = """{ jockey(id: "01999") { records { nodes { date raceId }
      groupBy(by: YEAR) { key { year } } } } }"""
    records = data(client, query)["jockey"]["records"]
    assert records["nodes"] == [
        {"date": "2024-09-29", "raceId": "202443092911"},
        {"date": "2024-01-01", "raceId": "202443010111"},
    ]
    assert [group["key"]["year"] for group in records["groupBy"]] == [2024]


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param(
            pd.Series([day.replace(tzinfo=zone) for day in MIDNIGHTS.to_pydatetime()], dtype=object), id=repr(zone)
        )
        for zone in (dateutil.tz.tzlocal(), dateutil.tz.tzstr("JST-9"), dateutil.tz.tzrange("JST", 32400))
    ]
    + [
        pytest.param(pd.Series(MIDNIGHTS.to_period("D")), id="periods"),
        pytest.param(pd.Series(MIDNIGHTS.to_period("M"), dtype=object), id="objects of periods"),
    ],
)
def test_dates_whose_day_the_file_does_not_tell_are_left_out(tmp_path: Path, dates: Any) -> None:
    """A zone without an offset in the file (that of the writer's machine), or a period, gives no day, and a warning."""
    found = ask(tmp_path, frame({}, {}).assign(日付=dates))
    assert found["records"]["totalCount"] == 0
    codes = {(each["column"], each["code"]) for each in found["source"]["warnings"]}
    assert {("日付", "UNREADABLE_COLUMN"), ("日付", "ROW_WITHOUT_DATE")} <= codes


TIMES = pd.to_datetime(["2024-09-29 12:30", "2024-01-01 00:00"])


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param(pd.Series(MIDNIGHTS), id="days"),
        pytest.param(pd.Series(TIMES), id="times"),
        pytest.param(pd.Series(MIDNIGHTS.tz_localize("+09:00")), id="offset"),
        pytest.param(pd.Series(MIDNIGHTS.tz_localize("Asia/Tokyo")), id="zone"),
        pytest.param(pd.Series(TIMES.tz_localize("UTC")), id="UTC"),
        pytest.param(pd.Series(MIDNIGHTS, dtype=object), id="objects"),
        *(
            pytest.param(pd.Series(TIMES.tz_localize(zone), dtype=object), id=f"objects in {zone}")
            for zone in ("+09:00", "Asia/Tokyo", "America/New_York", "UTC", dateutil.tz.gettz("Asia/Tokyo"))
        ),
        pytest.param(
            pd.Series([day.to_pydatetime() for day in TIMES.tz_localize("Asia/Tokyo")], dtype=object), id="datetimes"
        ),
        pytest.param(
            pd.Series([TIMES[0], TIMES[0].tz_localize("+05:30"), *TIMES[1:].tz_localize("Asia/Tokyo")], dtype=object),
            id="objects in several zones",
        ),
        pytest.param(pd.Series([day.date() for day in MIDNIGHTS]), id="date objects"),
        pytest.param(pd.Series(pd.Categorical(MIDNIGHTS)), id="categories"),
        pytest.param(pd.Series(pd.Categorical(MIDNIGHTS.tz_localize("Asia/Tokyo"))), id="zoned categories"),
        pytest.param(pd.Series(MIDNIGHTS).astype("timestamp[us][pyarrow]"), id="Arrow"),
    ],
)
def test_the_files_own_dates_are_written_as_pandas_writes_them(tmp_path: Path, dates: Any) -> None:
    """CSV of the file's own columns has dates as ``to_csv`` writes them, zone included; JSON has the moment in UTC."""
    table = frame(*({} for _ in dates)).assign(日付=dates)
    client = serve(tmp_path, table)
    lines = client.get("/api/jockey/01999.csv?columns=source").text.splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == table["日付"].to_csv(index=False, header=False).splitlines()
    written = [row["日付"].replace("Z", "") for row in client.get("/api/jockey/01999").json()["data"]]
    as_json = json.loads(table["日付"].to_json(date_format="iso", orient="values"))
    assert written == [text.removesuffix("Z").removesuffix(".000") for text in as_json]
