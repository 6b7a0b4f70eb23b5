"""A question opens the files of the years that its rides may be of, and no others."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from archives import archive_of
from hypothesis import given
from hypothesis import strategies as st

from careers import JOCKEY, career
from graphql_api.archive.counting import FIGURES
from graphql_api.archive.questions import Grouping, Rides, count_statement
from graphql_api.archive.years import ALL_YEARS, Years, years_of
from graphql_api.tables.conditions import EVERYTHING, All, AnyOf, Comparison, Condition, Not, Where

FIRST, LAST = ALL_YEARS
YEARS = st.integers(2000, 2009)


def of(field: str, operator: str, operand: object) -> Where:
    """Write a condition of one test."""
    return Where(field, (Comparison(operator, operand),))


IN_2004 = of("year", "eq", 2004)
DECEMBER = of("date", "gte", date(2003, 12, 1))


@pytest.mark.parametrize(
    ("condition", "years"),
    [
        (EVERYTHING, ALL_YEARS),
        (IN_2004, (2004, 2004)),
        (DECEMBER, (2003, LAST)),
        (All((DECEMBER, of("date", "lt", date(2004, 1, 1)))), (2003, 2004)),
        (of("year", "in", frozenset({2009, 2001})), (2001, 2009)),
        (of("year", "in", frozenset()), ALL_YEARS),
        (AnyOf((IN_2004, of("year", "lte", 2002))), (FIRST, 2004)),
        (AnyOf((IN_2004, of("month", "eq", 1))), ALL_YEARS),
        (AnyOf(()), ALL_YEARS),
        (Not(IN_2004), ALL_YEARS),
        (of("year", "ne", 2004), ALL_YEARS),
        (of("date", "is_null", operand=False), ALL_YEARS),
    ],
)
def test_years_of_a_condition(condition: Condition, years: Years) -> None:
    """All years but where the condition bounds them."""
    assert years_of(condition) == years


@given(st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]), YEARS, YEARS)
def test_no_ride_is_lost(operator: str, operand: int, year: int) -> None:
    """A year that passes a test is one of its years."""
    passes = {
        "eq": year == operand,
        "ne": year != operand,
        "lt": year < operand,
        "lte": year <= operand,
        "gt": year > operand,
        "gte": year >= operand,
    }
    first, last = years_of(of("year", operator, operand))
    assert first <= year <= last or not passes[operator]


def test_other_years_are_not_opened(tmp_path: Path) -> None:
    """What is wrong with the file of one year is nothing to questions about the others."""
    days = [f"{year}/05/01" for year in (2005, 2004, 2004, 2003)]
    archive = archive_of(tmp_path, {JOCKEY: career(*({"日付": day} for day in days))})
    try:
        archive.ask(count_statement(Rides(IN_2004)))
        for file in archive.engine.manifest.rides.values():
            (tmp_path / file.name).unlink()  # all were fetched at once
        damaged = Path(archive.engine.manifest.rides[2003].name).name
        (archive.files.folder / damaged).write_bytes(b"damaged")
        for condition, count in (
            (IN_2004, 2),
            (of("date", "gte", date(2004, 2, 1)), 3),
            (of("year", "gt", 2004), 1),
            (of("year", "gt", 2005), 0),
            (of("year", "lt", 1900), 0),
        ):
            assert archive.ask(count_statement(Rides(condition))) == [(count,)]
        assert archive.ask(count_statement(Rides(keys=(("date", date(2005, 5, 1)),)))) == [(1,)]
        with pytest.raises(Exception, match=damaged):
            archive.ask(count_statement(Rides()))
    finally:
        archive.close()


def test_a_year_without_rides(tmp_path: Path) -> None:
    """A year that no file is of has none, and the answers are those of the files of all years."""
    archive = archive_of(tmp_path, {JOCKEY: career(*({"日付": day} for day in ("2005/05/01", "2004/05/01")))})
    rides = Rides(All((of("year", "lt", 1900), of("jockey_id", "eq", JOCKEY))))
    try:
        assert archive.ask(count_statement(rides)) == [(0,)]
        for by in ((), ("year",)):
            statement = Grouping(rides, tuple(FIGURES), by, most=10).statement()
            answer = archive.ask(statement)
            assert answer == archive.ask(replace(statement, years=ALL_YEARS))
            assert len(answer) == (0 if by else 1)
    finally:
        archive.close()
