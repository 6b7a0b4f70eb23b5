"""Columns, filters, order and limit as query parameters: the same of the JSON route and of every export."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather, parquet
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.jockeys.columns import FIELDS
from graphql_client import data

Row = dict[str, Any]
PATH = "/api/jockey/00001"
SORTABLE = [field.name for field in FIELDS if field.type != list[int]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Give a client of an application over one jockey of sixty races."""
    folder = tmp_path_factory.mktemp("small")
    samples.write(folder, jockeys=1, rows=60, seed=2)
    return TestClient(create_app(Settings(data=str(folder))))


def rows(client: TestClient, **parameters: Any) -> list[Row]:
    """Fetch rows from the JSON route."""
    response = client.get(PATH, params=parameters)
    assert response.status_code == 200, response.text
    assert list(response.json()) == ["data"]
    found: list[Row] = response.json()["data"]
    return found


def read_csv(content: bytes) -> list[list[str]]:
    """Read CSV strictly, without the header."""
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))[1:]


READERS: dict[str, Callable[[bytes], Any]] = {
    "ndjson": lambda content: [json.loads(line) for line in content.splitlines()],
    "parquet": lambda content: parquet.read_table(pa.BufferReader(content)).to_pylist(),
    "arrow": lambda content: feather.read_table(pa.BufferReader(content)).to_pylist(),
}


def test_typed_rows_can_be_had_as_json(small: TestClient) -> None:
    """``columns=typed`` answers the fields of RaceRecord; without it, and with ``source``, the file's own columns."""
    typed = rows(small, columns="typed")
    assert typed == READERS["ndjson"](small.get(f"{PATH}.ndjson").content)
    assert list(typed[0]) == [field.name for field in FIELDS]
    assert small.get(PATH).content == small.get(f"{PATH}?columns=source").content == small.get(f"{PATH}?").content
    assert "着 順" in rows(small)[0]


@pytest.mark.parametrize(
    ("parameters", "holds"),
    [
        ({"surface": "TURF"}, lambda row: row["surface"] == "TURF"),
        ({"surface": "DIRT", "finish_position_lte": "3"}, lambda row: _is_placed_on_dirt(row)),
        ({"grade_is_null": "false"}, lambda row: row["grade"] is not None),
        ({"date_gte": "2025-06-15"}, lambda row: row["date"] >= "2025-06-15"),
    ],
)
def test_filters_choose_source_rows(
    small: TestClient, parameters: dict[str, str], holds: Callable[[Row], bool]
) -> None:
    """A filter tests the typed fields of a race, and the rows that pass come as the file has them."""
    chosen = [source for source, row in zip(rows(small), rows(small, columns="typed"), strict=True) if holds(row)]
    assert rows(small, **parameters) == chosen
    assert len(chosen) < 60


def _is_placed_on_dirt(row: Row) -> bool:
    return row["surface"] == "DIRT" and (row["finish_position"] or 99) <= 3


@pytest.mark.parametrize("names", ["horse_name", "finish_position,date", "corner_positions,won,grade"])
def test_columns_are_those_named_in_their_order(small: TestClient, names: str) -> None:
    """Fields by name make a row of these alone, in every format."""
    wanted = [{name: row[name] for name in names.split(",")} for row in rows(small, columns="typed")]
    found = rows(small, columns=names)
    assert found == wanted
    assert [list(row) for row in found] == [names.split(",")] * 60
    assert READERS["ndjson"](small.get(f"{PATH}.ndjson", params={"columns": names}).content) == wanted
    for extension in ("parquet", "arrow"):
        table = READERS[extension](small.get(f"{PATH}.{extension}", params={"columns": names}).content)
        assert [{**row, **({"date": str(row["date"])} if "date" in row else {})} for row in table] == wanted
    header = small.get(f"{PATH}.csv", params={"columns": names}).text.partition("\r\n")[0]
    assert header == names


def test_a_column_alone_keeps_its_nulls_in_csv(small: TestClient) -> None:
    """Readers pass over an empty line, so the null of a single column is written as an empty text."""
    cells = read_csv(small.get(f"{PATH}.csv", params={"columns": "grade"}).content)
    assert [row[0] or None for row in cells] == [row["grade"] for row in rows(small, columns="typed")]


