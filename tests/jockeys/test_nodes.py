"""Objects by id: rides have ids that stay, and `node` gives jockeys and rides again."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from starlette.testclient import TestClient

from careers import careers
from graphql_api.jockeys import row_ids
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.row_ids import ROW_ID
from graphql_api.pickles import loads
from graphql_api.pickles.frames import Frame, FrameColumn

NODE = """query ($id: ID!) { node(id: $id) {
    __typename id ... on Jockey { name } ... on RaceRecord { date raceName horseName } } }"""


def post(client: TestClient, query: str, **variables: Any) -> Any:
    """Send an operation; its whole answer."""
    return client.post("/graphql", json={"query": query, "variables": variables}).json()


@given(careers())
@settings(max_examples=50, deadline=None)
def test_every_ride_has_an_id_of_its_own(records: RaceRecords) -> None:
    """No two rows share an id, and each id finds its row again."""
    ids = [row_ids.row_id(records, row) for row in range(records.rows)]
    assert len(set(ids)) == records.rows
    parts = [ROW_ID.fullmatch(each) for each in ids]
    assert [row_ids.find(records, each[2]) for each in parts if each] == list(range(records.rows))


def test_a_jockey_and_a_ride_are_found_by_id(client: TestClient) -> None:
    """`node` gives the very jockey, and the very ride, that the ids were asked of."""
    query = '{ jockey(id: "00001") { id name records(first: 2) { nodes { id date raceName horseName } } } }'
    jockey = post(client, query)["data"]["jockey"]
    ride = jockey["records"]["nodes"][1]
    assert post(client, NODE, id=ride["id"])["data"]["node"] == {"__typename": "RaceRecord", **ride}
    found = post(client, NODE, id=jockey["id"])["data"]["node"]
    assert found == {"__typename": "Jockey", "id": "00001", "name": jockey["name"]}


def test_what_is_not_there_any_more_is_null(client: TestClient) -> None:
    """A jockey without a file, and a ride that the file does not have, are null without an error."""
    for identifier in ("99999", "00001:AAAAAAAAAAAA", "99999:AAAAAAAAAAAA"):
        assert post(client, NODE, id=identifier) == {"data": {"node": None}}


def test_what_is_no_id_is_refused(client: TestClient) -> None:
    """Texts of neither form are bad input, and so is a ride of what is no jockey."""
    for identifier in ("", "nobody", "00001:", "00001:AAAA", "00001:AAAAAAAAAAAA=", "../x:AAAAAAAAAAAA", "00001:A:B"):
        answer = post(client, NODE, id=identifier)
        assert answer["data"] == {"node": None}
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", identifier


def test_ids_stay_when_the_file_grows(sample_data: Path) -> None:
    """A ride keeps its id in a later version of the file, which has newer races before it."""
    frame = loads((sample_data / "00001.pickle").read_bytes())
    grown = race_records(frame, "00001")
    columns = tuple(FrameColumn(each.label, each.dtype, each.cells[40:]) for each in frame.columns)
    earlier = race_records(Frame(frame.rows - 40, columns), "00001")
    assert [row_ids.row_id(earlier, row) for row in range(earlier.rows)] == [
        row_ids.row_id(grown, row + 40) for row in range(earlier.rows)
    ]
