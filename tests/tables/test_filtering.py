"""Filters against a plain evaluation, row by row: every operator on every type of field, and how they combine."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given, settings

from careers import career, careers, rows_of
from conditions import conditions
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.vocabulary import Going, Surface
from graphql_api.tables.conditions import EVERYTHING, All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.tables.filtering import mask
from graphql_api.tables.table import Row
from graphql_api.text import searchable

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: value == operand,
    "ne": lambda value, operand: value != operand,
    "in": lambda value, operand: value in operand,
    "lt": lambda value, operand: value < operand,
    "lte": lambda value, operand: value <= operand,
    "gt": lambda value, operand: value > operand,
    "gte": lambda value, operand: value >= operand,
}


def holds(row: Row, condition: Condition) -> bool:
    """Evaluate a condition on one row, plainly."""
    match condition:
        case Where(field, tests):
            return all(passes(getattr(row, field), test) for test in tests)
        case All(parts):
            return all(holds(row, part) for part in parts)
        case AnyOf(parts):
            return any(holds(row, part) for part in parts)
        case Not(part):
            return not holds(row, part)


def passes(value: Any, test: Comparison) -> bool:
    """Evaluate a test on one value, plainly."""
    if test.operator == "is_null":
        return (value is None) == test.operand
    if value is None:
        return False
    if isinstance(value, tuple):
        verdicts = [all(passes(each, inner) for inner in test.operand) for each in value]
        return {"some": any(verdicts), "every": all(verdicts), "first": verdicts[0], "last": verdicts[-1]}[
            test.operator
        ]
    if test.operator in COMPARED:
        return COMPARED[test.operator](_width(value), _width(test.operand))
    searched, sought = searchable(value), searchable(test.operand)
    return searched.startswith(sought) if test.operator == "starts_with" else sought in searched


def _width(value: Any) -> Any:
    if isinstance(value, frozenset):
        return frozenset(map(_width, value))
    return normalize("NFKC", value) if isinstance(value, str) else value


@given(careers(), conditions())
@settings(max_examples=100, deadline=None)
def test_any_filter_takes_what_a_plain_evaluation_takes(records: RaceRecords, condition: Condition) -> None:
    """Every operator, combined in any way, on any field, judges each row as plain Python does."""
    assert mask(records, condition).tolist() == [holds(row, condition) for row in rows_of(records)]


@given(careers(), conditions())
@settings(max_examples=40, deadline=None)
def test_a_filter_and_its_complement_part_the_rows(records: RaceRecords, condition: Condition) -> None:
    """Each row passes either a filter or its ``not``, null or no."""
    assert (mask(records, condition) ^ mask(records, Not(condition))).all()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_can_be_asked_for_null(field: Any) -> None:
    """``isNull`` parts the rows of every field, and null passes no other test."""
    records = career({}, dict.fromkeys(["単勝", "距離", "馬場", "通過", "着順", "R"], ""))
    null = mask(records, Where(field.name, (Comparison("is_null", True),)))
    known = mask(records, Where(field.name, (Comparison("is_null", False),)))
    assert null.tolist() == [getattr(row, field.name) is None for row in rows_of(records)]
    assert (null ^ known).all()


@pytest.mark.parametrize(
    ("operator", "sought", "found"),
    [
        ("eq", "ﾃｽﾄﾏｯﾁ", ["テストマッチ"]),
        ("eq", "テストマツチ", ["テストマツチ"]),
        ("eq", "てすとまっち", []),
        ("contains", "まっち", ["テストマッチ", "テストマツチ"]),
        ("contains", "ﾏﾂﾁ", ["テストマッチ", "テストマツチ"]),
        ("starts_with", "てすと", ["テストマッチ", "テストマツチ"]),
        ("starts_with", "まっち", []),
        ("contains", "open", ["ＯＰＥＮ"]),
        ("contains", "", ["テストマッチ", "テストマツチ", "ＯＰＥＮ"]),
        ("ne", "OPEN", ["テストマッチ", "テストマツチ"]),
    ],
)
def test_texts_are_found_whatever_their_width_and_kana(operator: str, sought: str, found: list[str]) -> None:
    """Equality folds width only, so that names which differ stay apart; searches fold letter case and kana too."""
    records = career({"馬名": "テストマッチ"}, {"馬名": "テストマツチ"}, {"馬名": "ＯＰＥＮ"})
    chosen = mask(records, Where("horse_name", (Comparison(operator, sought),)))
    assert [row.horse_name for row, take in zip(rows_of(records), chosen, strict=True) if take] == found


def test_all_tests_of_a_field_have_to_pass() -> None:
    """Two tests of one field make a range, and one test with two fields is a conjunction."""
    records = career(*({"日付": f"2024/01/{day:02}"} for day in range(1, 10)))
    between = Where("date", (Comparison("gte", date(2024, 1, 3)), Comparison("lt", date(2024, 1, 5))))
    assert [row.date.day for row, take in zip(rows_of(records), mask(records, between), strict=True) if take] == [4, 3]
    assert not mask(records, All((between, Where("surface", (Comparison("eq", Surface.JUMP),))))).any()


def test_nothing_given_is_everything_and_no_alternative_is_nothing() -> None:
    """An empty ``and`` takes all rows, an empty ``or`` and an empty ``in`` none."""
    records = career({}, {"馬場": ""})
    assert mask(records, EVERYTHING).all()
    assert not mask(records, AnyOf(())).any()
    assert not mask(records, Where("going", (Comparison("in", frozenset()),))).any()


def test_equal_filters_are_equal_keys() -> None:
    """Conditions compare and hash by what they say, for they name cached answers."""
    first = All((Where("going", (Comparison("in", frozenset([Going.RYO, Going.OMO])),)), Not(EVERYTHING)))
    second = All((Where("going", (Comparison("in", frozenset([Going.OMO, Going.RYO])),)), Not(EVERYTHING)))
    assert first == second
    assert len({first, second, Not(first)}) == 2


def test_list_operators_mean_elements() -> None:
    """``some``, ``every``, ``first`` and ``last`` test the positions at corners."""
    records = career({"通過": "1-2-3"}, {"通過": "3-1"}, {"通過": ""})

    def chosen(operator: str, *tests: Comparison) -> list[bool]:
        found: list[bool] = mask(records, Where("corner_positions", (Comparison(operator, tests),))).tolist()
        return found

    assert chosen("some", Comparison("eq", 2)) == [True, False, False]
    assert chosen("every", Comparison("lte", 3)) == [True, True, False]
    assert chosen("first", Comparison("eq", 1)) == [True, False, False]
    assert chosen("last", Comparison("gte", 1), Comparison("lt", 3)) == [False, True, False]
    assert np.count_nonzero(chosen("some")) == 2


def test_days_compare_as_days() -> None:
    """A day before and a day behind frame exactly one."""
    records = career({"日付": "2024/02/29"}, {"日付": "2024/03/01"})
    leap = date(2024, 2, 29)
    tests = (Comparison("gt", leap - timedelta(1)), Comparison("lt", leap + timedelta(1)))
    assert mask(records, Where("date", tests)).tolist() == [False, True]
