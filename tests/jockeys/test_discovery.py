"""Jockeys listed, filtered, ordered and searched over GraphQL, with an index and without one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.archive.refresh import Refresh
from graphql_api.config import Settings
from graphql_api.storage.folder import FolderStorage
from graphql_client import codes, data, run

IDS = ["00001", "00002", "00003", "a0001", "a0002", "a0003"]
ALL = "id name jurisdiction recordCount firstDate lastDate rides wins seconds thirds winRate prizeMoney"


@pytest.fixture(scope="module")
def indexed_data(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample data with an index beside them."""
    folder = tmp_path_factory.mktemp("indexed") / "data"
    shutil.copytree(sample_data, folder)
    Refresh(FolderStorage(folder)).run(2)
    return folder


@pytest.fixture
def indexed(indexed_data: Path) -> Iterator[TestClient]:
    """Give a client of an application whose storage has an index."""
    with TestClient(create_app(Settings(data=str(indexed_data))), raise_server_exceptions=False) as client:
        yield client


def ids(connection: dict[str, Any]) -> list[str]:
    """Give the ids of a page."""
    return [node["id"] for node in connection["nodes"]]


def test_the_list_agrees_with_the_jockeys_themselves(indexed: TestClient) -> None:
    """What the index says of each jockey is what the statistics of its records say."""
    nodes = data(indexed, f"{{ jockeys {{ nodes {{ {ALL} }} }} }}")["jockeys"]["nodes"]
    assert [node["id"] for node in nodes] == IDS
    figures = "rides wins seconds thirds winRate prizeMoney"
    query = f"""query ($id: ID!) {{ jockey(id: $id) {{ name records {{
        totalCount statistics {{ {figures} }}
        newest: nodes {{ date }} }} }} }}"""
    for node in nodes:
        jockey = data(indexed, query, id=node["id"])["jockey"]
        days = [each["date"] for each in jockey["records"]["newest"]]
        assert node["name"] == jockey["name"]
        assert node["recordCount"] == jockey["records"]["totalCount"]
        assert (node["firstDate"], node["lastDate"]) == (min(days, default=None), max(days, default=None))
        assert {name: node[name] for name in figures.split()} == jockey["records"]["statistics"]


def test_jockeys_are_filtered_and_ordered(indexed: TestClient) -> None:
    """Filters are typed per field, orders take several keys, and the count is of what the filter takes."""
    query = """query ($filter: JockeyFilter, $by: [JockeyOrder!]) {
        jockeys(filter: $filter, orderBy: $by) { totalCount nodes { id rides winRate } } }"""
    by = [{"field": "RIDES", "direction": "DESC"}, {"field": "WIN_RATE"}]
    found = data(indexed, query, filter={"rides": {"gt": 0}}, by=by)["jockeys"]
    assert found["totalCount"] == len(found["nodes"]) == 5
    assert found["nodes"] == sorted(found["nodes"], key=lambda node: (-node["rides"], node["winRate"]))
    rare = data(indexed, query, filter={"rides": {"eq": 0}, "id": {"in": ["00003", "00001"]}})["jockeys"]
    assert ids(rare) == ["00003"]


