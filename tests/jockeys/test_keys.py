"""Keys that are computed: kinds of race, bands of the pace, courses, and rides on one horse."""

from typing import Any

import numpy as np
import pytest

from careers import career, rows_of
from graphql_api.jockeys.bands import PaceBand
from graphql_api.jockeys.grouping import GroupKeys, Groups
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.race_kinds import RaceCategory, RaceType
from graphql_api.jockeys.records import RaceRecords
from graphql_api.tables.paging import Selection


def values(records: RaceRecords, key: str) -> list[Any]:
    """Give a key's value of each row."""
    column = KEYS[key].column(records)
    return [column[row] for row in range(records.rows)]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("3歳未勝利", RaceCategory.ORDINARY),
        ("2歳新馬", RaceCategory.ORDINARY),
        ("2歳未勝利(牝)", RaceCategory.ORDINARY),
        ("4歳以上1勝クラス", RaceCategory.ORDINARY),
        ("3歳上500万下", RaceCategory.ORDINARY),
        ("サラ系3歳以上1600万下", RaceCategory.ORDINARY),
        ("障害4歳以上オープン", RaceCategory.ORDINARY),
        ("障害3歳以上OP", RaceCategory.ORDINARY),
        ("メイクデビュー東京", RaceCategory.ORDINARY),
        ("３歳未勝利", RaceCategory.ORDINARY),
        ("聚楽第特別(2勝クラス)", RaceCategory.SPECIAL),
        ("つわぶき賞(1勝クラス)", RaceCategory.SPECIAL),
        ("架空2歳S(OP)", RaceCategory.SPECIAL),
        ("架空S(L)", RaceCategory.SPECIAL),
        ("架空オープン(OP)", RaceCategory.SPECIAL),
        ("架空" * 30 + "未勝利", RaceCategory.SPECIAL),
        ("4歳牝馬特別(GII)", RaceCategory.STAKES),
        ("架空大賞典(重賞)", RaceCategory.STAKES),
    ],
)
def test_names_tell_stakes_special_and_ordinary_races_of_jra(name: str, category: RaceCategory) -> None:
    """A grade but L makes a stakes race; a name of conditions alone is that of an ordinary race, any other special."""
    assert values(career({"レース名": name}), "race_category") == [category]


def test_names_tell_only_stakes_races_elsewhere() -> None:
    """In NAR and overseas a race without a grade may be special or not: null."""
    elsewhere = [
        {"開催": "高知", "レース名": "C3ー6"},
        {"開催": "高知", "レース名": "架空特別(C3)"},
        {"開催": "高知", "レース名": "架空賞(重賞)"},
        {"開催": "シャティ", "レース名": "架空C(GI)"},
        {"開催": "シャティ", "レース名": "架空H"},
    ]
    stakes = RaceCategory.STAKES
    assert values(career(*elsewhere), "race_category") == [None, None, stakes, stakes, None]


@pytest.mark.parametrize(
    ("pace", "distance", "band"),
    [
        ("33.0-34.0", "芝1200", PaceBand.HIGH),
        ("33.1-34.0", "芝1200", PaceBand.MIDDLE),
        ("35.1-34.2", "ダ1800", PaceBand.MIDDLE),
        ("35.1-34.1", "ダ1800", PaceBand.SLOW),
        ("0.0-39.7", "ダ1400", None),
        ("", "ダ1400", None),
        ("107.1-39.0", "障2890", None),
        ("34.0-36.0", "", None),
    ],
)
def test_a_second_between_first_and_last_makes_the_pace(pace: str, distance: str, band: PaceBand | None) -> None:
    """At least a second faster in the first 600 m is high, slower is slow; over jumps, or unknown, it is null."""
    assert values(career({"ペース": pace, "距離": distance}), "pace_band") == [band]


def test_a_course_is_racecourse_surface_and_distance() -> None:
    """As one text; null where a part is unknown, or where 開催 holds a text that is no name."""
    records = career(
        {"開催": "5東京1", "距離": "芝1600"},
        {"開催": "帯広(ば)", "距離": "ダ200"},
        {"開催": "5東京1", "距離": ""},
        {"開催": "架" * 5_000, "距離": "芝1600"},
    )
    assert values(records, "course") == ["東京芝1600", "帯広(ば)ダ200", None, None]


def test_flat_and_jump_races_are_two_types() -> None:
    """Turf and dirt are flat; an unknown surface is null."""
    records = career({"距離": "芝1600"}, {"距離": "ダ1200"}, {"距離": "障3390"}, {"距離": ""})
    assert values(records, "race_type") == [RaceType.FLAT, RaceType.FLAT, RaceType.JUMP, None]


def test_rides_on_a_horse_are_counted_by_date() -> None:
    """The first ride is the oldest by date and R, wherever it stands in the file; what is no ride has no number.

    The records are newest first.
    """
    records = career(
        {"馬名": "甲", "日付": "2024/03/01"},
        {"馬名": "乙", "日付": "2024/02/01", "R": "5"},
        {"馬名": "甲", "日付": "2024/04/01", "着順": "中"},
        {"馬名": "乙", "日付": "2024/02/01", "R": "11"},
        {"馬名": "甲", "日付": "2024/01/01", "着順": "取"},
        {"馬名": "甲", "日付": "2024/01/15"},
    )
    names = [(row.horse_name, row.date.month, row.race_number) for row in rows_of(records)]
    assert names == [("甲", 4, 11), ("甲", 3, 11), ("乙", 2, 11), ("乙", 2, 5), ("甲", 1, 11), ("甲", 1, 11)]
    assert values(records, "horse_ride_number") == [3, 2, 2, 1, 1, None]
    assert values(records, "first_horse_ride") == [False, False, False, True, True, None]


def test_rides_on_a_horse_are_counted_over_the_whole_file() -> None:
    """A filter that leaves only the third ride leaves it the third."""
    records = career(*({"日付": f"2024/0{month}/01"} for month in (5, 4, 3)))
    groups = Groups(Selection(records, np.array([0]), "newest"), ["horse_ride_number", "first_horse_ride"])
    assert [GroupKeys(groups, 0).horse_ride_number, GroupKeys(groups, 0).first_horse_ride] == [3, False]


def test_without_finishes_no_ride_is_the_first() -> None:
    """Where the file lacks 着順, nothing is known to be a ride."""
    assert values(career({}, {}, without=["着順"]), "horse_ride_number") == [None, None]


def test_every_key_is_described() -> None:
    """Names are unique to a key and descriptions are sentences."""
    assert all(name == key.name and key.description.endswith(".") for name, key in KEYS.items())
