"""Groups: they part the rows by their keys, and each has the statistics of its own rows."""

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careers import agree, career, careers, known_careers, plain_statistics, rows_of
from conditions import conditions
from graphql_api.jockeys.bands import FavouriteBand, OddsBand, Weekday, favourite_band, odds_band
from graphql_api.jockeys.filtering import Comparison, Condition
from graphql_api.jockeys.grouping import KEYS, GroupKeys, Groups, Having
from graphql_api.jockeys.ordering import Order, rank
from graphql_api.jockeys.paging import Selection
from graphql_api.jockeys.records import RaceRecords, Row
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS, Figures, Statistics

EACH = [each.name for each in STATISTICS]


def some_keys() -> st.SearchStrategy[list[str]]:
    """Draw one to four keys."""
    return st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=4, unique=True)


def key_of(row: Row, name: str) -> Any:
    """Give a row's value of a key, plainly."""
    value = getattr(row, KEYS[name].field)
    if value is None:
        return None
    return {
        "year": lambda: value.year,
        "month": lambda: value.month,
        "weekday": lambda: list(Weekday)[value.weekday()],
        "favourite_band": lambda: next(band for band in reversed(FavouriteBand) if value >= band.value),
        "odds_band": lambda: next(band for band in reversed(OddsBand) if value >= band.value),
    }.get(name, lambda: value)()


def plainly_grouped(records: RaceRecords, rows: np.ndarray, by: list[str]) -> dict[tuple[Any, ...], list[int]]:
    """Group rows by a dictionary."""
    found = defaultdict(list)
    for row in rows.tolist():
        found[tuple(key_of(Row(records, row), name) for name in by)].append(row)
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
    """Counting all groups at once gives each the figures, streaks too, that its rows have alone."""
    groups = Groups(Selection(records), by)
    for number in range(len(groups)):
        alone = Figures(records, groups.rows_of(number).numbers)
        assert agree(statistics(groups.figures, number), statistics(alone, 0))


@pytest.mark.parametrize("by", [["racecourse"], ["surface", "going"], ["year", "favourite_band"], ["horse_name"]])
def test_groups_of_known_careers_equal_a_plain_count(by: list[str]) -> None:
    """Grouped statistics of generated careers, and real ones where they are, are plain counts of the cells' texts."""
    for jockey_id, records, texts in known_careers():
        groups = Groups(Selection(records), by)
        plain = plainly_grouped(records, np.arange(records.rows), by)
        assert len(groups) == len(plain), jockey_id
        for number in range(0, len(groups), max(1, len(groups) // 20)):
            found = Statistics(groups.figures, number)
            rows = plain[keys_of(groups, number)]
            counted = plain_statistics([texts[row] for row in rows])
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
