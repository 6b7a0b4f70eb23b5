"""Frames to race records: every dtype mixture, every fault, and the fields that follow from others."""

import itertools
import math
import pickle
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frames import frame_of
from graphql_api.jockeys.columns import DERIVED, FIELDS
from graphql_api.jockeys.data_warnings import MAX_WARNINGS
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.records import RaceRecords, raw_column
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.texts import IncompleteError, OutOfRangeError, fold
from graphql_api.jockeys.vocabulary import DistanceBand, FinishStatus, Jurisdiction, RunningStyle, Weather
from graphql_api.pickles import loads
from graphql_api.pickles.frames import Frame, FrameColumn
from graphql_api.tables.cells import factorise, raw_text
from real_frames import SAMPLES

JOCKEY = "01999"
BLANKS = ("", *"- -- --- ---- － ― — – ** *** **** nan NaN NaT None null NULL <NA> N/A #N/A &nbsp;".split())  # noqa: SIM905
HEADERS = [source.header for source in SOURCES]


ROW = {
    "日付": "2024/09/29",
    "開催": "4中山9",
    "天気": "晴",
    "R": "11",
    "レース名": "架空ステークス(GI)",
    "映像": None,
    "頭数": "16",
    "枠番": "4",
    "馬番": "8",
    "単勝": "5.4",
    "人気": "2",
    "着順": "1",
    "馬名": "テストホース",
    "騎手": "架空太郎",
    "斤量": "58",
    "距離": "芝1200",
    "水分量": None,
    "馬場": "良",
    "タイム": "1:07.0",
    "着差": "-0.1",
    "通過": "2-2",
    "ペース": "32.1-34.9",
    "上り": "34.8",
    "馬体重": "482(+4)",
    "勝ち馬": "(ツギノテスト)",
    "賞金(万円)": "17,000.0",
    "page_number": "1",
    "jockey_id": JOCKEY,
}


def read(*rows: dict[str, Any]) -> RaceRecords:
    """Read a frame of whole rows, each ``ROW`` on another horse with changes, as object columns."""
    data = [{**ROW, "馬番": str((7 + place) % 40 + 1), **row} for place, row in enumerate(rows)]
    columns = {header: np.array([row[header] for row in data] + [None], dtype=object)[:-1] for header in HEADERS}
    return race_records(frame(columns), JOCKEY)


def frame(columns: dict[str, np.ndarray]) -> Frame:
    """Make a frame of arrays."""
    rows = len(next(iter(columns.values())))
    return Frame(rows, tuple(FrameColumn(label, str(cells.dtype), cells) for label, cells in columns.items()))


def row_of(records: RaceRecords, row: int = 0) -> dict[str, Any]:
    """Give every field of one row."""
    return {name: column[row] for name, column in records.fields.items()}


def faults(records: RaceRecords) -> list[tuple[int | None, str, str | None, str]]:
    """Give the warnings as plain tuples."""
    return [(each.row, each.column, each.raw, each.code) for each in records.warnings]


def test_reads_every_field_of_a_row() -> None:
    """A full row gives every field of the API, typed."""
    records = read({})
    assert faults(records) == []
    assert list(records.fields) == [field.name for field in FIELDS]
    row = row_of(records)
    assert row["date"] == date(2024, 9, 29)
    assert row["jurisdiction"] is Jurisdiction.JRA
    assert row["weather"] is Weather.FINE
    assert row["finish_time"] == 67.0
    assert row["corner_positions"] == (2, 2)
    assert row["prize_money"] == 170_000_000.0
    assert row["jockey_id"] == JOCKEY
    assert row["race_id"] == "202406040911"
    assert row["distance_band"] is DistanceBand.SPRINT
    assert row["running_style"] is RunningStyle.STALKER
    assert (row["won"], row["winner_name"], row["runner_up_name"]) == (True, "テストホース", "ツギノテスト")


