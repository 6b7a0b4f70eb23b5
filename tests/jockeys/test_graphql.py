"""The schema through HTTP: jockeys, pages of their records, their source, and what is wrong with bad arguments."""

from pathlib import Path

import pandas as pd
import pytest
from starlette.testclient import TestClient

from graphql_api.app import api_schema
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.sources import SOURCES
from graphql_api.pickles import loads
from graphql_client import codes, data, run


def camel(name: str) -> str:
    """Give a field's GraphQL name."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def test_a_jockey_has_id_and_name(client: TestClient) -> None:
    """A jockey is found by id, leading zeros kept, and named as in the newest race."""
    jockey = data(client, '{ jockey(id: "00001") { id name } }')["jockey"]
    assert jockey["id"] == "00001"
    assert jockey["name"]


def test_an_unknown_jockey_is_null(client: TestClient) -> None:
    """A jockey without a file is null and no error."""
    assert run(client, '{ jockey(id: "99999") { id } }') == {"data": {"jockey": None}}


@pytest.mark.parametrize("identifier", ["", "1", "../00001", "00001.pickle", "a000g", "A0001", "123456", "00001\\n"])
def test_what_is_no_jockey_id_is_bad_user_input(client: TestClient, identifier: str) -> None:
    """An id that netkeiba could not have issued is refused before anything is looked for."""
    answer = run(client, f'{{ jockey(id: "{identifier}") {{ id }} }}')
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert answer["data"] == {"jockey": None}


def test_every_field_of_every_record_is_what_normalisation_gave(client: TestClient, sample_data: Path) -> None:
    """All fields of all rows arrive typed: enums by name, days as ISO dates, numbers as numbers."""
    records = race_records(loads((sample_data / "00001.pickle").read_bytes()), "00001")
    selection = " ".join(camel(field.name) for field in FIELDS)
    nodes = data(client, f'{{ jockey(id: "00001") {{ records {{ nodes {{ {selection} }} }} }} }}')["jockey"]["records"][
        "nodes"
    ]
    assert len(nodes) == records.rows > 0
    for field in FIELDS:
        column = records.fields[field.name]
        for row, node in enumerate(nodes):
            value = column[row]
            expected = value.name if hasattr(value, "name") else value
            expected = expected.isoformat() if hasattr(expected, "isoformat") else expected
            expected = list(expected) if isinstance(expected, tuple) else expected
            assert node[camel(field.name)] == expected, (field.name, row)


def test_the_raw_text_of_every_cell_is_reachable(client: TestClient, sample_data: Path) -> None:
    """``raw(column:)`` gives the source's own text beside the parsed value, for each of the source's columns."""
    frame = pd.read_pickle(sample_data / "00001.pickle")
    frame.columns = frame.columns.str.replace(r"\s", "", regex=True)
    aliases = " ".join(f"r{place}: raw(column: {each.name})" for place, each in enumerate(SOURCES))
    nodes = data(client, f'{{ jockey(id: "00001") {{ records {{ nodes {{ {aliases} }} }} }} }}')["jockey"]["records"][
        "nodes"
    ]
    for place, source in enumerate(SOURCES):
        for row, cell in enumerate(frame[source.header]):
            text = nodes[row][f"r{place}"]
            if pd.isna(cell):
                assert text is None
            elif isinstance(cell, pd.Timestamp):
                assert text == cell.date().isoformat()
            else:
                assert text == str(cell)


def test_pages_partition_the_career(client: TestClient) -> None:
    """Following ``endCursor`` visits each record once, in order, and says when it is over."""
    query = """query Page($after: String) { jockey(id: "00001") { records(first: 7, after: $after) {
        totalCount nodes { raceId horseName horseNumber date }
        pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
    everything = data(client, '{ jockey(id: "00001") { records { nodes { raceId horseName horseNumber date } } } }')
    seen, after = [], None
    while True:
        page = data(client, query, after=after)["jockey"]["records"]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        assert len(page["nodes"]) == 7
    assert seen == everything["jockey"]["records"]["nodes"]
    assert page["totalCount"] == len(seen)


def test_pages_backwards_mirror_pages_forwards(client: TestClient) -> None:
    """``last`` and ``before`` give the rows before a cursor, in the file's order."""
    query = """query ($cursor: String) { jockey(id: "00001") { all: records(first: 20) { edges { cursor } }
        back: records(last: 3, before: $cursor) { edges { cursor }
        pageInfo { startCursor hasNextPage hasPreviousPage } } } }"""
    cursors = [edge["cursor"] for edge in data(client, query)["jockey"]["all"]["edges"]]
    back = data(client, query, cursor=cursors[10])["jockey"]["back"]
    assert [edge["cursor"] for edge in back["edges"]] == cursors[7:10]
    assert back["pageInfo"] == {"startCursor": cursors[7], "hasNextPage": True, "hasPreviousPage": True}


def test_an_empty_page_has_no_cursors(client: TestClient) -> None:
    """``first: 0`` gives no rows, no cursors, and still the total."""
    query = (
        '{ jockey(id: "00001") { records(first: 0) { totalCount nodes { date } pageInfo { startCursor endCursor } } } }'
    )
    page = data(client, query)["jockey"]["records"]
    assert page["nodes"] == []
    assert page["pageInfo"] == {"startCursor": None, "endCursor": None}
    assert page["totalCount"] > 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_USER_INPUT"),
        ("last: -5", "BAD_USER_INPUT"),
        ('after: "nonsense"', "BAD_USER_INPUT"),
        ('after: "%%%"', "BAD_USER_INPUT"),
        ('before: ""', "BAD_USER_INPUT"),
        ('after: "NS5mZmZmZmZmZg"', "BAD_USER_INPUT"),
        ('after: "AAAABQAAAAAAAAAA"', "CURSOR_EXPIRED"),
        ('after: "________________"', "CURSOR_EXPIRED"),
    ],
)
def test_bad_paging_is_refused_with_the_arguments_name(client: TestClient, arguments: str, code: str) -> None:
    """A count below zero, a cursor that is none, or one whose race is gone: an error that names the argument."""
    answer = run(client, f'{{ jockey(id: "00001") {{ records({arguments}) {{ totalCount }} }} }}')
    assert codes(answer) == [code]
    assert f"'{arguments.partition(':')[0]}'" in answer["errors"][0]["message"]


def test_jockeys_by_ids_keeps_order_and_gaps(client: TestClient) -> None:
    """Several jockeys come in the order asked for, repeated where repeated, null where there is no file."""
    query = "query ($ids: [ID!]!) { jockeysByIds(ids: $ids) { id } }"
    found = data(client, query, ids=["a0001", "99999", "00001", "a0001"])["jockeysByIds"]
    assert found == [{"id": "a0001"}, None, {"id": "00001"}, {"id": "a0001"}]


def test_jockeys_by_ids_takes_fifty(client: TestClient) -> None:
    """Fifty ids are answered; one more is refused."""
    query = "query ($ids: [ID!]!) { jockeysByIds(ids: $ids) { id } }"
    ids = [f"{number:05d}" for number in range(51)]
    assert len(data(client, query, ids=ids[:50])["jockeysByIds"]) == 50
    assert codes(run(client, query, ids=ids)) == ["BAD_USER_INPUT"]


def test_a_bad_id_among_several_is_refused(client: TestClient) -> None:
    """One id of a wrong form makes the whole list bad user input."""
    assert codes(run(client, '{ jockeysByIds(ids: ["00001", "x"]) { id } }')) == ["BAD_USER_INPUT"]


def test_source_describes_the_file(client: TestClient, sample_data: Path) -> None:
    """The source tells the file's version, size, age and rows."""
    source = data(
        client, '{ jockey(id: "00001") { source { etag sizeBytes rows stale lastModified warnings { code } } } }'
    )
    source = source["jockey"]["source"]
    assert source["sizeBytes"] == (sample_data / "00001.pickle").stat().st_size
    assert source["rows"] == len(pd.read_pickle(sample_data / "00001.pickle"))
    assert source["etag"]
    assert source["stale"] is False
    assert source["lastModified"].endswith("+00:00")


def test_the_committed_sdl_is_the_schema() -> None:
    """``schema.graphql`` is what the code serves, so that its diff is the review of every change."""
    committed = Path(__file__).parents[2] / "schema.graphql"
    assert committed.read_text(encoding="utf-8") == api_schema().as_str().rstrip() + "\n"


def test_everything_is_described(client: TestClient) -> None:
    """Each type, field, argument and enum value of the API has a description, columns their Japanese names."""
    query = """{ __schema { types { name kind description fields { name description args { name description } }
        enumValues { name description } } } }"""
    for kind in data(client, query)["__schema"]["types"]:
        if kind["name"].startswith("__") or kind["kind"] == "SCALAR":
            continue
        assert kind["description"], kind["name"]
        for part in (kind["fields"] or []) + (kind["enumValues"] or []):
            assert part["description"], (kind["name"], part["name"])
            for argument in part.get("args", []):
                assert argument["description"], (part["name"], argument["name"])
