"""The OpenAPI document says what the routes take and answer, of these very answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.archive.refresh import Refresh
from graphql_api.config import Settings
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.openapi.source_columns import EXAMPLE_RACE, SOURCE_COLUMNS
from graphql_api.jockeys.routes.filters import PARAMETERS
from graphql_api.jockeys.sources import SOURCES
from graphql_api.storage.folder import FolderStorage
from real_frames import SAMPLES

Json = dict[str, Any]
EXTENSIONS = ("csv", "ndjson", "parquet", "arrow")
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Give a client of an application with trusted operations over a few jockeys and their archive."""
    folder = tmp_path_factory.mktemp("served")
    samples.write(folder, jockeys=6, rows=200, seed=1)
    Refresh(FolderStorage(folder)).run(2)
    return TestClient(create_app(Settings(data=str(folder), documents=str(OPERATIONS))), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def document(served: TestClient) -> Json:
    """Give the document."""
    answer: Json = served.get("/openapi.json").json()
    return answer


def resolve(document: Json, node: Json) -> Json:
    """Follow a reference within the document."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def check(document: Json, name: str, value: Any) -> None:
    """Hold a value to a schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(value)


def references(node: Any) -> Iterator[str]:
    """Give every reference below a node."""
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Give every path and its operations."""
    for path, item in document["paths"].items():
        for operation in item.values():
            yield path, operation


def reading(document: Json) -> Iterator[tuple[str, Json]]:
    """Give the operations that read what every server has: those of slips, consultations and comments need an id."""
    for path, item in document["paths"].items():
        if "get" in item and not path.startswith(("/cart/", "/consultations/", "/comments/")):
            yield path, item["get"]


def test_the_document_is_valid_and_complete(document: Json) -> None:
    """The document passes a validator and names every plain route."""
    validate(document)
    exports = {f"{path}.{each}" for path in ("/api/jockey/{jockey_id}", "/api/rides") for each in EXTENSIONS}
    cart = {"/cart/items", "/cart/{cart_id}", "/cart/{cart_id}/items/{item_id}"}
    others = {"/q", "/q/{name}", "/q/{name}.csv", "/health", "/ready", "/races", "/races/{race_id}"}
    one = "/consultations/{session_id}"
    consultations = {"/consultations", one, f"{one}/messages"}
    comments = {"/generate", "/comments", "/comments/{job_id}"}
    forecasts = {"/races/{race_id}/forecast"}
    odds = {"/races/{race_id}/odds", "/races/{race_id}/odds-history", "/prices", "/prices/{symbol}"}
    assert (
        set(document["paths"])
        == {"/api/jockey/{jockey_id}"} | exports | others | cart | consultations | comments | odds | forecasts
    )
    assert document["openapi"].startswith("3.1")


def test_the_document_has_what_linters_ask_for(document: Json) -> None:
    """Operations have ids of their own, a summary, tags that are declared, and a 4xx; no component is unused."""
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in document["tags"]}
    for path, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags
        assert any(status.startswith("4") for status in operation["responses"])
    assert document["security"] == [{}, *({name: []} for name in document["components"]["securitySchemes"])]
    assert not document["servers"][0]["url"].endswith("/")
    kinds = {kind: items for kind, items in document["components"].items() if kind != "securitySchemes"}
    components = {f"#/components/{kind}/{name}" for kind, items in kinds.items() for name in items}
    assert set(references(document)) == components


def test_every_key_of_an_answer_is_described_and_no_other(served: TestClient, document: Json) -> None:
    """The described keys are those that answers have, to the letter; each answer is of the described form."""
    described = set(document["components"]["schemas"]["SourceRace"]["properties"])
    answered: set[str] = set()
    for jockey_id in ("00001", "00002", "a0001", "a0002"):
        answer = served.get(f"/api/jockey/{jockey_id}").json()
        check(document, "Jockey", answer)
        answered.update(*answer["data"])
    assert answered == described


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of real frames is not here")
def test_real_answers_have_the_described_keys(document: Json) -> None:
    """Real files spell their headers so too."""
    client = TestClient(create_app(Settings(data=str(SAMPLES))))
    described = set(document["components"]["schemas"]["SourceRace"]["properties"])
    for path in SAMPLES.glob("*.pickle"):
        answer = client.get(f"/api/jockey/{path.stem}").json()
        check(document, "Jockey", answer)
        assert set().union(*answer["data"]) == described


def test_source_columns_are_the_columns_that_are_read() -> None:
    """But for spaces and width the described headers are those of the column table, in its order."""
    folded = ["".join(normalize("NFKC", column.header).split()) for column in SOURCE_COLUMNS]
    assert folded == [source.header for source in SOURCES]


def test_typed_rows_are_of_the_described_form(served: TestClient, document: Json) -> None:
    """Each typed field is described with its type, its values and its meaning, and has no other value."""
    described = document["components"]["schemas"]["TypedRace"]
    assert list(described["properties"]) == [field.name for field in FIELDS]
    assert all(each["description"] for each in described["properties"].values())
    for jockey_id in ("00001", "a0001"):
        for row in served.get(f"/api/jockey/{jockey_id}?columns=typed").json()["data"]:
            check(document, "TypedRace", row)


def test_example_answers_are_those_of_the_example_race(document: Json, tmp_path: Path) -> None:
    """A file that holds the example race gives, to the letter, what each format shows as its example."""
    pd.DataFrame([EXAMPLE_RACE]).to_pickle(tmp_path / "00001.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path))))
    shown = {
        path: next(iter(operation["responses"]["200"]["content"].values())) for path, operation in reading(document)
    }
    parameters = {"columns": "date,race_name,horse_name,finish_position,prize_money"}
    examples = shown["/api/jockey/{jockey_id}"]["examples"]
    assert client.get("/api/jockey/00001").json() == examples["source"]["value"]
    assert client.get("/api/jockey/00001", params=parameters).json() == examples["typed"]["value"]
    for extension in ("csv", "ndjson"):
        answer = client.get(f"/api/jockey/00001.{extension}", params=parameters)
        assert answer.text == shown[f"/api/jockey/{{jockey_id}}.{extension}"]["example"]


def test_examples_of_answers_are_of_their_schemas(document: Json) -> None:
    """Every example of JSON passes the schema that stands beside it."""
    bodies = [
        body
        for _, operation in operations(document)
        for response in operation["responses"].values()
        for media_type, body in resolve(document, response).get("content", {}).items()
        if media_type == "application/json"
    ]
    for body in bodies:
        shown = (
            [body["example"]] if "example" in body else [each["value"] for each in body.get("examples", {}).values()]
        )
        for example in shown:
            check(document, body["schema"]["$ref"].rpartition("/")[2], example)
    for column in document["components"]["schemas"]["SourceRace"]["properties"].values():
        for example in column["examples"]:
            Draft202012Validator(column).validate(example)


def example_requests(document: Json) -> Iterator[tuple[str, Json, Json]]:
    """Give a path and parameters for each example that a parameter has, beside what the path needs."""
    for path, operation in reading(document):
        if path.startswith(("/races", "/prices")):
            continue  # these take an index, which tests/races and tests/odds have
        parameters = [resolve(document, each) for each in operation["parameters"]] if "parameters" in operation else []
        for parameter in parameters:
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        yield path, {}, {}
        for parameter in parameters:
            shown = [each["value"] for each in parameter.get("examples", {}).values()]
            for example in [*shown, *([parameter["example"]] if "example" in parameter else [])]:
                given = example if isinstance(example, dict) else {parameter["name"]: example}
                if parameter["in"] == "query":
                    yield path, given, {}
                elif parameter["in"] == "header":
                    yield path, {}, given


def test_every_example_of_a_parameter_is_answered(served: TestClient, document: Json) -> None:
    """What the document shows as an example can be sent as it is, on each route that takes it."""
    requests = list(example_requests(document))
    assert len(requests) > 30
    for path, query, headers in requests:
        needed = {"id": "00001"} if path.startswith("/q/") else {}
        answer = served.get(path, params={**needed, **query}, headers=headers)
        assert answer.status_code in {200, 206}, (path, query, answer.text)


def test_every_filter_is_described(document: Json) -> None:
    """Each filter has its type, and an enum its values."""
    described = document["components"]["parameters"]["Filter"]["schema"]["properties"]
    assert described.keys() == PARAMETERS.keys()
    assert described["date_gte"]["format"] == "date"
    assert described["surface"]["enum"] == ["TURF", "DIRT", "JUMP"]


@pytest.mark.parametrize(
    ("template", "path", "method", "headers"),
    [
        ("/api/jockey/{jockey_id}", "/api/jockey/x", "GET", {}),
        ("/api/jockey/{jockey_id}", "/api/jockey/00001?surfac=TURF", "GET", {}),
        ("/api/jockey/{jockey_id}", "/api/jockey/99999", "GET", {}),
        ("/api/jockey/{jockey_id}", "/api/jockey/00001", "POST", {}),
        ("/api/jockey/{jockey_id}", "/api/jockey/00001", "OPTIONS", {}),
        ("/api/jockey/{jockey_id}", f"/api/jockey/00001?a={'b' * 20_000}", "GET", {}),
        ("/api/jockey/{jockey_id}.csv", "/api/jockey/00001.csv", "GET", {"range": "bytes=99999999-"}),
        ("/q/{name}", "/q/Nothing", "GET", {}),
        ("/q/{name}", "/q/Rides?nothing=1", "GET", {}),
        ("/health", "/health?deep=%FF", "GET", {}),
        ("/ready", "/ready", "DELETE", {}),
    ],
)
def test_failures_are_described(
    served: TestClient, document: Json, template: str, path: str, method: str, headers: dict[str, str]
) -> None:
    """A request that fails is answered with a status that its route is described with, in the described form."""
    answer = served.request(method, path, headers=headers)
    assert answer.status_code >= 400
    responses = document["paths"][template]["get"]["responses"]
    assert str(answer.status_code) in responses
    check(document, "Error", answer.json())


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_requests_for_health_that_fail_are_described(served: TestClient, document: Json, path: str) -> None:
    """A query string or a method that no route takes is answered as described."""
    answers = [served.get(path + query) for query in ("?deep=%00", f"?deep={'1' * 20_000}")]
    for answer in [*answers, served.post(path)]:
        assert str(answer.status_code) in document["paths"][path]["get"]["responses"]
        check(document, "Error", answer.json())
    assert [answer.status_code for answer in answers] == [400, 414]


def test_health_is_of_the_described_form(served: TestClient, document: Json) -> None:
    """The process and its storage answer as described."""
    for path in ("/health", "/ready", "/health?deep=1"):
        check(document, "Health", served.get(path).json())


def test_operations_are_described_by_name_and_variables(document: Json) -> None:
    """The names are the server's own, those of tables for CSV, and each variable is a property with its type."""
    names, variables = (resolve(document, each) for each in document["paths"]["/q/{name}"]["get"]["parameters"][:2])
    assert set(names["schema"]["enum"]) == {path.stem for path in OPERATIONS.glob("*.graphql")}
    text = "\n".join(path.read_text(encoding="utf-8") for path in OPERATIONS.glob("*.graphql"))
    declared = set(re.findall(r"\$(\w+):", text))
    assert declared == set(variables["schema"]["properties"])
    described = variables["schema"]["properties"]
    assert "`ID!` of Rides" in described["id"]["description"]
    assert "`Int = 20` of Rides" in described["first"]["description"]
    examples = {name: variable["examples"][0] for name, variable in described.items()}
    assert examples == {
        "id": "00001",
        "ids": '["00001"]',
        "since": "2024-01-01",
        "surface": "TURF",
        "going": '["RYO"]',
        "first": "20",
        "favourite": "1",
    }
    assert described["ids"]["x-needed-by"] == ["SideBySide"]
    assert "x-needed-by" not in described["first"]


def test_a_server_without_operations_says_so(client: TestClient) -> None:
    """The route is described all the same, with the form of a name."""
    document = client.get("/openapi.json").json()
    name = document["paths"]["/q/{name}"]["get"]["parameters"][0]
    assert "has none" in name["description"]
    assert "enum" not in name["schema"]


def test_the_document_can_be_revalidated(client: TestClient) -> None:
    """Tools that fetch it again send its ETag and get 304."""
    first = client.get("/openapi.json")
    again = client.get("/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert json.loads(first.content)["info"]["version"]
