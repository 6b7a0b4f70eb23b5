"""The seams of slices: what one hands over is served, described, set and run, and costs nothing unless it is used."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from example_slice.notes import Notes
from example_slice.slice import SLICE as NOTES
from example_slice.slice import NotesSettings
from graphql_api.app import Core, api_schema, create_core, serve_core
from graphql_api.cli.group import Commands
from graphql_api.config import ConfigError
from graphql_api.execution.private_names import core_schema
from graphql_api.execution.root import build_schema
from graphql_api.installed import SLICES, read_settings
from graphql_api.slices import load

ALL = (*SLICES, NOTES)
ALONE = replace(NOTES, extensions={})
"""The slice without the field that it adds to the type of another."""
TESTS = Path(__file__).parent


@pytest.fixture
def core(sample_data: Path) -> Core:
    """Wire the product with one slice more."""
    return create_core(read_settings({"JOCKEY_NOTES_MOST": "3"}, ALL, data=str(sample_data)), slices=ALL)


@pytest.fixture
def notes_client(core: Core) -> Iterator[TestClient]:
    """Serve the product with one slice more."""
    with TestClient(serve_core(core, core.settings), raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, query: str) -> dict:
    """Send an operation."""
    return client.post("/graphql", json={"query": query}).json()


def test_queries_and_mutations_join_the_root_types(notes_client: TestClient) -> None:
    """State is read and changed beside jockeys; what repeats to the letter runs each time."""
    add = 'mutation { addNote(text: "a") }'
    assert ask(notes_client, add) == {"data": {"addNote": ["a"]}}
    assert ask(notes_client, add) == {"data": {"addNote": ["a", "a"]}}
    both = '{ notes jockey(id: "00001") { id } }'
    assert ask(notes_client, both)["data"] == {"notes": ["a", "a"], "jockey": {"id": "00001"}}
    ask(notes_client, add)
    assert ask(notes_client, both)["data"]["notes"] == ["a", "a", "a"]


def test_a_slice_extends_the_type_of_another(notes_client: TestClient) -> None:
    """The field stands behind the type's own, its resolver gets the type's object, and other schemas lack it."""
    ask(notes_client, 'mutation { addNote(text: "00001 rides well") }')
    found = ask(notes_client, '{ jockey(id: "00001") { name notes } }')
    assert found == {"data": {"jockey": {"name": "見本太郎", "notes": ["00001 rides well"]}}}
    assert "notes" not in core_schema(api_schema()).type_map["Jockey"].fields


def test_an_extension_by_a_field_that_there_is_is_refused() -> None:
    """It would take the first one's place in silence."""
    query, noted = load(NOTES.query), load(NOTES.extensions["Jockey"])
    with pytest.raises(TypeError, match="both have the field notes"):
        build_schema([query], extensions={"Query": [noted]})


def test_root_fields_stand_in_the_order_of_the_slices(core: Core) -> None:
    """The schema, and with it the SDL, begins with the first slice."""
    fields = list(core.engine.schema.query_type.fields)
    assert fields[0] == "jockey"
    assert fields[-1] == "notes"


def test_a_setting_of_a_slice_reaches_its_service(notes_client: TestClient) -> None:
    """``JOCKEY_NOTES_MOST`` bounds the notes, and the slice's error keeps its code."""
    for _ in range(3):
        ask(notes_client, 'mutation { addNote(text: "a") }')
    error = ask(notes_client, 'mutation { addNote(text: "a") }')["errors"][0]
    assert error["message"] == "There are 3 notes already."
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_settings_of_slices_are_checked_as_all_others() -> None:
    """A value that the setting cannot take, or a slice that is not there, is refused by name; defaults hold."""
    with pytest.raises(ConfigError, match="JOCKEY_NOTES_MOST"):
        read_settings({"JOCKEY_NOTES_MOST": "0"}, ALL)
    with pytest.raises(ConfigError, match="JOCKEY_NOTES_MOST"):
        read_settings({"JOCKEY_NOTES_MOST": "1"}, SLICES)
    assert read_settings({}, ALL).of(NotesSettings).notes_most == 2


def test_routes_are_served_and_described(notes_client: TestClient) -> None:
    """A route answers its methods within the deadline and CORS; OpenAPI tells of it."""
    assert notes_client.post("/notes", content="b").json() == ["b"]
    found = notes_client.get("/notes")
    assert found.json() == ["b"]
    assert found.headers["cache-control"] == "no-store"
    assert notes_client.put("/notes").status_code == 405
    preflight = {"origin": "https://a.example", "access-control-request-method": "POST"}
    assert notes_client.options("/notes", headers=preflight).status_code == 200
    described = notes_client.get("/openapi.json").json()
    validate(described)
    assert set(described["paths"]["/notes"]) == {"get", "post"}