def test_pages_follow_each_other(indexed: TestClient, client: TestClient) -> None:
    """Pages of two join to the list, with an index and without, by the same cursors."""
    query = """query ($after: String) { jockeys(first: 2, after: $after) {
        edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    pages = {}
    for name, served in (("with", indexed), ("without", client)):
        pages[name] = [data(served, query)["jockeys"]]
        while pages[name][-1]["pageInfo"]["hasNextPage"]:
            pages[name].append(data(served, query, after=pages[name][-1]["pageInfo"]["endCursor"])["jockeys"])
    assert pages["with"] == pages["without"]
    assert [edge["node"]["id"] for page in pages["with"] for edge in page["edges"]] == IDS
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages["with"]] == [False, True, True]
    first = pages["with"][0]
    assert first["pageInfo"]["startCursor"] == first["edges"][0]["cursor"]


def test_ids_are_listed_without_an_index(client: TestClient) -> None:
    """Without an index the ids come from the storage; that there is none can be seen."""
    found = data(client, "{ jockeys { indexedAt nodes { id __typename } } }")["jockeys"]
    assert ids(found) == IDS
    assert found["indexedAt"] is None
    empty = data(client, "{ jockeys(first: 0) { nodes { id } pageInfo { hasNextPage endCursor } } }")["jockeys"]
    assert empty == {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("{ jockeys { nodes { id name } } }", "'name'"),
        ("{ jockeys { edges { node { ...F } } } } fragment F on JockeySummary { n: winRate }", "'winRate'"),
        ("{ jockeys { totalCount } }", "'totalCount'"),
        ('{ jockeys(filter: {id: {eq: "00001"}}) { nodes { id } } }', "'filter'"),
        ("{ jockeys(orderBy: [{field: ID}]) { nodes { id } } }", "'orderBy'"),
        ('{ search(query: "a") { jockeys { id } } }', "searching"),
    ],
)
def test_what_takes_an_index_says_so(client: TestClient, query: str, what: str) -> None:
    """Without an index all that takes one is one error, with its code, what was asked, and how to build one."""
    answer = run(client, query)
    assert codes(answer) == ["INDEX_REQUIRED"]
    assert what in answer["errors"][0]["message"]
    assert "graphql-api index" in answer["errors"][0]["message"]


def test_what_is_skipped_takes_no_index(client: TestClient) -> None:
    """A field that a directive leaves out is not asked for."""
    query = """query ($all: Boolean!) { jockeys {
        nodes { id name @include(if: $all) ... @include(if: $all) { wins } rides @skip(if: true) } } }"""
    assert ids(data(client, query, all=False)["jockeys"]) == IDS
    assert codes(run(client, query, all=True)) == ["INDEX_REQUIRED"]


def test_a_search_finds_jockeys_and_horses(indexed: TestClient) -> None:
    """A search answers jockeys by name and id, and horses with those who rode them."""
    horse = data(indexed, '{ jockey(id: "00001") { records(first: 1) { nodes { horseName } } } }')
    name = horse["jockey"]["records"]["nodes"][0]["horseName"]
    search = """query ($text: String!) { search(query: $text) { indexedAt
        jockeys { id name } horses { name jockeyCount jockeys(first: 1) { id } } } }"""
    found = data(indexed, search, text=name)["search"]
    assert found["horses"][0]["name"] == name
    assert found["horses"][0]["jockeyCount"] >= 1
    assert len(found["horses"][0]["jockeys"]) == 1
    assert found["indexedAt"]
    assert data(indexed, search, text="００００1")["search"]["jockeys"] == [{"id": "00001", "name": "見本太郎"}]
    assert data(indexed, search, text="見本")["search"]["jockeys"][0]["name"].startswith("見本")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ('{ search(query: "  ") { jockeys { id } } }', "'query' must have 1 to 100 characters"),
        (f'{{ search(query: "{"x" * 101}") {{ jockeys {{ id }} }} }}', "'query' must have 1 to 100 characters"),
        ('{ search(query: "x", first: -1) { jockeys { id } } }', "'first' must not be negative"),
        ("{ jockeys(first: 1001) { nodes { id } } }", "'first' must be at most 1000"),
        ('{ jockeys(after: "!") { nodes { id } } }', "'after' is not a cursor"),
        ("{ jockeys(filter: {rides: {eq: null}}) { nodes { id } } }", "'filter.rides.eq' must not be null"),
        ("{ jockeys(orderBy: [{field: WINS}, {field: WINS}]) { nodes { id } } }", "'orderBy' names WINS"),
        (
            '{ search(query: "テスト", first: 1) { horses { jockeys(first: 1001) { id } } } }',
            "'first' must be at most 1000",
        ),
    ],
)
def test_wrong_arguments_are_told(indexed: TestClient, query: str, says: str) -> None:
    """Wrong input is refused with the argument and the reason."""
    answer = run(indexed, query)
    assert codes(answer) == ["BAD_USER_INPUT"] * len(answer["errors"])
    assert says in answer["errors"][0]["message"]


def test_a_cursor_of_a_jockey_that_has_gone_is_expired(indexed: TestClient) -> None:
    """A cursor whose jockey the index has no more is told by its code."""
    assert codes(run(indexed, '{ jockeys(after: "MDk5OTk") { nodes { id } } }')) == ["CURSOR_EXPIRED"]


def test_a_damaged_index_is_an_error_and_the_jockeys_still_are_there(sample_data: Path, tmp_path: Path) -> None:
    """An index that cannot be read fails what rests on it, and nothing else."""
    shutil.copytree(sample_data, tmp_path / "data")
    FolderStorage(tmp_path / "data").write("_rides.v1.json", b"junk")
    client = TestClient(create_app(Settings(data=str(tmp_path / "data"))))
    assert codes(run(client, "{ jockeys { nodes { id } } }")) == ["DATA_CORRUPT"]
    assert data(client, '{ jockey(id: "00001") { id } }')["jockey"]