def test_fields_of_one_column_share_their_codes() -> None:
    """All fields of a column, and its raw cells, hold one and the same array of codes."""
    records = read({}, {"開催": "船橋"}, {})
    for source in SOURCES:
        codes = records.raw[source.header].codes
        assert all(records.fields[field.name].codes is codes for field in source.fields if field.name != "jockey_id")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        (
            {"着順": "3", "勝ち馬": "カッタテスト"},
            {"won": False, "winner_name": "カッタテスト", "runner_up_name": None},
        ),
        ({"着順": "1", "勝ち馬": "()"}, {"won": True, "winner_name": "テストホース", "runner_up_name": None}),
        ({"着順": "2", "勝ち馬": "()"}, {"won": False, "winner_name": None, "runner_up_name": None}),
        ({"着順": "2(降)"}, {"won": False, "finish_status": FinishStatus.DEMOTED, "finish_position": 2}),
        ({"着順": "中"}, {"won": False, "finish_status": FinishStatus.FAILED_TO_FINISH, "finish_position": None}),
        ({"着順": None, "頭数": 0}, {"won": False, "finish_status": FinishStatus.ABANDONED}),
        ({"着順": None}, {"won": None, "finish_status": FinishStatus.UNKNOWN}),
        ({"着順": "1", "勝ち馬": None}, {"won": True, "winner_name": "テストホース"}),
    ],
)
def test_tells_who_won(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    """The finish says who won, and the winner is named whichever way the source puts it."""
    assert row_of(read(changes)).items() >= fields.items()


@pytest.mark.parametrize(
    ("day", "meeting", "race", "race_id"),
    [
        ("2024/12/22", "7京都8", "12", "202408070812"),
        ("2025/05/25", "1新潟8", 4, "202504010804"),
        ("2024/06/09", "1函館12", 1.0, "202402011201"),
        ("2025/02/09", "高知", "3", "202554020903"),
        ("2024/12/29", "大井", "9", "202444122909"),
        ("2020/01/05", "帯広(ば)", "1", "202065010501"),
        ("2005/07/01", "札幌(地)", "1", "200558070101"),
        ("2005/07/01", "札幌", "1", None),
        ("2024/09/29", "中山", "1", None),
        ("1996/07/01", "帯広", "1", "199633070101"),
        ("2024/12/08", "シャティ", None, None),
        ("2024/12/08", "シャティ", "5", None),
        ("2024/12/08", "4中山9", None, None),
    ],
)
def test_rebuilds_race_ids(day: object, meeting: str, race: object, race_id: str | None) -> None:
    """A JRA id is year, course, round, day, race; a NAR id year, course, month and day, race; overseas has none."""
    assert row_of(read({"日付": day, "開催": meeting, "R": race}))["race_id"] == race_id


@pytest.mark.parametrize(
    ("corners", "field_size", "course", "meeting", "style"),
    [
        ("1-1", 16, "芝1200", "4中山9", "FRONT_RUNNER"),
        ("3-1-2-5", 16, "芝1200", "4中山9", "FRONT_RUNNER"),
        ("2-1", 16, "芝1200", "4中山9", "STALKER"),
        ("8-4", 16, "ダ1200", "4中山9", "STALKER"),
        ("8-5", 16, "芝1200", "4中山9", "CLOSER"),
        ("8-8", 12, "芝1200", "4中山9", "CLOSER"),
        ("8-9", 12, "芝1200", "4中山9", "DEEP_CLOSER"),
        ("2-5", 8, "芝1200", "4中山9", "CLOSER"),
        ("2-5", 7, "芝1200", "4中山9", "DEEP_CLOSER"),
        ("2-5", None, "芝1200", "4中山9", None),
        ("1", 16, "芝1000", "4中山9", None),
        (None, 16, "芝1200", "4中山9", None),
        ("1-1", 16, "障3000", "4中山9", None),
        ("1-1", 12, "ダ1200", "大井", None),
    ],
)
def test_tells_the_running_style(
    corners: str | None, field_size: int | None, course: str, meeting: str, style: str | None
) -> None:
    """Running style follows JRA-VAN NEXT's definition, null with fewer than two corners, over jumps and in NAR."""
    row = row_of(read({"通過": corners, "頭数": field_size, "距離": course, "開催": meeting}))
    assert row["running_style"] is (style and RunningStyle[style])


@pytest.mark.parametrize(
    ("distance", "band"),
    [(1300, "S"), (1301, "M"), (1899, "M"), (1900, "I"), (2100, "I"), (2101, "L"), (2700, "L"), (2701, "E")],
)
def test_puts_distances_into_bands(distance: int, band: str) -> None:
    """The bounds of the SMILE bands are inclusive above."""
    assert row_of(read({"距離": f"ダ{distance}"}))["distance_band"] is DistanceBand(band)


@pytest.mark.parametrize(
    "blank",
    [
        None,
        float("nan"),
        np.datetime64("NaT", "ns"),
        "",
        " \u3000",
        "\xa0",
        "---",
        "--",
        "-",
        "－",
        "****",
        "nan",
        "None",
    ],
)
def test_blanks_are_null_without_warning(blank: object) -> None:
    """Nothing, white space and dashes are null in every nullable column, and nothing to warn of."""
    required = {
        "日付": "2024/09/29",
        "開催": "4中山9",
        "レース名": "架空",
        "馬名": "架空",
        "着順": "1",
        "jockey_id": JOCKEY,
    }
    records = read({**dict.fromkeys(HEADERS, blank), **required})
    assert faults(records) == []
    assert {name for name, value in row_of(records).items() if value is not None} == {
        *("date", "meeting", "racecourse", "meeting_round", "meeting_day", "jurisdiction", "race_name", "horse_name"),
        *("finish_position", "finish_status", "won", "winner_name", "jockey_id"),
    }


def test_blanks_of_required_columns_are_warned_of() -> None:
    """A blank where none may be leaves an empty text or an unknown finish, and a warning each."""
    records = read({}, {"開催": "", "レース名": None, "馬名": "---", "着順": None})
    row = row_of(records, 1)
    assert (row["meeting"], row["race_name"], row["horse_name"]) == ("", "", "")
    assert row["finish_status"] is FinishStatus.UNKNOWN
    assert faults(records) == [
        (1, "開催", "", "MISSING_VALUE"),
        (1, "レース名", None, "MISSING_VALUE"),
        (1, "馬名", "---", "MISSING_VALUE"),
        (1, "着順", None, "MISSING_VALUE"),
    ]


@pytest.mark.parametrize(
    ("header", "cell", "code", "raw"),
    [
        ("R", "abc", "UNPARSEABLE_CELL", "abc"),
        ("R", True, "UNPARSEABLE_CELL", "True"),
        ("R", 8.5, "UNPARSEABLE_CELL", "8.5"),
        ("R", 99, "OUT_OF_RANGE", "99"),
        ("R", 10**30, "OUT_OF_RANGE", str(10**30)),
        ("R", 2**32 + 1, "OUT_OF_RANGE", str(2**32 + 1)),
        ("R", math.inf, "OUT_OF_RANGE", "inf"),
        ("単勝", -1, "OUT_OF_RANGE", "-1"),
        ("着順", "99", "OUT_OF_RANGE", "99"),
        ("着順", "落", "UNPARSEABLE_CELL", "落"),
        ("天気", "霧", "UNPARSEABLE_CELL", "霧"),
        ("天気", "x" * 1000, "UNPARSEABLE_CELL", "x" * 200),
        ("通過", datetime(2024, 1, 1, tzinfo=UTC), "UNPARSEABLE_CELL", "2024-01-01T00:00:00+00:00"),
    ],
)
def test_unreadable_cells_are_null_with_a_warning(header: str, cell: object, code: str, raw: str) -> None:
    """A cell that cannot be read is null, and the warning tells its row, column, text and fault."""
    records = read({}, {header: cell})
    source = next(source for source in SOURCES if source.header == header)
    assert all(records.fields[field.name][1] is None for field in source.fields)
    assert faults(records) == [(1, header, raw, code)]
    assert records.warning_count == 1


def test_integers_too_long_for_decimal_are_shown_in_hexadecimal() -> None:
    """An integer that Python would not write out is null, and its warning shows it in another base."""
    assert faults(read({"R": 10**5000})) == [(0, "R", hex(10**5000)[:200], "UNPARSEABLE_CELL")]


def test_a_bare_jra_course_is_told_with_a_warning() -> None:
    """A JRA course without numbers is JRA; what its meeting lacks is null, and a warning shows the cell."""
    records = read({"開催": "中山"})
    row = row_of(records)
    assert (row["meeting"], row["racecourse"], row["jurisdiction"]) == ("中山", "中山", Jurisdiction.JRA)
    assert (row["meeting_round"], row["meeting_day"], row["race_id"]) == (None, None, None)
    assert faults(records) == [(0, "開催", "中山", "INCOMPLETE_CELL")]


def test_unreadable_meetings_keep_their_text() -> None:
    """A meeting that is none keeps its text, which may not be null, and loses its parts."""
    records = read({"開催": "9中山9"})
    row = row_of(records)
    assert (row["meeting"], row["racecourse"], row["jurisdiction"], row["race_id"]) == ("9中山9", None, None, None)
    assert faults(records) == [(0, "開催", "9中山9", "OUT_OF_RANGE")]


def test_equal_but_different_cells_stay_apart() -> None:
    """1, 1.0, True and "1" are four cells: each keeps its own text, and True is no number."""
    records = read(*({"人気": cell} for cell in (1, 1.0, True, "1")))
    cells = raw_column(records, "人気")
    assert [raw_text(cells[row]) for row in range(4)] == ["1", "1.0", "True", "1"]
    assert [records.fields["favourite_rank"][row] for row in range(4)] == [1, 1, None, 1]


def test_negative_zero_keeps_its_sign() -> None:
    """0.0 and -0.0 stay apart in float and in object columns."""
    for dtype in (np.float64, object):
        column = factorise(np.array([0.0, -0.0, 0.0], dtype=dtype))
        assert [str(column[row]) for row in range(3)] == ["0.0", "-0.0", "0.0"]


def test_raw_text_is_the_files_own() -> None:
    """Raw text has floats with their point, days as ISO, null for missing; a missing column is all null."""
    columns = {
        "人 気": np.array([8.0, math.nan]),
        "日付": np.array(["2024-09-29", "2024-09-28"], dtype="datetime64[ns]"),
        "馬体重": np.array([" 466 ", None], dtype=object),
        "上り": np.array([34.1, 13.5], dtype=np.float32),
    }
    records = race_records(frame(columns), JOCKEY)
    texts = {header: [raw_text(raw_column(records, header)[row]) for row in range(2)] for header in HEADERS}
    assert texts["人気"] == ["8.0", None]
    assert texts["日付"] == ["2024-09-29", "2024-09-28"]
    assert texts["馬体重"] == [" 466 ", None]
    assert texts["上り"] == ["34.1", "13.5"]
    assert texts["通過"] == [None, None]


@pytest.mark.parametrize(
    ("label", "header"),
    [
        ("天 気", "天気"),
        ("頭\u3000数", "頭数"),
        ("賞金 (万円)", "賞金(万円)"),
        ("賞金（万円）", "賞金(万円)"),
        ("ﾀｲﾑ", "タイム"),
        ("ﾍﾟｰｽ", "ペース"),
        ("Ｒ", "R"),
        ("\n馬 名\t", "馬名"),
    ],
)
def test_finds_columns_by_folded_header(label: str, header: str) -> None:
    """Spaces, half-width kana and full-width brackets in a header do not matter; the file's own label is kept."""
    cells = {"日付": np.array([ROW["日付"]], dtype=object), label: np.array([ROW[header]], dtype=object)}
    records = race_records(frame(cells), JOCKEY)
    assert list(records.raw) == ["日付", header]
    assert records.source[1].label == label
    assert raw_column(records, header)[0] == ROW[header]


def test_missing_columns_are_null_with_one_warning_each() -> None:
    """A frame without a column has null in its fields (an empty text where null is not allowed) and says so once."""
    records = race_records(frame({"日付": np.array(["2024/09/27", "2024/09/28"], dtype=object)}), JOCKEY)
    assert faults(records) == [(None, header, None, "MISSING_COLUMN") for header in HEADERS[1:]]
    assert row_of(records, 1) == {
        **{field.name: None for field in FIELDS},
        "date": date(2024, 9, 27),
        "meeting": "",
        "race_name": "",
        "horse_name": "",
        "finish_status": FinishStatus.UNKNOWN,
        "jockey_id": JOCKEY,
    }


def test_empty_frames_have_no_records() -> None:
    """A frame with columns and no rows is a jockey without records."""
    records = race_records(frame({header: np.array([], dtype=object) for header in HEADERS}), JOCKEY)
    assert len(records) == 0
    assert all(len(column) == 0 for column in records.fields.values())
    assert records.warnings == ()


def test_jockey_id_is_the_files_name() -> None:
    """The id is the one asked for, though the column lost its leading zero; another jockey's row is warned of."""
    records = read({"jockey_id": 1999}, {"jockey_id": "01999"}, {"jockey_id": 1999.0}, {"jockey_id": "05339"})
    assert [records.fields["jockey_id"][row] for row in range(4)] == [JOCKEY] * 4
    assert faults(records) == [(3, "jockey_id", "05339", "JOCKEY_ID_MISMATCH")]


def test_warnings_are_bounded_and_counted() -> None:
    """A column of garbage leaves the first warnings, in order, and the count of all."""
    rows = MAX_WARNINGS + 500
    cells = np.array([f"garbage {row}" for row in range(rows)], dtype=object)
    dates = np.full(rows, "2024/09/29", dtype=object)
    columns = {**{header: np.full(rows, None) for header in HEADERS}, "日付": dates, "R": cells}
    records = race_records(frame(columns), JOCKEY)
    kept = [each for each in records.warnings if each.row is not None]
    assert len(kept) == MAX_WARNINGS
    assert records.warning_count == rows * 6  # R, and a blank in each column that may have none
    assert records.warning_count > len(records.warnings)


def test_half_surrogates_are_replaced() -> None:
    """Text that no JSON can hold is made valid, in cells and labels."""
    columns = (FrameColumn("memo\ud800", "object", np.array(["\udfff", "ok"], dtype=object)),)
    records = race_records(Frame(2, columns), JOCKEY)
    assert records.source[0].label == "memo\ufffd"
    assert [records.source[0].cells[row] for row in range(2)] == ["\ufffd", "ok"]


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns", "ps"])
def test_reads_dates_of_every_unit(unit: str) -> None:
    """A datetime64 column gives its days whatever its unit, in either byte order; missing ones are no races."""
    for order in ("<", ">"):
        cells = np.array(["1970-03-01", "NaT"], dtype=f"datetime64[{unit}]").astype(f"{order}M8[{unit}]")
        column = race_records(frame({"日付": cells}), JOCKEY).fields["date"]
        assert [column[row] for row in range(len(column))] == [date(1970, 3, 1)]


def test_years_that_python_cannot_hold_are_no_races() -> None:
    """A date in the year 12000 is that of no race, and the warning shows it."""
    records = race_records(frame({"日付": np.array(["12000-01-01"], dtype="datetime64[s]")}), JOCKEY)
    assert len(records) == 0
    assert (0, "日付", "12000-01-01T00:00:00", "ROW_WITHOUT_DATE") in faults(records)


# Grammar of whole rows, for comparing dtypes and implementations.

_NUMBERS = {"R": (1, 12), "頭数": (1, 18), "枠番": (1, 8), "馬番": (1, 18), "人気": (1, 18), "page_number": (1, 99)}
_DECIMALS = {"単勝": (1.1, 999.9), "斤量": (48, 65), "水分量": (1.5, 3.1), "着差": (-1, 9), "上り": (33, 45)}
_NAMES = st.text(st.characters(codec="utf-8", categories=["Lo"]), min_size=2, max_size=9)
_TEXTS = {
    "日付": st.dates(date(1990, 1, 1), date(2029, 12, 31)).map(lambda day: day.strftime("%Y/%m/%d")),
    "開催": st.sampled_from(["4中山9", "1函館12", "7京都8", "船橋", "帯広(ば)", "シャティ", "9中山1"]),
    "天気": st.sampled_from(["晴", "曇", "小雨", "雨", "小雪", "雪"]),
    "レース名": st.sampled_from(["架空記念(GI)", "3歳未勝利", "架空S(OP)(2歳)", "C3ー6", "架空杯"]),
    "映像": st.none(),
    "着順": st.sampled_from([*map(str, range(1, 19)), "中", "取", "除", "失", "4(降)", "再", "?"]),
    "馬名": _NAMES,
    "騎手": _NAMES,
    "距離": st.sampled_from(["芝1600", "ダ1200", "障3000", "芝2410", "ダ200"]),
    "馬場": st.sampled_from(["良", "稍", "重", "不", "稍重", "不良"]),
    "タイム": st.sampled_from(["1:07.2", "0:59.8", "2.05.3", "1:09:87"]),
    "通過": st.lists(st.integers(1, 18), min_size=1, max_size=4).map(lambda places: "-".join(map(str, places))),
    "ペース": st.sampled_from(["33.0-34.5", "0.0-39.7"]),
    "馬体重": st.sampled_from(["466(+4)", "480(-12)", "計不", "500"]),
    "勝ち馬": _NAMES | _NAMES.map("({})".format) | st.just("()"),
    "賞金(万円)": st.sampled_from(["2,000.0", "286.6", None]),
    "jockey_id": st.just(JOCKEY),
}
_CELLS = {
    **{header: st.integers(low, high).map(str) for header, (low, high) in _NUMBERS.items()},
    **{header: st.floats(low, high).map(lambda x: f"{x:.1f}") for header, (low, high) in _DECIMALS.items()},
    **_TEXTS,
}
GRAMMATICAL = st.lists(st.fixed_dictionaries({header: st.none() | _CELLS[header] for header in HEADERS}), max_size=12)


@settings(deadline=None)
@given(GRAMMATICAL)
def test_one_career_in_any_dtype_reads_the_same(rows: list[dict[str, str | None]]) -> None:
    """The same cells as text, as objects of numbers, and as numeric columns give equal fields and warnings."""
    texts = pd.DataFrame(rows, columns=HEADERS, dtype=object)
    typed = texts.copy()
    for header in (*_NUMBERS, *_DECIMALS):
        typed[header] = pd.to_numeric(texts[header])
    typed["日付"] = pd.to_datetime(texts["日付"])
    objects = typed.astype(object).where(typed.notna(), None)
    expected = race_records(frame_of(texts), JOCKEY)
    for variant in (typed, objects, typed.convert_dtypes(), texts.astype("category"), texts.astype("str")):
        records = race_records(frame_of(variant), JOCKEY)
        assert [row_of(records, row) for row in range(len(records))] == [
            row_of(expected, row) for row in range(len(expected))
        ]
        assert [(each.row, each.column, each.code) for each in records.warnings] == [
            (each.row, each.column, each.code) for each in expected.warnings
        ]


# Any frame that the loader may give.

_OBJECTS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(st.characters(), max_size=6)
    | st.sampled_from(
        ["1", "1.0", "---", "中", "芝1600", "4中山9", "大井", "466(+4)", "(A)", "\ud800", "0", "2024-01-01"]
    )
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
)
_NUMERIC = st.sampled_from(["?", "i1", "u1", "<i2", ">i4", "i8", "u8", "f2", "<f4", ">f8", "g"])
_MOMENTS = st.sampled_from([f"{order}M8[{unit}]" for order in "<>" for unit in ("Y", "D", "s", "ms", "us", "ns", "as")])
_LABELS = st.sampled_from([*HEADERS, "天 気", "ﾀｲﾑ", "賞金 (万円)"]) | st.text(max_size=4)


@st.composite
def _arrays(draw: st.DrawFn, rows: int) -> np.ndarray:
    kind = draw(st.sampled_from("ONM"))
    if kind == "O":
        return np.array([*draw(st.lists(_OBJECTS, min_size=rows, max_size=rows)), None], dtype=object)[:-1]
    dtype = np.dtype(draw(_NUMERIC if kind == "N" else _MOMENTS))
    if dtype.char == "?":
        return np.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), dtype=bool)
    if dtype.char == "g":
        return np.array(draw(st.lists(st.floats(), min_size=rows, max_size=rows)), dtype=dtype)
    size = dtype.itemsize * rows
    return np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype=dtype)


@st.composite
def any_frame(draw: st.DrawFn) -> Frame:
    """Draw a frame of any labels and any cells that the loader admits, mostly with days that can be read."""
    rows = draw(st.integers(0, 6))
    columns = [FrameColumn(label, "object", draw(_arrays(rows))) for label in draw(st.lists(_LABELS, max_size=8))]
    if draw(st.integers(0, 9)):
        days = draw(st.lists(st.sampled_from(["2024/09/28", "2024-09-29", "", "日付"]), min_size=rows, max_size=rows))
        columns.insert(draw(st.integers(0, len(columns))), FrameColumn("日 付", "object", np.array(days, object)))
    return Frame(rows, tuple(columns))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300, deadline=None)
