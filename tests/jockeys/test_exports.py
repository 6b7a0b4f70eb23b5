"""Exports: the same rows as everywhere else in each format, filtered, cacheable, in parts, and safe to open."""

import csv
import gzip
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather, parquet
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from strawberry.utils.str_converters import to_camel_case

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.routes.filters import PARAMETERS
from graphql_api.web.csv_cells import csv_cell
from graphql_api.web.ranges import content_range, cut, wanted_range
from graphql_client import data

IDS = ("00001", "00002", "00003", "a0001", "a0002", "a0003")
TEXT = ("csv", "ndjson")
ALL = (*TEXT, "parquet", "arrow")

Row = dict[str, Any]


def fetch(client: TestClient, path: str, **parameters: Any) -> bytes:
    """Fetch an export that has to succeed."""
    response = client.get(f"/api/jockey/{path}", params=parameters)
    assert response.status_code == 200, response.text
    return response.content


def typed(client: TestClient, jockey_id: str = "00001", **parameters: Any) -> list[Row]:
    """Fetch typed rows as NDJSON."""
    return [json.loads(line) for line in fetch(client, f"{jockey_id}.ndjson", **parameters).splitlines()]


def cells(content: bytes) -> list[list[str]]:
    """Read CSV strictly."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


# The same rows everywhere.


@pytest.mark.parametrize("jockey_id", IDS)
def test_typed_rows_are_those_of_graphql(client: TestClient, jockey_id: str) -> None:
    """NDJSON has every field of RaceRecord, in snake case, with the very values that GraphQL answers."""
    names = {field.name: to_camel_case(field.name) for field in FIELDS}
    query = f"query ($id: ID!) {{ jockey(id: $id) {{ records {{ nodes {{ {' '.join(names.values())} }} }} }} }}"
    nodes = data(client, query, id=jockey_id)["jockey"]["records"]["nodes"]
    assert typed(client, jockey_id) == [{name: node[camel] for name, camel in names.items()} for node in nodes]


@pytest.mark.parametrize("jockey_id", IDS)
def test_source_rows_are_those_of_the_plain_route(client: TestClient, jockey_id: str) -> None:
    """NDJSON of the file's own columns is the plain route's list, a row on each line."""
    lines = fetch(client, f"{jockey_id}.ndjson", columns="source").decode().splitlines()
    assert [json.loads(line) for line in lines] == client.get(f"/api/jockey/{jockey_id}").json()["data"]


@pytest.mark.parametrize("jockey_id", IDS)
def test_typed_csv_says_what_ndjson_says(client: TestClient, jockey_id: str) -> None:
    """CSV has a header and the same values as text: null is empty, a list is JSON, true and false are words."""
    header, *rows = cells(fetch(client, f"{jockey_id}.csv"))
    assert header == [field.name for field in FIELDS]

    def text(value: Any) -> str:
        return "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))

    assert rows == [[text(value) for value in row.values()] for row in typed(client, jockey_id)]


def test_source_csv_is_what_pandas_writes(client: TestClient, sample_data: Path) -> None:
    """CSV of the file's own columns reads as ``DataFrame.to_csv`` does, headers with their spaces included."""
    for path in sample_data.iterdir():
        frame = pd.read_pickle(path)
        written = frame.to_csv(index=False).encode()
        assert cells(fetch(client, f"{path.name.partition('.')[0]}.csv", columns="source")) == cells(written)


@pytest.mark.parametrize("jockey_id", IDS)
@pytest.mark.parametrize(
    ("extension", "read"),
    [
        ("parquet", lambda content: parquet.read_table(pa.BufferReader(content))),
        ("arrow", lambda content: feather.read_table(pa.BufferReader(content))),
    ],
)
def test_tables_are_typed(client: TestClient, jockey_id: str, extension: str, read: Callable[[bytes], Any]) -> None:
    """Parquet and Arrow hold the same rows, days as days, lists as lists, ids as text, and each column's meaning."""
    table = read(fetch(client, f"{jockey_id}.{extension}"))
    rows = table.to_pylist()
    for row in rows:
        row["date"] = row["date"].isoformat()
    assert rows == typed(client, jockey_id)
    assert table.schema.field("date").type == pa.date32()
    assert table.schema.field("corner_positions").type == pa.list_(pa.int32())
    assert table.schema.field("jockey_id").type == pa.string()
    assert b"(\xe9\xa6\xac\xe5\x90\x8d)" in table.schema.field("horse_name").metadata[b"description"]


