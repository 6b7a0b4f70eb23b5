"""Persisted operations: by hash (APQ), by document id, by name, as plain routes in JSON and CSV, and nothing else."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from fakes import FakeStorage
from graphql_api.app import create_app
from graphql_api.config import ConfigError, Settings
from graphql_api.errors import UpstreamUnavailable
from graphql_api.jockeys.files import JockeyFiles
from graphql_api.web.trusted_operations.table import Table

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html,*/*;q=0.1"
EXAMPLES = Path(__file__).parents[2] / "docs" / "operations"
QUERY = "query ($id: ID!) { jockey(id: $id) { id } }"
ONE = {"id": "00001"}
DATA = {"data": {"jockey": {"id": "00001"}}}

ALL = " ".join(f"r{number}: records {{ nodes {{ date racecourse winOdds going horseName }} }}" for number in range(12))

DOCUMENTS = {
    "Name": "query Name($id: ID!) { jockey(id: $id) { name } }",
    "Races": """
        query Races($id: ID!, $racecourses: [String!], $odds: Float, $since: Date, $filter: RaceRecordFilter! = {},
                    $order: [RaceRecordOrder!], $raw: Boolean = false, $first: Int = 5) {
          jockey(id: $id) {
            name
            found: records(
              filter: { racecourse: { in: $racecourses } winOdds: { lt: $odds } date: { gte: $since } and: [$filter] }
              orderBy: $order
              first: $first
            ) { totalCount nodes { ...Place horse: horseName winOdds cornerPositions going @include(if: $raw) } }
          }
        }
        fragment Place on RaceRecord { date ... on RaceRecord { racecourse } }
    """,
    "Groups": """
        query Groups($id: ID!) {
          jockey(id: $id) { records { groupBy(by: [GOING, SURFACE]) {
            key { surface going } statistics { rides winRateInterval { upper lower } }
          } } }
        }
    """,
    "Pages": """
        query Pages($id: ID!) {
          jockey(id: $id) { records { groupBy(by: [GOING]) { records { nodes { date } } } nodes { date } } }
        }
    """,
    "Several": "query Several($ids: [ID!]!) { jockeysByIds(ids: $ids) { id } }",
    "Listed": "query Listed($id: ID!) { jockey(id: $id) { id } jockeys(first: 1) { nodes { id } } }",
    "All": f"query All($id: ID!) {{ jockey(id: $id) {{ {ALL} }} }}",
    "Nothing": "query Nothing { __typename }",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the trusted documents."""
    folder = tmp_path_factory.mktemp("operations")
    for name, text in DOCUMENTS.items():
        (folder / f"{name}.graphql").write_text(text)
    return folder


@pytest.fixture(scope="module")
def client(sample_data: Path, folder: Path) -> Iterator[TestClient]:
    """Give a client of an application with trusted documents."""
    chosen = Settings(data=str(sample_data), documents=str(folder))
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def strict(sample_data: Path, folder: Path) -> Iterator[TestClient]:
    """Give a client of an application that answers trusted documents only."""
    chosen = Settings(data=str(sample_data), documents=str(folder), trusted_only=True)
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield client


def digest(text: str) -> str:
    """Give a text's SHA-256 as clients send it."""
    return sha256(text.encode()).hexdigest()


def hashed(text: str) -> dict[str, Any]:
    """Give the extensions by which a client asks for a query by its hash."""
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}


def post(client: TestClient, accept: str = JSON, **body: Any) -> Any:
    """Send an operation by POST."""
    return client.post("/graphql", json=body, headers={"accept": accept})


def get(client: TestClient, accept: str = JSON, **parameters: Any) -> Any:
    """Send an operation by GET, objects as JSON."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    return client.get(f"/graphql?{urlencode(texts)}", headers={"accept": accept})


Send = Callable[..., Any]
either = pytest.mark.parametrize("send", [get, post])


def error(response: Any) -> tuple[str, str]:
    """Give the code and the message of a request's one error."""
    answer = response.json()
    assert list(answer) == ["errors"]
    [found] = answer["errors"]
    return found["extensions"]["code"], found["message"]


# Automatic persisted queries


@either
def test_a_query_is_registered_with_its_hash_and_asked_for_by_it(client: TestClient, send: Send) -> None:
    """The client asks by hash, is told to send the query, sends both, and needs the hash only from then on."""
    query = f"{QUERY} # {send.__name__}"
    asked = {"extensions": hashed(query), "variables": ONE}
    assert error(send(client, **asked)) == ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert send(client, query=query, **asked).json() == DATA
    for again in (get, post):
        assert again(client, **asked).json() == DATA
    assert send(client, extensions=hashed(query), variables={"id": "00002"}).json()["data"]["jockey"]["id"] == "00002"


@either
def test_a_hash_in_capitals_is_the_same(client: TestClient, send: Send) -> None:
    """Hexadecimal digits may be large or small, in a hash and in the id of a trusted document."""
    asked = hashed(QUERY)
    asked["persistedQuery"]["sha256Hash"] = asked["persistedQuery"]["sha256Hash"].upper()
    assert send(client, query=QUERY, extensions=asked, variables=ONE).json() == DATA
    assert send(client, extensions=hashed(QUERY), variables=ONE).json() == DATA
    assert send(client, extensions=asked, variables=ONE).json() == DATA
    identifier = f"sha256:{digest(DOCUMENTS['Name']).upper()}"
    assert "errors" not in send(client, documentId=identifier, variables={"id": "00001"}).json()


def test_each_registration_counts_however_often_it_was_sent(sample_data: Path) -> None:
    """A client that sends text and hash can rely on the hash: that answer is never one that was only kept."""
    client = TestClient(create_app(Settings(data=str(sample_data))))
    asked = {"extensions": hashed(QUERY), "variables": ONE}
    many = [f"{QUERY} # {number}{'x' * 14_000}" for number in range(80)]
    for _ in range(2):
        assert post(client, query=QUERY, **asked).json() == DATA
        for query in many:  # as much text as is kept
            assert post(client, query=query, extensions=hashed(query), variables=ONE).json() == DATA
        assert error(post(client, **asked))[1] == "PersistedQueryNotFound"
    assert post(client, query=QUERY, **asked).json() == DATA
    assert post(client, **asked).json() == DATA


@either
def test_an_unknown_hash_is_200_in_json_and_400_in_the_new_media_type(client: TestClient, send: Send) -> None:
    """Clients that read JSON look at the error with status 200 only; the new media type knows no 200 without data."""
    asked = {"extensions": hashed("{ unknown }")}
    assert send(client, **asked).status_code == 200
    assert send(client, accept=GRAPHQL, **asked).status_code == 400


@either
def test_a_hash_of_another_query_is_refused(client: TestClient, send: Send) -> None:
    """What does not hash to the hash sent with it is 400, and is not what the hash gives from then on."""
    asked = {"extensions": hashed("{ other: __typename }")}
    response = send(client, query="{ __typename }", **asked)
    assert response.status_code == 400
    assert error(response)[0] == "BAD_USER_INPUT"
    assert error(send(client, **asked))[1] == "PersistedQueryNotFound"


@pytest.mark.parametrize("query", ["{ nothing }", "{ __typename", "{ a" * 6_000])
def test_a_query_that_cannot_run_is_not_registered(client: TestClient, query: str) -> None:
    """A query that does not parse, is not valid, or passes a limit, leaves the store as it was."""
    refused = error(post(client, query=query, extensions=hashed(query)))[0]
    assert refused in {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"}
    assert error(post(client, extensions=hashed(query)))[1] == "PersistedQueryNotFound"


def test_the_store_is_bounded(sample_data: Path) -> None:
    """Of a million characters of queries and more, those asked for longest ago are forgotten, the newest are not."""
    client = TestClient(create_app(Settings(data=str(sample_data))))
    queries = [f"{{ __typename }} # {number} {'x' * 14_900}" for number in range(70)]
    for query in queries:
        assert post(client, query=query, extensions=hashed(query)).json() == {"data": {"__typename": "Query"}}
        assert "data" in post(client, extensions=hashed(queries[0])).json()  # kept, since it is asked for
    assert error(post(client, extensions=hashed(queries[1])))[1] == "PersistedQueryNotFound"
    for query in (queries[0], queries[-1]):
        assert "data" in post(client, extensions=hashed(query)).json()


@pytest.mark.parametrize(
    "asked",
    [
        1,
        [],
        {},
        {"version": 1},
        {"version": 2, "sha256Hash": digest(QUERY)},
        {"sha256Hash": digest(QUERY)},
        {"version": 1, "sha256Hash": 1},
        {"version": 1, "sha256Hash": f"{digest(QUERY)[:-1]}g"},
        {"version": 1, "sha256Hash": f"{digest(QUERY)}\n"},
    ],
)
@either
def test_a_malformed_hash_is_400(client: TestClient, send: Send, asked: Any) -> None:
    """The extension has to be of its one version and its hash of its form, whether a query is there or not."""
    for query in ({}, {"query": QUERY, "variables": ONE}):
        response = send(client, extensions={"persistedQuery": asked}, **query)
        assert response.status_code == 400
        assert "persistedQuery" in error(response)[1]


# Trusted documents


@either
def test_a_trusted_document_is_asked_for_by_id_and_by_name(client: TestClient, send: Send) -> None:
    """The id is the SHA-256 of the file; a document's name does as well, and so does the hash of APQ."""
    text = DOCUMENTS["Name"]
    expected = post(client, query=text, variables=ONE).json()
    for document_id in (f"sha256:{digest(text)}", "Name"):
        assert send(client, documentId=document_id, variables=ONE).json() == expected
    assert send(client, extensions=hashed(text), variables=ONE).json() == expected


def test_a_browser_may_ask_for_a_document(client: TestClient) -> None:
    """The explorer is shown for a bare GET only."""
    assert get(client, accept=HTML, documentId="Nothing").json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("document_id", ["sha256:0", "Nobody", "", "x" * 1_000])
def test_an_unknown_document_is_told(client: TestClient, document_id: str) -> None:
    """An id that is none is a request error with its own code, however long it is."""
    response = post(client, accept=GRAPHQL, documentId=document_id)
    assert response.status_code == 400
    assert error(response)[0] == "PERSISTED_QUERY_NOT_FOUND"
    assert len(response.content) < 300


@pytest.mark.parametrize("body", [{"documentId": 1}, {"documentId": []}, {"documentId": "Nothing", "query": QUERY}])
def test_a_document_id_is_a_string_without_a_query(client: TestClient, body: Any) -> None:
    """A request that means two documents, or none, is 400."""
    response = post(client, **body)
    assert response.status_code == 400
    assert error(response)[0] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("A", b"query A { nothing }", r"A\.graphql, line 1: Cannot query field 'nothing'"),
        ("A", b"query A {\n  __typename", r"A\.graphql, line 2: Syntax Error"),
        ("A", b"query B { __typename }", r"A\.graphql must contain one operation with the name of the file, A"),
        ("A", b"{ __typename }", r"A\.graphql must contain one operation with the name of the file, A"),
        ("A", b"query A { __typename } query B { __typename }", r"A\.graphql must contain one operation"),
        ("A", b"query A { __typename } # \xff", r"A\.graphql cannot be read as UTF-8 text"),
        ("A", b"query A { a" + b" a" * 10_000, r"A\.graphql: The operation is too complex"),
    ],
)
def test_a_bad_document_ends_the_start(
    sample_data: Path, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """What could not be answered later is told when the process starts, with the file and the reason."""
    (tmp_path / f"{name}.graphql").write_bytes(content)
    with pytest.raises(ConfigError, match=reason):
        create_app(Settings(data=str(sample_data), documents=str(tmp_path)))


@pytest.mark.parametrize(("documents", "trusted_only"), [("", True), ("missing", False), (".", False)])
def test_a_folder_without_documents_ends_the_start(
    sample_data: Path, tmp_path: Path, documents: str, trusted_only: bool
) -> None:
    """A folder that is missing or empty, or trusted documents alone without a folder, is a mistake of the operator."""
    place = str(tmp_path / documents) if documents else ""
    with pytest.raises(ConfigError, match="JOCKEY_DOCUMENTS"):
        create_app(Settings(data=str(sample_data), documents=place, trusted_only=trusted_only))


# Nothing else


@either
def test_only_trusted_documents_are_answered_if_so_set(strict: TestClient, send: Send) -> None:
    """Ad-hoc queries, introspection and registration are refused with one code; what is trusted is answered."""
    for query in (QUERY, "{ __schema { types { name } } }", DOCUMENTS["Name"] + " "):
        for extensions in ({}, hashed(query)):
            code, message = error(send(strict, query=query, variables=ONE, extensions=extensions))
            assert code == "PERSISTED_QUERY_NOT_FOUND"
            assert "trusted" in message
        assert error(send(strict, extensions=hashed(query)))[0] == "PERSISTED_QUERY_NOT_FOUND"
    named = {"data": {"jockey": {"name": strict.get("/q/Name?id=00001").json()["data"]["jockey"]["name"]}}}
    assert send(strict, documentId="Name", variables=ONE).json() == named
    assert send(strict, extensions=hashed(DOCUMENTS["Name"]), variables=ONE).json() == named
    assert send(strict, query=DOCUMENTS["Name"], variables=ONE).json() == named


def test_the_explorer_is_off_where_it_could_ask_nothing(strict: TestClient, client: TestClient) -> None:
    """With trusted documents only, a browser is not shown an explorer that finds no schema."""
    assert client.get("/graphql", headers={"accept": HTML}).headers["content-type"].startswith("text/html")
    assert strict.get("/graphql", headers={"accept": HTML}).status_code == 400
    assert strict.get("/api/jockey/00001").status_code == 200


# Plain routes


@pytest.mark.parametrize(
    ("parameters", "variables"),
    [
        ([], {}),
        ([("first", "2")], {"first": 2}),
        ([("first", "")], {}),
        ([("odds", "5")], {"odds": 5}),
        ([("odds", "4.5"), ("raw", "true")], {"odds": 4.5, "raw": True}),
        ([("since", "2020-01-01")], {"since": "2020-01-01"}),
        ([("racecourses", "東京")], {"racecourses": ["東京"]}),
        ([("racecourses", "東京"), ("racecourses", "京都")], {"racecourses": ["東京", "京都"]}),
        ([("racecourses", '["東京", "京都"]')], {"racecourses": ["東京", "京都"]}),
        ([("racecourses", "[]")], {"racecourses": []}),
        ([("filter", '{"going": {"eq": "RYO"}}')], {"filter": {"going": {"eq": "RYO"}}}),
        ([("order", '{"field": "DATE"}')], {"order": [{"field": "DATE"}]}),
        (
            [("order", '{"field": "WIN_ODDS"}'), ("order", '{"field": "DATE"}')],
            {"order": [{"field": "WIN_ODDS"}, {"field": "DATE"}]},
        ),
    ],
)
def test_query_parameters_are_the_variables(client: TestClient, parameters: Any, variables: Any) -> None:
    """Each parameter is read as its variable's type; lists repeat it or are JSON, input objects are JSON."""
    expected = post(client, documentId="Races", variables={**ONE, **variables}).json()
    assert "errors" not in expected
    response = client.get(f"/q/Races?{urlencode([('id', '00001'), *parameters])}")
    assert response.status_code == 200
    assert response.json() == expected


@pytest.mark.parametrize(
    ("query_string", "told"),
    [
        ("id=00001&going=RYO", ["'going'", "id (ID!), racecourses ([String!]), odds (Float)"]),
        ("id=00001&first=x", ["'first'", "Int", "'x'"]),
        ("id=00001&first=1.5", ["'first'", "Int"]),
        ("id=00001&first=true", ["'first'", "Int"]),
        ("id=00001&first=" + "9" * 5_000, ["'first'", "Int"]),
        ("id=00001&odds=NaN", ["'odds'", "Float"]),
        ("id=00001&odds=1e999", ["'odds'", "Float"]),
        ("id=00001&raw=1", ["'raw'", "Boolean"]),
        ("id=00001&raw=yes", ["'raw'", "Boolean"]),
        ("id=00001&filter=RYO", ["'filter'", "RaceRecordFilter as JSON"]),
        ("id=00001&filter=[]", ["'filter'", "RaceRecordFilter as JSON"]),
        ("id=00001&filter={%22a%22:1}", ["filter"]),
        ("id=00001&order=DATE", ["'order'", "RaceRecordOrder"]),
        ("id=00001&racecourses=[1", ["'racecourses'", "as JSON"]),
        ("id=00001&racecourses=[1]", ["racecourses"]),
        ("id=00001&id=00002", ["'id'", "more than once"]),
        ("id=00001&since=tomorrow", ["since"]),
        ("id=00001&id=%FF", ["UTF-8"]),
        ("id=00001" + "&racecourses=a" * 100, ["100"]),
        ("", ["id", "ID!"]),
        ("id=", ["id", "ID!"]),
        ("id=x", ["jockey id"]),
        ("id=00001&first=1001", ["'first'", "1000"]),
        ("id=00001&first=99999999", ["too complex"]),
    ],
)
@pytest.mark.parametrize("ending", ["", ".csv"])
def test_a_bad_parameter_is_400_and_named(client: TestClient, query_string: str, told: list[str], ending: str) -> None:
    """Whatever is wrong with a parameter, the answer says which one it is and what it would have to be."""
    response = client.get(f"/q/Races{ending}?{query_string}")
    assert response.status_code == 400, response.text
    assert list(response.json()) == ["detail"]
    for part in told:
        assert part in response.json()["detail"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.sampled_from(["id", "first", "odds", "since", "raw", "racecourses", "filter", "order"]) | TEXTS
VALUES = TEXTS | st.recursive(st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)).map(
    json.dumps
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=4), st.sampled_from(["", ".csv"]))
@settings(max_examples=150, deadline=None)
def test_no_parameters_bring_the_server_down(client: TestClient, pairs: Any, ending: str) -> None:
    """Any parameters are answered, and refused with a reason where they are not variables."""
    query = urlencode([("id", "00001"), *pairs])
    response = client.get(f"/q/Races{ending}?{query}")
    refusal = 414 if len(query) > Settings().max_url_bytes else 400
    assert response.status_code == 200 or (response.status_code == refusal and response.json()["detail"])