@given(any_frame())
def test_any_frame_reads_as_cell_by_cell(source: Frame) -> None:
    """No frame raises, and the records equal those of the plainest reading, one cell at a time."""
    records = race_records(source, JOCKEY)
    expected, warned = naive(source)
    assert [row_of(records, row) for row in range(len(records))] == expected
    assert sorted((each.row, each.column, each.code) for each in records.warnings if each.row is not None) == warned
    assert records.warning_count == sum(each.count for each in records.warnings)


def naive(source: Frame) -> tuple[list[dict[str, Any]], list[tuple[int, str, str]]]:
    """Read a frame one cell at a time."""
    texts, warned = naive_texts(source)
    rows: list[tuple[int, dict[str, Any], list[tuple[int, str, str]]]] = []
    identities: list[tuple[object, ...]] = []
    left_out: dict[str, list[int]] = {"ROW_WITHOUT_DATE": [], "DUPLICATE_ROW": []}
    headers = {"ROW_WITHOUT_DATE": "日付", "DUPLICATE_ROW": "日付,開催,R,馬番"}
    identified = all(header in texts for header in headers["DUPLICATE_ROW"].split(","))
    for number in range(source.rows):
        row, faults_of_row = naive_row({header: cells[number] for header, cells in texts.items()}, number)
        identity = naive_identity(row)
        if row["date"] is None:
            left_out["ROW_WITHOUT_DATE"].append(number)
        elif identified and identity in identities:
            left_out["DUPLICATE_ROW"].append(number)
        else:
            identities.append(identity)
            rows.append((number, row, faults_of_row))
    warned += [(numbers[0], headers[code], code) for code, numbers in left_out.items() if numbers]
    warned += [fault for _, _, faults_of_row in rows for fault in faults_of_row]
    return [{field.name: row[field.name] for field in FIELDS} for row in naive_order(rows)], sorted(warned)


