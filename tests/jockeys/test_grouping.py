"""Groups: they part the rows by their keys, and each has the statistics of its own rows."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careers import career, careers, known_careers, rows_of
from conditions import conditions
from graphql_api.jockeys.bands import FavouriteBand, OddsBand, PaceBand, Weekday, favourite_band, odds_band
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.grouping import GroupKeys, Groups, Having
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.race_kinds import RaceCategory, RaceType
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS
from graphql_api.jockeys.vocabulary import FinishStatus, Grade, Jurisdiction, Surface
from graphql_api.tables.conditions import Comparison, Condition
from graphql_api.tables.ordering import Order, rank
from graphql_api.tables.paging import Selection
from graphql_api.tables.table import Row
from plain_count import agree, plain_statistics

EACH = [each.name for each in STATISTICS]


def some_keys() -> st.SearchStrategy[list[str]]:
    """Draw one to four keys."""
    return st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=4, unique=True)


PLAINLY: dict[str, Callable[[Row, int | None], Any]] = {
    "year": lambda row, _: row.date.year,
    "month": lambda row, _: row.date.month,
    "weekday": lambda row, _: list(Weekday)[row.date.weekday()],
    "favourite_band": lambda row, _: row.favourite_rank and _band(FavouriteBand, row.favourite_rank),
    "odds_band": lambda row, _: row.win_odds and _band(OddsBand, row.win_odds),
    "course": lambda row, _: (
        f"{row.racecourse}{row.surface.value}{row.distance}" if row.racecourse and row.surface else None
    ),
    "race_type": lambda row, _: row.surface and (RaceType.JUMP if row.surface is Surface.JUMP else RaceType.FLAT),
    "race_category": lambda row, _: _category(row),
    "pace_band": lambda row, _: _pace(row),
    "horse_ride_number": lambda _, ride: ride,
    "first_horse_ride": lambda _, ride: ride and ride == 1,
}
"""Keys that are no fields, of a row and its number among the rides on its horse."""


def _band(bands: type[Enum], value: float) -> Enum:
    return next(band for band in reversed(bands) if value >= band.value)


def _category(row: Row) -> RaceCategory | None:
    if row.grade and row.grade is not Grade.LISTED:
        return RaceCategory.STAKES
    if row.jurisdiction is not Jurisdiction.JRA:
        return None
    head = row.race_name.partition("(")[0].removeprefix("障害")
    is_ordinary = head[0].isdigit() and head.endswith(("新馬", "未勝利", "勝クラス", "OP", "万下"))
    return RaceCategory.ORDINARY if is_ordinary else RaceCategory.SPECIAL


def _pace(row: Row) -> PaceBand | None:
    if None in (row.surface, row.pace_first3f, row.pace_last3f) or row.surface is Surface.JUMP:
        return None
    tenths = round(row.pace_first3f * 10) - round(row.pace_last3f * 10)
    return PaceBand.HIGH if tenths <= -10 else PaceBand.SLOW if tenths >= 10 else PaceBand.MIDDLE


def ride_numbers(records: RaceRecords) -> dict[int, int]:
    """Count the rides on each horse over the whole file, from the oldest, by row."""
    no_rides = (FinishStatus.SCRATCHED, FinishStatus.EXCLUDED, FinishStatus.ABANDONED, FinishStatus.UNKNOWN)
    rides = [row for row in reversed(rows_of(records)) if row.finish_status not in no_rides]
    counts: Counter[str] = Counter()
    numbers = {}
    for row in sorted(rides, key=lambda row: (row.date, row.race_number or 0)):
        counts[row.horse_name] += 1
        numbers[row.index] = counts[row.horse_name]
    return numbers


def plainly_grouped(records: RaceRecords, rows: np.ndarray, by: list[str]) -> dict[tuple[Any, ...], list[int]]:
    """Group rows by a dictionary."""
    found, rides = defaultdict(list), ride_numbers(records)
    for row in map(rows_of(records).__getitem__, rows.tolist()):
        ride = rides.get(row.index)
        key = tuple(PLAINLY[name](row, ride) if name in PLAINLY else getattr(row, name) for name in by)
        found[key].append(row.index)
    return found


def keys_of(groups: Groups, number: int) -> tuple[Any, ...]:
    """Give the values of a group's keys."""
    return tuple(getattr(GroupKeys(groups, number), name) for name in groups.by)


def statistics(figures: Figures, group: int) -> dict[str, Any]:
    """Give all statistics of a group, the bounds of intervals too."""
    found = Statistics(figures, group)
    return {name: getattr(found, name) for name in [*EACH, *BOUNDS]}


@given(careers(), conditions(), some_keys())
@settings(max_examples=100, deadline=None)
def test_groups_part_any_selection(records: RaceRecords, condition: Condition, by: list[str]) -> None:
    """Any keys part what a filter leaves: every row is in the group of its values, and in no other."""
    selection = Selection.where(records, condition)
    groups = Groups(selection, by)
    found = {keys_of(groups, number): groups.rows_of(number).numbers.tolist() for number in range(len(groups))}
    assert len(found) == len(groups)
    assert found == plainly_grouped(records, selection.numbers, by)


@given(careers(20), some_keys())
@settings(max_examples=40, deadline=None)
def test_a_groups_statistics_are_those_of_its_rows(records: RaceRecords, by: list[str]) -> None:
    """Counting all groups at once gives each the figures, streaks too, that its rows have alone; impact excepted."""
    groups = Groups(Selection(records), by)
    for number in range(len(groups)):
        alone = Figures(records, groups.rows_of(number).numbers)
        together = {**statistics(groups.figures, number), "impact_value": None}
        assert agree(together, {**statistics(alone, 0), "impact_value": None})