def test_the_product_stands_without_jockeys(tmp_path: Path) -> None:
    """Another slice alone is served, described and checked: nothing else knows jockeys."""
    alone = create_core(read_settings({}, (ALONE,), data=str(tmp_path)), slices=(ALONE,))
    with TestClient(serve_core(alone, alone.settings)) as client:
        assert ask(client, "{ notes }") == {"data": {"notes": []}}
        for path in ("/docs", "/health", "/ready"):
            assert client.get(path).status_code == 200
        document = client.get("/openapi.json").json()
        validate(document)
        assert client.get("/api/jockey/00001").status_code == 404
    assert "jockey" not in "".join(document["paths"])
    assert {"Id", "Filter"}.isdisjoint(document["components"]["parameters"])


def test_a_route_may_refuse_in_a_form_of_its_own(notes_client: TestClient) -> None:
    """``{"error": {"message", "code"}}``, in which all of 400 have one code; others keep ``{"detail": …}``."""
    notes_client.post("/notes", content="e")
    assert notes_client.delete("/notes/0").json() == []
    missing = notes_client.delete("/notes/0")
    assert (missing.status_code, missing.json()) == (
        404,
        {"error": {"message": "There is no note 0.", "code": "NOT_FOUND"}},
    )
    assert missing.headers["cache-control"] == "no-store"
    wrong = notes_client.put("/notes/first")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "BAD_REQUEST")
    assert notes_client.get("/api/jockey/99999").json().keys() == {"detail"}


@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("DELETE", 200), ("POST", 400), ("PATCH", 400)])
def test_browsers_may_send_the_methods_that_a_route_has(notes_client: TestClient, method: str, status: int) -> None:
    """A preflight for PUT or DELETE passes, with any header such as a key; for what the route lacks it does not."""
    preflight = {
        "origin": "https://a.example",
        "access-control-request-method": method,
        "access-control-request-headers": "x-api-key, content-type",
    }
    answer = notes_client.options("/notes/0", headers=preflight)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-methods"] == "DELETE, PUT"


def test_a_layer_stands_before_every_answer_from_memory(notes_client: TestClient) -> None:
    """What a layer refuses is refused also where the answer is kept."""
    query = {"query": '{ jockey(id: "00001") { name } }'}
    for _ in range(2):
        assert notes_client.post("/graphql", json=query).status_code == 200
    refused = notes_client.post("/graphql", json=query, headers={"x-api-key": "bad"})
    assert refused.status_code == 401
    assert "x-request-id" in refused.headers


def test_a_service_is_made_once_and_closed_with_the_application(core: Core) -> None:
    """Nothing is made before it is asked for; a test may give another in its place."""
    with TestClient(serve_core(core, core.settings)) as client:
        made = core.services.get(Notes)
        client.post("/notes", content="c")
        assert core.services.get(Notes) is made
        assert made.texts == ["c"]
    assert made.closed


def test_a_command_of_a_slice_is_listed_and_run() -> None:
    """Commands of slices stand among the others."""
    commands = Commands(slices=ALL)
    assert "note" in CliRunner().invoke(commands, ["--help"]).output
    assert CliRunner().invoke(commands, ["note", "d"]).output == "Noted: d\n"


def test_two_slices_with_one_root_field_are_refused() -> None:
    """The second would take the first one's place in silence."""
    query = load(NOTES.query)
    other = type("Other", (query,), {})
    with pytest.raises(ValueError, match="notes"):
        build_schema([query, other])


def test_the_list_of_slices_costs_no_import() -> None:
    """Reading the settings and the commands of all slices imports neither GraphQL nor HTTP nor any SDK."""
    code = (
        "import json, sys; from graphql_api.installed import read_settings; read_settings({})\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {"strawberry", "graphql", "starlette", "boto3", "botocore", "numpy", "sqlite3", "duckdb", "click"}
    assert not heavy & set(json.loads(output))


def test_an_application_imports_only_its_slices(tmp_path: Path) -> None:
    """Of a slice that an application does not have, it imports what the list of slices needs, and no more."""
    code = (
        "import json, sys; from dataclasses import replace; from example_slice.slice import SLICE\n"
        "from graphql_api.installed import read_settings; SLICE = replace(SLICE, extensions={})\n"
        "from graphql_api.app import create_core, serve_core\n"
        f"core = create_core(read_settings({{}}, (SLICE,), data={str(tmp_path)!r}), slices=(SLICE,))\n"
        "serve_core(core, core.settings, graphql_now=True)\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('graphql_api.jockeys.')]))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=TESTS, capture_output=True, text=True, check=True)
    assert set(json.loads(run.stdout)) == {"graphql_api.jockeys.slice", "graphql_api.jockeys.settings"}


def test_what_slices_name_is_there() -> None:
    """Every text that names something to import can be imported."""
    for each in SLICES:
        named = (
            each.query,
            each.mutation,
            each.routes,
            each.layer,
            each.holdings,
            each.scheduled,
            *each.extensions.values(),
            *each.jobs.values(),
            *each.commands.values(),
        )
        for where in filter(None, named):
            assert load(where)
    assert api_schema() is api_schema()