def test_tables_of_source_columns_are_of_their_own_types(tmp_path: Path) -> None:
    """A source column of one type keeps it; a mixed one, or numbers too large, are text to the letter."""
    frame = pd.DataFrame(
        {
            "日付": pd.to_datetime(["2024-09-29", None]),
            "R": [11, 12],
            "単勝": [2.5, None],
            "着 順": pd.Series([1, "取"], dtype=object),
            "馬名": ["テスト", None],
            "x": pd.Series([2**62 * 3, 1], dtype=object),
            "y": [True, False],
        }
    )
    frame.to_pickle(tmp_path / "00001.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path))))
    table = parquet.read_table(pa.BufferReader(fetch(client, "00001.parquet", columns="source")))
    kinds = [pa.timestamp("us"), pa.int64(), pa.float64(), pa.string(), pa.string(), pa.string(), pa.bool_()]
    assert table.schema.types == kinds
    first, second = table.to_pylist()
    assert list(first.values())[1:] == [11, 2.5, "1", "テスト", str(2**62 * 3), True]
    assert list(second.values()) == [None, 12, None, "取", None, "1", False]


@pytest.mark.parametrize("columns", ["typed", "source"])
def test_an_empty_career_has_a_header_and_no_rows(client: TestClient, columns: str) -> None:
    """A jockey without races is a file without rows."""
    assert len(cells(fetch(client, "00003.csv", columns=columns))) == 1
    assert fetch(client, "00003.ndjson", columns=columns) == b""
    assert parquet.read_table(pa.BufferReader(fetch(client, "00003.parquet", columns=columns))).num_rows == 0


def test_pandas_reads_it_with_leading_zeros(client: TestClient) -> None:
    """The line that the documentation gives keeps ids whole and days as days."""
    content = fetch(client, "00001.csv")
    frame = pd.read_csv(io.BytesIO(content), dtype={"jockey_id": str, "race_id": str}, parse_dates=["date"])
    assert set(frame["jockey_id"]) == {"00001"}
    assert frame["date"].dt.year.min() > 1990


# Filters.


@pytest.mark.parametrize(
    ("parameters", "holds"),
    [
        ({"racecourse": "中山"}, lambda row: row["racecourse"] == "中山"),
        (
            {"surface": "TURF", "finish_position_lte": "3"},
            lambda row: row["surface"] == "TURF" and (row["finish_position"] or 99) <= 3,
        ),
        ({"date_gte": "2024-01-01", "date_lt": "2025-01-01"}, lambda row: row["date"].startswith("2024")),
        ({"going_in": "OMO,FURYO"}, lambda row: row["going"] in {"OMO", "FURYO"}),
        ({"grade_is_null": "false"}, lambda row: row["grade"] is not None),
        ({"won": "true"}, lambda row: row["won"] is True),
        ({"win_odds_gt": "9.9", "win_odds_lte": "30"}, lambda row: row["win_odds"] and 9.9 < row["win_odds"] <= 30),
        ({"weather_ne": "FINE"}, lambda row: row["weather"] not in {"FINE", None}),
        ({"horse_name_contains": "てすと"}, lambda row: "テスト" in row["horse_name"]),
        ({"horse_name_starts_with": "ﾃｽﾄ"}, lambda row: row["horse_name"].startswith("テスト")),
        ({"jockey_id": "00001", "racecourse": ""}, lambda row: True),
        ({"body_weight_change_lt": "-10"}, lambda row: (row["body_weight_change"] or 0) < -10),
        ({"distance": "1"}, lambda row: False),
    ],
)
def test_filters_choose_rows(client: TestClient, parameters: dict[str, str], holds: Callable[[Row], bool]) -> None:
    """Each filter takes the rows that a plain reading would, in the order of the file, in every format."""
    wanted = [row for row in typed(client) if holds(row)]
    assert typed(client, **parameters) == wanted
    assert len(cells(fetch(client, "00001.csv", **parameters))) == len(wanted) + 1
    assert parquet.read_table(pa.BufferReader(fetch(client, "00001.parquet", **parameters))).num_rows == len(wanted)


def test_every_field_can_be_filtered(client: TestClient) -> None:
    """Each filter parameter, with a value from the rows, gives rows that pass it; lists are left to GraphQL."""
    rows = typed(client)
    assert {each.field.name for each in PARAMETERS.values()} == {each.name for each in FIELDS} - {"corner_positions"}
    for name, parameter in PARAMETERS.items():
        value = next((row[parameter.field.name] for row in rows if row[parameter.field.name] is not None), None)
        text = "true" if parameter.operator == "is_null" else str(value).lower() if value in (True, False) else value
        if text is not None:
            found = typed(client, **{name: text})
            assert bool(found) or parameter.operator in {"ne", "is_null", "lt", "gt"}, name


@pytest.mark.parametrize("path", ["00001", "00001.csv"])
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("racecours=x", r"Unknown parameter 'racecours'\. Did you mean 'racecourse'\?.*columns.*date, meeting"),
        ("finish_position_contains=1", "Unknown parameter"),
        ("corner_positions=1", "Unknown parameter"),
        ("distance=1&distance=2", "'distance' is given more than once. Use 'distance_in' for several values"),
        ("distance=long", "'distance' must be a whole number, not 'long'"),
        ("distance=1.5", "must be a whole number"),
        ("distance=%EF%BC%91", "must be a whole number"),
        ("win_odds_gt=nan", "'win_odds_gt' must be a number"),
        ("date_gte=2022", "must be a day such as 2022-01-31"),
        ("date_gte=" + "9" * 1001, "longer than 1000 characters"),
        ("surface=GRASS", "'surface' must be one of TURF, DIRT, JUMP, not 'GRASS'"),
        ("going_in=OMO,", "must be one of RYO.*separated by commas"),
        ("won=1", "must be true or false"),
        ("grade_is_null=0", "must be true or false"),
        ("columns=both", "'columns' must be typed or source, not 'both'; or fields separated by commas"),
        ("columns=typed,date", "not 'typed'; or fields separated by commas"),
        ("columns=date,horse", r"not 'horse'; or fields separated by commas\. Did you mean 'horse_name'\?"),
        ("columns=date,", "not ''; or fields separated by commas"),
        ("columns=date,won,date", "'columns' names 'date' more than once"),
        ("columns=" + "date," * 200 + "won", "'columns' is longer than 1000 characters"),
        ("order=datte", r"not 'datte'\. Did you mean 'date'\?"),
        ("order=date.up", r"with \.desc and \.nullsfirst.*not 'date\.up'"),
        ("order=corner_positions", "'order' must be fields separated by commas"),
        ("order=date,won.desc,date.desc", "'order' names 'date' more than once"),
        ("order=" + "x" * 1001, "'order' is longer than 1000 characters"),
        ("limit=ten", "'limit' must be a whole number up to 999999999, not 'ten'"),
        ("limit=-1", "'limit' must be a whole number"),
        ("limit=%EF%BC%91", "'limit' must be a whole number"),
        ("limit=1&limit=2", "'limit' is given more than once"),
    ],
)
def test_wrong_parameters_are_told(client: TestClient, path: str, query: str, says: str) -> None:
    """A parameter that is unknown, repeated or not of its type is 400 and says which and why, in JSON as elsewhere."""
    response = client.get(f"/api/jockey/{path}?{query}")
    assert response.status_code == 400
    assert re.search(says, response.json()["detail"])