def naive_order(rows: list[tuple[int, dict[str, Any], Any]]) -> list[dict[str, Any]]:
    """Order rows the newest first, by date and number, equals turned round where most steps of days go up."""
    days = [row["date"] for _, row, _ in rows]
    steps = sum((after > before) - (after < before) for before, after in itertools.pairwise(days))
    keys = [(row["date"], row["race_number"] or 0) for _, row, _ in rows]
    if keys == sorted(keys, reverse=True):
        return [row for _, row, _ in rows]
    races = [row for _, row, _ in (rows[::-1] if steps > 0 else rows)]
    return sorted(races, key=lambda race: (race["date"], race["race_number"] or 0), reverse=True)


def naive_identity(row: dict[str, Any]) -> tuple[object, ...]:
    """Give what tells a race from others: four fields, or where one of two is unknown every cell."""
    if row["race_number"] is not None and row["horse_number"] is not None:
        course = row["racecourse"] or row["MEETING"]
        place = course and "".join(unicodedata.normalize("NFKC", course).split())
        meeting = (bool(row["racecourse"]), place, row["meeting_round"], row["meeting_day"])
        return (row["date"], meeting, row["race_number"], row["horse_number"])
    return tuple(row[spec.name] for spec in SOURCES if spec.name != "PAGE_NUMBER")


