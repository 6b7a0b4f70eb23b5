"""The page about the input: it names every header, field, file name and warning that the code knows."""

import re
from pathlib import Path

import pytest
from strawberry.utils.str_converters import to_camel_case

from graphql_api.jockeys.files import COMPRESSIONS, SUFFIXES, id_of
from graphql_api.jockeys.headers import ALIASES, canonical
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.parsers import OutOfRangeError
from graphql_api.jockeys.sources import SOURCES
from graphql_api.pickles.limits import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "input.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]
COLUMNS = [row for row in ROWS if len(row) == 4]


def names(cell: str) -> list[str]:
    """List what stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_table_of_columns_is_the_code_s() -> None:
    """Each source column has its row: header, other names, and the fields read from it."""
    told = [(names(header), names(others), names(fields)) for header, others, _, fields in COLUMNS]
    assert told == [
        (
            [source.header],
            [name for name, header in ALIASES.items() if header == source.header],
            [to_camel_case(field.name) for field in source.fields],
        )
        for source in SOURCES
    ]


@pytest.mark.parametrize("row", COLUMNS, ids=lambda row: row[0])
def test_the_examples_of_cells_are_read(row: list[str]) -> None:
    """Every cell that the page shows is one that the column's parser takes."""
    source = next(source for source in SOURCES if source.header == names(row[0])[0])
    for cell in names(row[2]):
        try:
            source.parse(cell)
        except OutOfRangeError as error:
            raise AssertionError(cell) from error


@pytest.mark.parametrize("label", ["着順", "着 順", "賞金（万円）"])
def test_the_spellings_that_it_names_are_known(label: str) -> None:
    """White space and width do not count in headers."""
    assert canonical(label) is not None
    assert f"`{label}`" in PAGE


def test_file_names_and_limits() -> None:
    """Every compression is named, the order of preference is the code's, and so are the limits."""
    assert all(f"`{compression}`" in PAGE for compression in COMPRESSIONS if compression)
    text = " ".join(PAGE.split())
    order = names(text.partition("the first in this order is read:")[2].partition("The compression")[0])
    assert order[:6] == list(SUFFIXES[:6])
    assert SUFFIXES[6] == order[6] == ".pkl"
    assert all(id_of(f"01213{suffix}") == "01213" for suffix in SUFFIXES)
    limits = Limits()
    assert limits.stored == 8 * 2**20
    assert limits.decompressed == 32 * 2**20
    assert limits.text == 2**20
    assert f"{limits.rows:,} rows, {limits.columns} columns" in text


def test_every_warning_is_explained() -> None:
    """The codes are those that reading a frame can warn of."""
    told = {code for row in ROWS if len(row) == 2 for code in names(row[0])}
    assert told == set(re.findall(r"``([A-Z]{3,}_[A-Z_]+)``", str(race_records.__doc__))) - {"DATA_CORRUPT"}