def test_a_route_without_such_an_operation_is_404(client: TestClient) -> None:
    """A name is exact; an id is no name."""
    for name in ("Nobody", "name", "Nobody.csv", f"sha256:{digest(DOCUMENTS['Name'])}"):
        assert client.get(f"/q/{name}?id=00001").status_code == 404


def test_only_get_and_head_are_served(client: TestClient) -> None:
    """HEAD has the head of GET; POST is for /graphql."""
    head, full = client.head("/q/Name?id=00001"), client.get("/q/Name?id=00001")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", full.headers["etag"])
    assert client.post("/q/Name").status_code == 405


def test_a_query_string_past_the_limit_is_414(client: TestClient) -> None:
    """Plain routes take no longer URLs than GraphQL."""
    assert client.get(f"/q/Name?id={'0' * 16_384}").status_code == 414


# CSV


def rows_of(response: Any) -> list[list[str]]:
    """Read CSV as any reader would."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode(), newline="")))


def test_a_list_of_records_is_a_table(client: TestClient) -> None:
    """The rows are the list's items, the columns its fields in the order of the selection, by their aliases."""
    header, *rows = rows_of(client.get("/q/Races.csv?id=00001&first=30&raw=true"))
    nodes = client.get("/q/Races?id=00001&first=30&raw=true").json()["data"]["jockey"]["found"]["nodes"]
    assert header == ["date", "racecourse", "horse", "winOdds", "cornerPositions", "going"]
    assert len(rows) == 30
    assert rows == [[text(node[key]) for key in header] for node in nodes]


def text(value: Any) -> str:
    """Give a cell's text by the rules that the README tells."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def test_what_is_skipped_is_an_empty_column(client: TestClient) -> None:
    """A table has the same columns whatever its variables are."""
    header, *rows = rows_of(client.get("/q/Races.csv?id=00001"))
    assert header[-1] == "going"
    assert {row[-1] for row in rows} == {""}


def test_nested_objects_are_joined_by_dots(client: TestClient) -> None:
    """Groups are a table as records are."""
    header, *rows = rows_of(client.get("/q/Groups.csv?id=00001"))
    assert header == [
        "key.surface",
        "key.going",
        "statistics.rides",
        "statistics.winRateInterval.upper",
        "statistics.winRateInterval.lower",
    ]
    groups = client.get("/q/Groups?id=00001").json()["data"]["jockey"]["records"]["groupBy"]
    assert [row[2] for row in rows] == [str(each["statistics"]["rides"]) for each in groups]
    assert [row[0] for row in rows] == [text(each["key"]["surface"]) for each in groups]


@pytest.mark.parametrize(
    ("name", "told"),
    [("Name", "none"), ("Nothing", "none"), ("Pages", "groupBy, jockey.records.groupBy.records.nodes")],
)
def test_what_is_no_table_is_406(client: TestClient, name: str, told: str) -> None:
    """A selection without a list of objects, or with several, has no CSV; the answer names those that it has."""
    response = client.get(f"/q/{name}.csv?id=00001")
    assert response.status_code == 406
    assert "exactly one list" in response.json()["detail"]
    assert told in response.json()["detail"]


def test_a_jockey_without_a_file_is_a_table_without_rows(client: TestClient) -> None:
    """Null is no error, as in GraphQL; and where a list's item is null, its cells are empty."""
    assert len(rows_of(client.get("/q/Races.csv?id=99999"))) == 1
    assert rows_of(client.get("/q/Several.csv?ids=00001&ids=99999")) == [["id"], ["00001"], [""]]


def test_a_table_for_spreadsheets_runs_no_formula(tmp_path: Path, folder: Path) -> None:
    """``spreadsheet=1`` is what it is for exports, an answer of its own to caches; JSON does not know it."""
    name = '=HYPERLINK("http://example.org","x")'
    frame = pd.DataFrame({"日付": ["2024/01/01"], "開催": ["1中山1"], "馬名": [name]})
    frame.to_pickle(tmp_path / "00001.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path), documents=str(folder))))
    plain, safe = (client.get(f"/q/Races.csv?id=00001&spreadsheet={on}") for on in (0, 1))
    assert [rows_of(each)[1][2] for each in (plain, safe)] == [name, f"'{name}"]
    assert [each.content.startswith(b"\xef\xbb\xbf") for each in (plain, safe)] == [False, True]
    assert plain.headers["etag"] != safe.headers["etag"]
    assert plain.content == client.get("/q/Races.csv?id=00001").content
    for path, told in (("Races.csv?id=00001&spreadsheet=yes", "0 or 1"), ("Races?id=00001&spreadsheet=1", "Unknown")):
        refused = client.get(f"/q/{path}")
        assert refused.status_code == 400
        assert told in refused.json()["detail"]


CELLS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
@settings(deadline=None)
def test_any_cells_come_back(pairs: list[tuple[Any, Any]]) -> None:
    """Line ends, quotes, commas and blanks survive a CSV reader; every line ends with CR LF."""
    data = json.dumps({"list": [{"a": a, "b": {"c": c}} for a, c in pairs]}).encode()
    written = Table(("list",), (("a",), ("b", "c"))).csv(data)
    assert written.startswith(b"a,b.c\r\n")
    read = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert read == [["a", "b.c"], *([text(a), text(c)] for a, c in pairs)]


def test_null_differs_from_an_empty_text() -> None:
    """An empty text is quoted; a line with nothing in it is too, since readers pass over an empty line."""
    data = b'{"list":[{"a":"","b":null},{"a":null,"b":null},null,{"a":[1,2],"b":true}]}'
    assert Table(("list",), (("a",), ("b",))).csv(data) == b'a,b\r\n"",\r\n,\r\n,\r\n"[1,2]",true\r\n'
    assert Table(("list",), (("a",),)).csv(data) == b'a\r\n""\r\n""\r\n""\r\n"[1,2]"\r\n'


# Caches


@pytest.fixture
def storage(sample_data: Path) -> FakeStorage:
    """Hold the sample data in memory."""
    return FakeStorage({each.name.partition(".")[0]: each.read_bytes() for each in sample_data.iterdir()})


@pytest.fixture
def serve(storage: FakeStorage, folder: Path) -> Callable[..., TestClient]:
    """Give a maker of clients of applications over the storage, each with caches of its own."""

    def make(**changes: Any) -> TestClient:
        app = create_app(Settings(documents=str(folder), log_level="CRITICAL", **changes), storage)
        return TestClient(app, raise_server_exceptions=False)

    return make


@pytest.mark.parametrize("path", ["/q/Races?id=00001", "/q/Races.csv?id=00001", "/q/Several?ids=00001&ids=00002"])
def test_an_answer_is_cacheable_until_a_file_changes(
    serve: Callable[..., TestClient], storage: FakeStorage, path: str
) -> None:
    """An ETag gives 304 as long as the files are the same, also from a process that has not read them."""
    first = serve().get(path)
    assert first.headers["cache-control"].startswith("public, max-age=3")
    assert "Accept-Encoding" in first.headers["vary"]
    held = {"if-none-match": first.headers["etag"]}
    other = serve(cache_ttl=0)
    answered = other.get(path, headers=held)
    assert (answered.status_code, answered.content) == (304, b"")
    assert answered.headers["etag"] == first.headers["etag"]
    assert answered.headers["cache-control"] == "public, max-age=0"
    assert "Accept-Encoding" in answered.headers["vary"]
    storage.put("00001", storage.read("00003.pickle").data)  # type: ignore[union-attr]
    changed = other.get(path, headers=held)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_a_tag_names_all_that_shapes_an_answer(serve: Callable[..., TestClient]) -> None:
    """Other variables, another form or another operation on the same file have another ETag."""
    client = serve()
    paths = ["/q/Races?id=00001", "/q/Races?id=00001&first=2", "/q/Races.csv?id=00001", "/q/Name?id=00001"]
    assert len({client.get(path).headers["etag"] for path in paths}) == len(paths)


@pytest.mark.parametrize(
    "path", ["/q/Name?id=99999", "/q/Several?ids=00001&ids=99999", "/q/Nothing", "/q/Listed?id=00001"]
)
def test_what_no_version_tells_is_not_cached(serve: Callable[..., TestClient], path: str) -> None:
    """An answer that may change while the files read stay the same, as when a missing one comes, gets no tag."""
    response = serve().get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


def test_an_answer_of_many_files_has_no_tag(serve: Callable[..., TestClient], storage: FakeStorage) -> None:
    """A tag would not fit into a header; such an answer is kept for its time only."""
    response = serve().get(
        "/q/Several?" + urlencode([("ids", each) for each in JockeyFiles(storage).list_ids().ids[:5]])
    )
    assert response.headers["cache-control"].startswith("public, max-age=3")
    assert "etag" not in response.headers


def test_a_failing_storage_is_an_error_and_a_stale_copy_is_not_cached(
    serve: Callable[..., TestClient], storage: FakeStorage
) -> None:
    """No answer is 503 in both forms; the last good copy is an answer that nobody is to keep."""
    client = serve(cache_ttl=0)
    client.get("/q/Races?id=00001")
    storage.fail(UpstreamUnavailable)
    stale = client.get("/q/Races?id=00001")
    assert (stale.status_code, stale.headers["cache-control"]) == (200, "no-store")
    for ending in ("", ".csv"):
        failed = client.get(f"/q/Races{ending}?id=00002")
        assert failed.status_code == 503
        assert list(failed.json()) == ["detail"]


def test_a_partial_answer_is_an_error(serve: Callable[..., TestClient], storage: FakeStorage) -> None:
    """A plain route answers all or nothing: what one of several jockeys fails with is the answer's status."""
    storage.fail(UpstreamUnavailable, "00002")
    assert serve().get("/q/Several?ids=00001&ids=00002").status_code == 503


def test_an_answer_past_the_limits_is_refused(serve: Callable[..., TestClient]) -> None:
    """Cost and size are bounded as for GraphQL."""
    assert serve(max_cost=1_000).get("/q/Races?id=00001").status_code == 400
    assert serve(max_response_bytes=100).get("/q/Races?id=00001").status_code == 413
    assert serve(max_cost=10_500).get("/q/All?id=00001").status_code == 413


# Examples


@pytest.mark.parametrize(
    "path",
    ["Rides{}?id=00001&going=RYO", "ByRacecourse{}?id=00001&since=2015-01-01", "SideBySide{}?ids=00001&ids=00002"],
)
def test_the_example_documents_are_answered(sample_data: Path, path: str) -> None:
    """The documents that the README shows are valid and give records in JSON and in CSV."""
    client = TestClient(create_app(Settings(data=str(sample_data), documents=str(EXAMPLES))))
    assert client.get(f"/q/{path.format('')}").json()["data"]
    assert len(rows_of(client.get(f"/q/{path.format('.csv')}"))) > 1