def naive_texts(source: Frame) -> tuple[dict[str, list[str | None]], list[tuple[int, str, str]]]:
    """Give the texts of each header's cells, the first that is not blank, and the cells that were lost."""
    texts: dict[str, list[str | None]] = {}
    warned = []
    for column in source.columns:
        header = factorised_header(column.label)
        if header not in HEADERS:
            continue
        cells = texts.setdefault(header, [None] * source.rows)
        for number in range(source.rows):
            text = naive_text(column.cells, number)
            if cells[number] is None:
                cells[number] = text
            elif text is not None and naive_meaning(header, text) != naive_meaning(header, str(cells[number])):
                warned.append((number, header, "DUPLICATE_COLUMN"))
    return texts, warned


def naive_meaning(header: str, text: str) -> Any:
    """Give the values of a cell, or its text where that tells more or cannot be read."""
    spec = next(each for each in SOURCES if each.header == header)
    values, fault = naive_parse(spec, fold(text))
    return fold(text) if fault or None in values or header in ("着順", "勝ち馬") else values


def naive_row(texts: dict[str, str | None], number: int) -> tuple[dict[str, Any], list[tuple[int, str, str]]]:
    """Read one row, and say what is wrong with its cells."""
    row: dict[str, Any] = {}
    warned = []
    for spec in SOURCES:
        text = texts.get(spec.header)
        values, fault = naive_parse(spec, text)
        row[spec.name] = text
        row.update(zip([field.name for field in spec.fields], values, strict=True))
        if fault and spec.header in texts:
            warned.append((number, spec.header, fault))
    if row["jurisdiction"] is Jurisdiction.OVERSEAS:
        if row["prize_money"]:
            warned.append((number, "賞金(万円)", "OUT_OF_RANGE"))
        row["prize_money"] = None
    text = row["JOCKEY_ID"]
    if text is not None and text.zfill(5) != JOCKEY:
        warned.append((number, "jockey_id", "JOCKEY_ID_MISMATCH"))
    for each in DERIVED:
        row[each.field.name] = each.compute(*(row[name] for name in each.inputs))
    if "着順" in texts and row["FINISH_POSITION"] is None and row["finish_status"] is FinishStatus.UNKNOWN:
        warned.append((number, "着順", "MISSING_VALUE"))
    return row | {"jockey_id": JOCKEY}, warned