def test_switches_belong_to_their_format(client: TestClient) -> None:
    """A switch of CSV is unknown elsewhere, and is 0 or 1."""
    for path in ("00001", "00001.ndjson"):
        assert client.get(f"/api/jockey/{path}?spreadsheet=1").status_code == 400
    wrong = client.get("/api/jockey/00001.csv?spreadsheet=yes")
    assert wrong.status_code == 400
    assert "'spreadsheet' must be 0 or 1, not 'yes'" in wrong.json()["detail"]


# CSV to the letter.


@given(st.lists(st.none() | st.text(), min_size=1, max_size=5))
def test_csv_survives_any_text(texts: list[str | None]) -> None:
    """Whatever stands in a cell, a strict reader gets it back; null and the empty text differ in the bytes."""
    line = b",".join(map(csv_cell, texts)) + b"\r\n"
    if texts != [None]:
        assert cells(line) == [[text or "" for text in texts]]
    assert (csv_cell(None), csv_cell("")) == (b"", b'""')


@given(st.sampled_from("=+-@\t\r＝＋－＠") | st.just(""), st.text())
def test_spreadsheets_run_no_cell(start: str, rest: str) -> None:
    """For spreadsheets no cell begins as a formula does, unless it is a number; all else is as it was."""
    text = start + rest
    cell = cells(csv_cell(text, spreadsheet=True) + b",\r\n")[0][0]
    if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", text) or not text.startswith(tuple("=+-@\t\r＝＋－＠")):
        assert cell == text
    else:
        assert cell == f"'{text}"