def test_a_source_file_of_one_column_keeps_its_nulls_in_csv(tmp_path: Path) -> None:
    """The same holds for the file's own columns."""
    pd.DataFrame({"馬名": ["テスト", None, "ミホン"]}).to_pickle(tmp_path / "00001.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path))))
    answer = client.get(f"{PATH}.csv", params={"columns": "source"})
    assert read_csv(answer.content) == [["テスト"], [""], ["ミホン"]]


@given(
    field=st.sampled_from(SORTABLE),
    direction=st.sampled_from(["", ".asc", ".desc"]),
    nulls=st.sampled_from(["", ".nullsfirst", ".nullslast"]),
    limit=st.none() | st.integers(0, 70),
)
def test_order_and_limit_are_those_of_graphql(
    small: TestClient, field: str, direction: str, nulls: str, limit: int | None
) -> None:
    """A field with its direction and its place of nulls sorts as ``orderBy`` does, and ``limit`` is ``first``."""
    query = """query ($order: [RaceRecordOrder!], $first: Int) {
        jockey(id: "00001") { records(orderBy: $order, first: $first) { nodes { date raceNumber horseName } } } }"""
    asked = {"field": field.upper()}
    asked |= {"direction": "DESC"} if direction == ".desc" else {}
    asked |= {"nulls": "FIRST"} if nulls == ".nullsfirst" else {}
    nodes = data(small, query, order=[asked], first=limit)["jockey"]["records"]["nodes"]
    parameters = {"order": field + direction + nulls, "columns": "date,race_number,horse_name"}
    found = rows(small, **parameters, **({} if limit is None else {"limit": limit}))
    assert [tuple(row.values()) for row in found] == [tuple(node.values()) for node in nodes]


def test_several_keys_a_filter_and_a_limit_go_together(small: TestClient) -> None:
    """Rows are filtered, then sorted by the first key and within it by the next, then cut; every format agrees."""
    parameters = {
        "finish_position_lte": "5",
        "order": "finish_position,date.desc",
        "columns": "finish_position,date,horse_name",
        "limit": "7",
    }
    placed = [row for row in rows(small, columns="typed") if (row["finish_position"] or 99) <= 5]
    placed.sort(key=lambda row: row["date"], reverse=True)
    placed.sort(key=lambda row: row["finish_position"])
    wanted = [{name: row[name] for name in ("finish_position", "date", "horse_name")} for row in placed[:7]]
    assert rows(small, **parameters) == wanted
    for extension, read in READERS.items():
        found = read(small.get(f"{PATH}.{extension}", params=parameters).content)
        assert [{**row, "date": str(row["date"])} for row in found] == wanted
    cells = read_csv(small.get(f"{PATH}.csv", params=parameters).content)
    assert cells == [[str(value) for value in row.values()] for row in wanted]


def test_an_answer_to_parameters_is_kept_by_its_url(small: TestClient) -> None:
    """A tag holds for its own URL, and answers that differ are never mixed up, however often they are asked for."""
    paths = [PATH, *(f"{PATH}?{each}" for each in ("limit=3", "order=date", "surface=TURF", "columns=won", "limit=4"))]
    first = [small.get(path) for path in paths]
    assert len({each.content for each in first}) == len(paths)
    for _ in range(2):
        assert [small.get(path).content for path in paths] == [each.content for each in first]
    for path, answer in zip(paths, first, strict=True):
        assert small.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_an_empty_parameter_does_not_count(small: TestClient) -> None:
    """A form that sends every field sends what is empty too."""
    empty = dict.fromkeys(("columns", "order", "limit", "surface", "date_gte"), "")
    assert small.get(PATH, params=empty).content == small.get(PATH).content


def test_an_unknown_parameter_is_refused_before_the_file_is_read(small: TestClient) -> None:
    """A mistake is told even where the client holds the version, or the jockey is not there."""
    tag = small.get(PATH).headers["etag"]
    assert small.get(f"{PATH}?surfac=TURF", headers={"if-none-match": tag}).status_code == 400
    assert small.get("/api/jockey/99999?surfac=TURF").status_code == 400