def factorised_header(label: str) -> str:
    """Fold a header as the source's own spellings need it."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", label))


def naive_text(cells: np.ndarray, row: int) -> str | None:
    """Write one cell as the parsers read it."""
    cell = cells[row]
    if isinstance(cell, np.datetime64):
        if np.isnat(cell):
            return None
        moment = cell if np.datetime_data(cell.dtype)[0] in ("Y", "D", "s", "ms", "us") else cell.astype("M8[us]")
        cell = moment.item() if isinstance(moment.item(), date) else str(moment)
    elif isinstance(cell, np.generic):
        cell = float(str(cell)) if isinstance(cell, np.floating) else cell.item()
    if cell is None or cell != cell:
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, str):
        cell = cell.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()
        return None if cell in BLANKS else cell
    if isinstance(cell, datetime):
        return cell.isoformat().removesuffix("T00:00:00")
    return str(cell)


def naive_parse(spec: Any, text: str | None) -> tuple[Sequence[Any], str | None]:
    """Parse one text, and say what is wrong with it."""
    required = [field.type is str and not field.nullable for field in spec.fields]
    if text is None:
        return ["" if each else None for each in required], None if spec.fields[0].nullable else "MISSING_VALUE"
    try:
        return spec.parse(text), None
    except IncompleteError as error:
        return error.values, "INCOMPLETE_CELL"
    except OutOfRangeError:
        return [text if each else None for each in required], "OUT_OF_RANGE"
    except ValueError:
        return [text if each else None for each in required], "UNPARSEABLE_CELL"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real frames are not in the repository")
class TestRealFrames:
    """Real frames, where they lie beside the repository."""

    @pytest.fixture(params=sorted(SAMPLES.glob("*.pickle")), ids=lambda path: path.stem)
    def path(self, request: pytest.FixtureRequest) -> Path:
        """Give one real frame's file."""
        return Path(request.param)

    def test_are_read_without_any_warning(self, path: Path) -> None:
        """Every cell of a real frame can be read."""
        data = pickle.loads(path.read_bytes())
        records = race_records(frame_of(data), path.stem)
        assert faults(records) == []
        assert len(records) == len(data)
        assert all(field.nullable or None not in records.fields[field.name].values for field in FIELDS)

    def test_equal_their_untouched_texts(self, path: Path) -> None:
        """The frame with pandas' dtypes and the texts as scraped give the same records."""
        texts = pd.read_csv(path.with_suffix(".raw.csv"), dtype=str, keep_default_na=False)
        expected = race_records(frame_of(texts), path.stem)
        records = race_records(frame_of(pickle.loads(path.read_bytes())), path.stem)
        assert [row_of(records, row) for row in range(len(records))] == [
            row_of(expected, row) for row in range(len(expected))
        ]
        assert faults(expected) == []

    def test_say_consistently_who_won(self, path: Path) -> None:
        """A runner-up is named exactly where the horse won, and every race in Japan has its id."""
        fields = race_records(frame_of(pickle.loads(path.read_bytes())), path.stem).fields
        for row in range(len(fields["won"])):
            assert fields["won"][row] is (fields["runner_up_name"][row] is not None)
            assert len(fields["race_id"][row]) == 12


def test_a_zoned_date_is_the_day_that_it_was_in_japan() -> None:
    """Midnight in Tokyo is the day before in UTC, which is how the pickle holds it; the race was on Tokyo's day."""
    days = pd.to_datetime(["2024-09-29", None]).tz_localize("Asia/Tokyo")
    frame = loads(pickle.dumps(pd.DataFrame({"日付": days})))
    records = race_records(frame, "00001")
    assert [records.fields["date"][row] for row in range(len(records))] == [date(2024, 9, 29)]