def test_names_that_are_formulas(tmp_path: Path) -> None:
    """By default a name is given as it is, for programs; ``spreadsheet=1`` disarms it and marks the file as UTF-8."""
    name = '=HYPERLINK("http://example.org","x")'
    columns_of_file = {"日付": ["2024/09/29"] * 2, "馬名": [name, "テスト"], "着差": [-0.1, 1.0], "=1+1": ["", ""]}
    frame = pd.DataFrame(columns_of_file)
    frame.to_pickle(tmp_path / "00001.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path))))
    for columns, header in (("typed", "horse_name"), ("source", "馬名")):
        plain = fetch(client, "00001.csv", columns=columns)
        assert not plain.startswith(b"\xef\xbb\xbf")
        safe = fetch(client, "00001.csv", columns=columns, spreadsheet=1)
        assert safe.startswith(b"\xef\xbb\xbf")
        for content, expected in ((plain, name), (safe, f"'{name}")):
            head, first, _ = cells(content)
            assert first[head.index(header)] == expected
            assert "-0.1" in first
    assert (cells(plain)[0][-1], cells(safe)[0][-1]) == ("=1+1", "'=1+1")


# HTTP.


@pytest.mark.parametrize("extension", ALL)
def test_files_are_named_and_cacheable(client: TestClient, extension: str) -> None:
    """Every format names its file, its type and its version, may be kept, and is 304 to who holds it."""
    path = f"/api/jockey/00001.{extension}"
    response = client.get(path)
    kinds = {
        "csv": "text/csv; charset=utf-8",
        "ndjson": "application/x-ndjson",
        "parquet": "application/vnd.apache.parquet",
        "arrow": "application/vnd.apache.arrow.file",
    }
    assert response.headers["content-type"] == kinds[extension]
    assert response.headers["content-disposition"] == f'attachment; filename="00001.{extension}"'
    assert response.headers["cache-control"].startswith("public, max-age=")
    again = client.get(path, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len({client.get(f"/api/jockey/00001.{each}").headers["etag"] for each in ALL}) == len(ALL)


@pytest.mark.parametrize("extension", ALL)
def test_head_has_no_body(client: TestClient, extension: str) -> None:
    """HEAD tells the length that GET has, and that parts may be asked for."""
    path, plain = f"/api/jockey/00001.{extension}", {"accept-encoding": "identity"}
    head = client.head(path, headers=plain)
    assert (head.status_code, head.content, head.headers["accept-ranges"]) == (200, b"", "bytes")
    assert head.headers["content-length"] == str(len(client.get(path, headers=plain).content))


@pytest.mark.parametrize(("accepted", "decode"), [("gzip", gzip.decompress), ("zstd", zstandard.decompress)])
@pytest.mark.parametrize("extension", ALL)
def test_what_is_not_compressed_in_itself_is(
    client: TestClient, extension: str, accepted: str, decode: Callable[[bytes], bytes]
) -> None:
    """Text and Arrow leave compressed where the client takes it; Parquet is compressed already."""
    path = f"/api/jockey/00001.{extension}"
    plain = client.get(path, headers={"accept-encoding": "identity"}).content
    with client.stream("GET", path, headers={"accept-encoding": accepted}) as response:
        raw = b"".join(response.iter_raw())
    if extension == "parquet":
        assert "content-encoding" not in response.headers
        assert raw == plain
    else:
        assert response.headers["content-encoding"] == accepted
        assert decode(raw) == plain


def test_differing_queries_are_never_mixed_up(client: TestClient) -> None:
    """Answers kept in memory are told apart by columns, filter and switches."""
    paths = ["", "?columns=source", "?spreadsheet=1", "?surface=TURF", "?surface=DIRT", "?distance_gt=1000"]
    first = [client.get(f"/api/jockey/00001.csv{each}").content for each in paths]
    assert len(set(first)) == len(paths)
    assert [client.get(f"/api/jockey/00001.csv{each}").content for each in paths] == first


@pytest.mark.parametrize("extension", ALL)
def test_errors_are_those_of_the_plain_route(client: TestClient, extension: str) -> None:
    """No id, no file and another method are errors with a detail."""
    for path, status in (("nobody", 400), ("00099", 404)):
        response = client.get(f"/api/jockey/{path}.{extension}")
        assert response.status_code == status
        assert response.json()["detail"]
    assert client.post(f"/api/jockey/00001.{extension}").status_code == 405


def test_the_jockey_itself_is_where_it_was(client: TestClient) -> None:
    """The plain route answers as before, and an unknown extension is no id."""
    assert client.get("/api/jockey/00001").json()["data"]
    assert client.get("/api/jockey/00001.xlsx").status_code == 400


def test_browsers_may_read_names_and_parts(client: TestClient) -> None:
    """Pages of other sites see the file's name and range, and may ask for a part."""
    response = client.get("/api/jockey/00001.csv", headers={"origin": "https://example.org"})
    assert {"content-disposition", "content-range", "etag"} <= {
        each.strip().lower() for each in response.headers["access-control-expose-headers"].split(",")
    }
    asked = {
        "origin": "https://example.org",
        "access-control-request-method": "GET",
        "access-control-request-headers": "range",
    }
    assert client.options("/api/jockey/00001.csv", headers=asked).status_code == 200


@pytest.mark.parametrize("extension", ["parquet", "arrow"])
def test_a_missing_extra_is_named(client: TestClient, extension: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the binary formats are 501 and name the extra; the others are there."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    response = client.get(f"/api/jockey/00001.{extension}")
    assert response.status_code == 501
    assert "extra 'arrow'" in response.json()["detail"]
    assert client.get("/api/jockey/00001.csv").status_code == 200


# Parts, by which polars and DuckDB read.


@pytest.mark.parametrize("extension", ALL)
def test_parts_join_to_the_whole(client: TestClient, extension: str) -> None:
    """Ranges give the bytes asked for, uncompressed, with their place in the whole."""
    path = f"/api/jockey/00001.{extension}"
    whole = client.get(path).content
    ranges = ["bytes=0-99", "bytes=100-4999", "bytes=5000-"]
    parts = [client.get(path, headers={"range": each, "accept-encoding": "gzip"}) for each in ranges]
    assert {each.status_code for each in parts} == {206}
    assert b"".join(each.content for each in parts) == whole
    assert parts[0].headers["content-range"] == f"bytes 0-99/{len(whole)}"
    assert client.get(path, headers={"range": "bytes=-8"}).content == whole[-8:]


def test_a_part_beyond_the_end(client: TestClient) -> None:
    """A range that the file does not reach is 416 with the file's size."""
    size = len(client.get("/api/jockey/00001.csv").content)
    response = client.get("/api/jockey/00001.csv", headers={"range": f"bytes={size}-"})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{size}"
    assert response.json()["detail"]


@pytest.mark.parametrize("header", ["bytes=5-1", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=", "bytes=-", "x"])
def test_other_ranges_mean_the_whole(client: TestClient, header: str) -> None:
    """What is no single range of bytes is passed over."""
    assert client.get("/api/jockey/00001.csv", headers={"range": header}).status_code == 200


def test_if_range_means_the_whole(client: TestClient) -> None:
    """Our ETags are weak, so that no part can be joined to one of before."""
    held = {"range": "bytes=0-9", "if-range": client.get("/api/jockey/00001.csv").headers["etag"]}
    assert client.get("/api/jockey/00001.csv", headers=held).status_code == 200


@given(st.lists(st.binary(max_size=5), max_size=5), st.integers(0, 30), st.integers(0, 30))
def test_a_part_is_a_slice(chunks: list[bytes], first: int, last: int) -> None:
    """However the answer is cut into chunks, a range is what slicing gives."""
    whole = b"".join(chunks)
    part = wanted_range(Headers({"range": f"bytes={first}-{last}"}), len(whole))
    if last < first:
        assert part is None
    else:
        assert part is not None
        assert b"".join(cut(chunks, part)) == whole[first : last + 1]
        assert bool(part) == (first < len(whole))
    suffix = wanted_range(Headers({"range": f"bytes=-{last}"}), len(whole))
    assert suffix is not None
    assert b"".join(cut(chunks, suffix)) == (whole[-last:] if last else b"")
    assert content_range(range(2, 5), 9) == "bytes 2-4/9"
