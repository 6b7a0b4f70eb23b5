"""Rides of all jockeys as files: the formats, filters and orders of a jockey's exports, within bounds."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd
import pytest
from archives import refreshed, write_files
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.archive.routes.exports import MAX_CELLS
from graphql_api.config import Settings
from graphql_api.storage.folder import FolderStorage
from graphql_client import data

IDS = ("00001", "05001", "a0001")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three jockeys' files, and the archive."""
    root = tmp_path_factory.mktemp("data")
    write_files(root, IDS, 30)
    refreshed(FolderStorage(root))
    return root


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    """Serve them."""
    with TestClient(create_app(Settings(data=str(folder))), raise_server_exceptions=False) as served:
        yield served


def test_all_rides_in_all_formats(client: TestClient) -> None:
    """The rows are those of the jockeys' own exports, in each format; enums by name, days as ISO."""
    own = []
    for jockey_id in IDS:
        lines = client.get(f"/api/jockey/{jockey_id}.ndjson").text.splitlines()
        own += [{k: v for k, v in json.loads(line).items() if k not in {"video", "page_number"}} for line in lines]
    answer = client.get("/api/rides.ndjson")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-disposition"] == 'attachment; filename="rides.ndjson"'
    assert sorted(map(json.dumps, rows)) == sorted(map(json.dumps, own))
    assert [row["date"] for row in rows] == sorted((row["date"] for row in rows), reverse=True)
    table = list(csv.DictReader(StringIO(client.get("/api/rides.csv").text)))
    assert [row["horse_name"] for row in table] == [row["horse_name"] for row in rows]
    assert set(table[0]) == set(rows[0])
    frame = pd.read_parquet(BytesIO(client.get("/api/rides.parquet").content))
    assert frame["horse_name"].tolist() == [row["horse_name"] for row in rows]
    assert frame["win_odds"].dropna().tolist() == [row["win_odds"] for row in rows if row["win_odds"] is not None]


def test_rows_and_columns_are_chosen(client: TestClient) -> None:
    """By the parameters of a jockey's exports; the filter is that of GraphQL."""
    answer = client.get(
        "/api/rides.csv?columns=jockey_id,win_odds&win_odds_lt=10&order=win_odds.desc,jockey_id&limit=5"
    ).text
    query = """{ rides(filter: {winOdds: {lt: 10}}, first: 5,
        orderBy: [{field: WIN_ODDS, direction: DESC}, {field: JOCKEY_ID}]) { nodes { jockeyId winOdds } } }"""
    nodes = data(client, query)["rides"]["nodes"]
    expected = [f"{node['jockeyId']},{node['winOdds']}" for node in nodes]
    assert answer.split("\r\n") == ["jockey_id,win_odds", *expected, ""]
    assert client.get("/api/rides.ndjson?limit=0").content == b""


def test_a_file_is_kept_as_long_as_the_archive(client: TestClient) -> None:
    """Its ETag is that of the version and the format."""
    first = client.get("/api/rides.csv")
    assert first.headers["cache-control"].startswith("public, max-age=")
    again = client.get("/api/rides.csv", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/rides.ndjson").headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        (f"limit={MAX_CELLS}", 400, "1,000,000 cells at most"),
        (f"columns=date&limit={MAX_CELLS + 1}", 400, "1,000,000 at most with 1 columns"),
        ("columns=source", 400, "typed columns only"),
        ("columns=date,video", 400, "no column 'video'"),
        ("page_number=1", 400, "no PAGE_NUMBER"),
        ("order=video", 400, "no VIDEO"),
        ("surfac=TURF", 400, "Did you mean 'surface'"),
    ],
)
def test_wrong_parameters_are_told(client: TestClient, query: str, status: int, says: str) -> None:
    """With the parameter and the bound."""
    answer = client.get(f"/api/rides.csv?{query}")
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_without_an_archive_there_is_no_file(tmp_path: Path) -> None:
    """What to do is told."""
    write_files(tmp_path, ["00001"])
    with TestClient(create_app(Settings(data=str(tmp_path)))) as client:
        answer = client.get("/api/rides.csv")
    assert answer.status_code == 409
    assert "graphql-api index" in answer.json()["detail"]


def test_the_routes_are_described(client: TestClient) -> None:
    """Each format has its operation."""
    paths = client.get("/openapi.json").json()["paths"]
    assert {path for path in paths if path.startswith("/api/rides")} == {
        f"/api/rides.{extension}" for extension in ("csv", "ndjson", "parquet", "arrow")
    }