@pytest.mark.parametrize(
    "by",
    [
        ["racecourse"],
        ["surface", "going"],
        ["year", "favourite_band"],
        ["horse_name"],
        ["date"],
        ["race_category", "race_type"],
        ["first_horse_ride", "pace_band"],
    ],
)
def test_groups_of_known_careers_equal_a_plain_count(by: list[str]) -> None:
    """Grouped statistics of generated careers, and real ones where they are, are plain counts of the cells' texts."""
    for jockey_id, records, texts in known_careers():
        groups = Groups(Selection(records), by)
        plain = plainly_grouped(records, np.arange(records.rows), by)
        assert len(groups) == len(plain), jockey_id
        for number in range(0, len(groups), max(1, len(groups) // 20)):
            found = Statistics(groups.figures, number)
            rows = plain[keys_of(groups, number)]
            counted = plain_statistics([texts[row] for row in rows], texts)
            assert agree({name: getattr(found, name) for name in EACH}, counted), (jockey_id, number)


@given(careers(), some_keys())
@settings(max_examples=60, deadline=None)
def test_groups_come_in_the_order_of_their_keys(records: RaceRecords, by: list[str]) -> None:
    """The first key counts most, each ascends, null stands behind all values."""
    groups = Groups(Selection(records), by)
    order = [keys_of(groups, number) for number in groups.choose((), ()).tolist()]
    places = [rank([keys[at] for keys in order]).ranks.tolist() for at in range(len(by))]
    tuples = list(zip(*places, strict=True))
    assert tuples == sorted(tuples)


def test_having_and_orders_choose_groups() -> None:
    """Groups pass by their statistics, and are ordered by them or by keys, null last unless told otherwise."""
    records = career(
        {"開催": "船橋", "着順": "1"},
        {"開催": "船橋", "着順": "2"},
        {"開催": "大井", "着順": "1"},
        {"開催": "金沢", "着順": "取"},
        {"開催": "川崎", "着順": "5"},
        {"開催": "川崎", "着順": "5"},
    )
    groups = Groups(Selection(records), ["racecourse"])

    def courses(having: list[Having], *orders: Order) -> list[str]:
        return [keys_of(groups, number)[0] for number in groups.choose(having, orders).tolist()]

    by_rate = Order("win_rate", descending=True)
    assert courses([], by_rate) == ["大井", "船橋", "川崎", "金沢"]
    assert courses([], Order("win_rate", descending=True, nulls_first=True))[0] == "金沢"
    assert courses([Having("rides", (Comparison("gte", 2),))], by_rate) == ["船橋", "川崎"]
    assert courses([Having("win_rate", (Comparison("is_null", True),))]) == ["金沢"]
    assert courses([Having("rides", (Comparison("gt", 0), Comparison("lt", 2)))]) == ["大井"]
    assert courses([], Order("rides"), Order("racecourse", descending=True)) == ["金沢", "大井", "船橋", "川崎"]
    assert courses([], Order("win_rate_lower", descending=True))[0] == "大井"


def test_nothing_has_no_groups() -> None:
    """Without rows there are no groups, and choosing among them is no error."""
    groups = Groups(Selection(career()), ["racecourse", "year"])
    assert len(groups) == 0
    assert groups.choose([Having("rides", (Comparison("gt", 0),))], [Order("rides")]).tolist() == []


def test_many_wide_keys_do_not_overflow() -> None:
    """All keys at once, of thousands of combinations, still part the rows."""
    for _, records, _ in known_careers():
        by = sorted(KEYS)
        assert len(Groups(Selection(records), by)) == len(plainly_grouped(records, np.arange(records.rows), by))


@pytest.mark.parametrize(
    ("rank_", "band"),
    [(1, "RANK_1"), (2, "RANK_2_3"), (3, "RANK_2_3"), (4, "RANK_4_6"), (9, "RANK_7_9"), (18, "RANK_10_PLUS")],
)
def test_favourites_fall_into_bands(rank_: int, band: str) -> None:
    """1, 2–3, 4–6, 7–9, and all behind."""
    assert favourite_band(rank_).name == band


@pytest.mark.parametrize(
    ("odds", "band"),
    [
        (1.0, "ODDS_1_0_TO_1_4"),
        (1.4, "ODDS_1_0_TO_1_4"),
        (1.5, "ODDS_1_5_TO_1_9"),
        (9.9, "ODDS_7_0_TO_9_9"),
        (10.0, "ODDS_10_0_TO_14_9"),
        (999.9, "ODDS_100_PLUS"),
    ],
)
def test_odds_fall_into_bands(odds: float, band: str) -> None:
    """A band holds its lower bound and all up to the next band's."""
    assert odds_band(odds).name == band


def test_days_group_by_year_month_and_weekday() -> None:
    """2024-09-29 was a Sunday; the month is that of any year."""
    groups = Groups(Selection(career({}, {"日付": "2023/09/30"})), ["month", "weekday", "year"])
    assert [keys_of(groups, number) for number in range(2)] == [(9, Weekday.SATURDAY, 2023), (9, Weekday.SUNDAY, 2024)]
    assert date(2024, 9, 29).weekday() == Weekday.SUNDAY.value


def test_keys_that_were_not_asked_for_are_null() -> None:
    """A group knows the keys it is grouped by; others are null, and what is no key is no attribute."""
    groups = Groups(Selection(career({})), ["surface"])
    assert GroupKeys(groups, 0).racecourse is None
    assert rows_of(groups.selection.records)[0].racecourse == "中山"
    with pytest.raises(AttributeError):
        _ = GroupKeys(groups, 0).nonsense
