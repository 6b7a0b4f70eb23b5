"""Filters for tests: any condition that the API can express, drawn over all fields."""

from datetime import date
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from graphql_api.jockeys.columns import FIELDS
from graphql_api.tables.conditions import All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.tables.kinds import Id

COMPARISON = ("eq", "ne", "in", "lt", "lte", "gt", "gte", "is_null")
EQUALITY = ("eq", "ne", "in", "is_null")


def operands(field_type: Any) -> st.SearchStrategy[Any]:
    """Draw what a field of a type is compared with: values that occur, and others near them."""
    if field_type is date:
        return st.dates(date(2023, 12, 29), date(2024, 1, 3))
    if field_type is bool:
        return st.booleans()
    if field_type is int:
        return st.sampled_from([0, 1, 2, 4, 8, 12, 16, 1200, 2410, 482])
    if field_type is float:
        return st.sampled_from([0.0, 1.1, 3.3, 34.8, 58.0, 100.0, 170_000_000.0])
    if field_type in (str, Id):
        return st.sampled_from(
            ["テスト", "ﾃｽﾄ", "てすと", "DEMO", "ｄ", "", "4中山9", "船橋", "S", "01999", "202406010911"]
        )
    return st.sampled_from(list(field_type))


def comparisons(field_type: Any) -> st.SearchStrategy[Comparison]:
    """Draw a test that the API offers for a type of field."""
    if field_type == list[int]:
        inner = st.lists(comparisons(int), max_size=2).map(tuple)
        places = st.sampled_from(["some", "every", "first", "last"])
        return st.one_of(st.builds(Comparison, places, inner), st.builds(Comparison, st.just("is_null"), st.booleans()))
    if field_type in (Id, bool) or (isinstance(field_type, type) and issubclass(field_type, Enum)):
        names = EQUALITY
    else:
        names = COMPARISON + (("contains", "starts_with") if field_type is str else ())
    operand = operands(field_type)

    def of(name: str) -> st.SearchStrategy[Comparison]:
        special = {"in": st.frozensets(operand, max_size=3), "is_null": st.booleans()}
        return st.builds(Comparison, st.just(name), special.get(name, operand))

    return st.sampled_from(names).flatmap(of)


def conditions() -> st.SearchStrategy[Condition]:
    """Draw a condition of up to three levels over any fields."""
    where = st.sampled_from(FIELDS).flatmap(
        lambda field: st.builds(
            Where, st.just(field.name), st.lists(comparisons(field.type), min_size=1, max_size=2).map(tuple)
        )
    )
    return st.recursive(
        where,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(All, st.lists(inner, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )
