"""How large a jockey may be: no file becomes an answer, or takes memory, out of all proportion to itself."""

import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt
from graphql_api.execution.budget import Exhausted
from graphql_api.execution.encoding import Cell, Column, RowTemplate, encode_rows
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.settings import MAX_JOCKEY_BYTES
from graphql_api.pickles.frames import Frame, FrameColumn, LeftOut
from graphql_api.tables.column import constant
from graphql_api.tables.windows import Rows


def one_text(label: str, text: str | None, rows: int) -> Frame:
    """Make a frame whose rows all name the very same text."""
    return Frame(rows, (FrameColumn(label, "object", np.array([text] * rows, dtype=object)),))


TOO_LONG = {
    "cells": one_text("馬名", "x" * 2000, 100_000),
    "control characters": one_text("馬名", "\0" * 300, 100_000),
    "labels": one_text("x" * 2000, None, 100_000),
    "labels of control characters": one_text("\1" * 300, None, 100_000),
    "labels and cells": one_text("x" * 700, "x" * 700, 100_000),
}


@pytest.mark.parametrize("what", TOO_LONG)
def test_text_is_counted_as_often_as_rows_repeat_it(what: str) -> None:
    """Texts and headers of all rows together, as JSON writes them, are bounded."""
    with pytest.raises(DataCorrupt, match="too much text"):
        race_records(TOO_LONG[what], "00001")


def test_headers_without_rows_are_bounded_and_counted() -> None:
    """A CSV file has a line of headers even without rows, and memory holds them."""
    columns = tuple(FrameColumn("x" * 2**20, "object", np.array([], dtype=object)) for _ in range(200))
    with pytest.raises(DataCorrupt, match="too much text"):
        race_records(Frame(0, columns), "00001")
    assert race_records(Frame(0, columns[:100]), "00001").nbytes > 100 * 2**20


def test_warnings_of_columns_cut_long_headers() -> None:
    """A header that many columns share would stand in a warning of each."""
    left_out = tuple(LeftOut("column", "x" * 10_000, "objects") for _ in range(3))
    warnings = race_records(Frame(0, (), left_out), "00001").warnings
    assert max(len(warning.column) for warning in warnings) == 200


def test_long_texts_within_the_bound_are_read() -> None:
    """What only looks long because every character might be escaped is read."""
    assert race_records(one_text("馬名", "x" * 1000, 100_000), "00001").source_rows == 100_000


def test_no_jockey_takes_more_memory_than_the_cache_holds() -> None:
    """A frame is refused before the cache could not keep it, for each request would read it again."""
    assert Settings().cache_bytes >= MAX_JOCKEY_BYTES
    numbers = np.arange(3_000_000, dtype="f8").reshape(30, -1)
    columns = tuple(FrameColumn(str(place), "float64", cells) for place, cells in enumerate(numbers))
    with pytest.raises(DataCorrupt, match="too much memory"):
        race_records(Frame(100_000, columns), "00001")
    assert race_records(Frame(100_000, columns[:20]), "00001").nbytes <= MAX_JOCKEY_BYTES


ROUTES = ["", ".csv", ".ndjson", ".parquet", ".arrow", ".csv?columns=source", ".ndjson?columns=source"]


@pytest.mark.parametrize("route", ROUTES)
def test_an_answer_of_the_plain_routes_is_bounded(route: str, sample_data: Path) -> None:
    """An answer larger than the limit is 413 in the form of the route's errors; a smaller one is given."""
    path = f"/api/jockey/00001{route}"
    whole = TestClient(create_app(Settings(data=str(sample_data))))
    size = len(whole.get(path).content)
    for limit, status in [(size // 2, 413), (2 * size, 200)]:
        client = TestClient(create_app(Settings(data=str(sample_data), max_response_bytes=limit)))
        response = client.get(path)
        assert response.status_code == status
        if status == 413:
            assert response.json() == {
                "detail": f"The answer is larger than {limit:,} bytes: ask for fewer rows or fields."
            }


@dataclass
class OneText:
    """A table of one column that holds one text throughout."""

    text: str
    rows: int
    derived: dict[Any, Any] = field(default_factory=dict)
    version: object = None

    def __len__(self) -> int:
        """Count the rows."""
        return self.rows


def written_bytes(table: OneText, aliases: int) -> int:
    """Give the most memory that an answer takes which repeats one text, and is refused."""
    column = Column("text", lambda of: constant(of.text, of.rows), lambda value: b',"x":' + orjson.dumps(value))
    template = RowTemplate(tuple(Cell(b',"%d":' % alias, column, 5) for alias in range(aliases)), b"}")
    tracemalloc.start()
    with pytest.raises(Exhausted):
        encode_rows(table, Rows(slice(0, table.rows), table.rows, everything=True), template, 10_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("rows", [50, 1000])
def test_an_answer_too_large_is_never_written(rows: int) -> None:
    """A text, repeated by rows and aliases to a hundred times the limit, is counted and not copied."""
    assert written_bytes(OneText("x" * 20_000, rows), 1000) < 12_000_000
