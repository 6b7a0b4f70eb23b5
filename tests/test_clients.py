"""GraphQL client libraries, each run by Node against a real server as its users run it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

from graphql_api.app import api_schema

ROOT = Path(__file__).parents[1]
CLIENTS = ROOT / "tests" / "clients"
PACKAGES = CLIENTS / "node_modules"
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="there is no node on the PATH")
needs_packages = pytest.mark.skipif(
    not (PACKAGES / "relay-compiler").exists(), reason="run `npm ci` in tests/clients first"
)


def node(*arguments: object, cwd: Path = CLIENTS) -> str:
    """Run a script by Node; what it prints on standard output."""
    command = [str(NODE), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(*arguments: object) -> dict[str, Any]:
    """Run a script that ends with a line of JSON."""
    answer: dict[str, Any] = json.loads(node(*arguments).splitlines()[-1])
    return answer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a client project's folder, with the installed packages in it."""
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    shutil.copytree(CLIENTS / "relay", tmp_path / "relay")
    for name in ("ride.graphql", "consumer.ts"):
        shutil.copy(CLIENTS / name, tmp_path)
    shutil.copy(ROOT / "schema.graphql", tmp_path)
    return tmp_path


@needs_node
@needs_packages
def test_apollo_client_normalises_rides_by_default(live_server: str) -> None:
    """Two queries of one ride make one cached object; the documented policies merge the parts without a warning."""
    answer = told("apollo.mjs", f"{live_server}/graphql")
    assert answer["normalised"] == ["__typename", "horseName", "id", "raceName"]
    assert answer["both"] == [True, True]
    assert answer["id"].startswith("00001:")
    assert answer["warnings"] == []


@needs_node
@needs_packages
def test_urql_normalises_with_the_documented_keys(live_server: str) -> None:
    """Graphcache answers a repeated query from its cache, and warns of no type without a key."""
    answer = told("urql.mjs", f"{live_server}/graphql")
    assert answer == {"error": None, "repeated": True, "same": True, "warnings": []}


@needs_node
@needs_packages
def test_relay_compiles_and_refetches(live_server: str, project: Path) -> None:
    """Refetchable fragments compile; a refetch finds the same record by ``node``, and a further page adds to it."""
    (project / "artifacts").mkdir()
    config = {"src": "./relay", "schema": "./schema.graphql", "language": "javascript", "eagerEsModules": True}
    (project / "relay.config.json").write_text(json.dumps({**config, "artifactDirectory": "./artifacts"}))
    node(PACKAGES / "relay-compiler" / "cli.js", cwd=project)
    answer = told("relay.mjs", f"{live_server}/graphql", project / "artifacts")
    assert answer == {"before": 2, "refetched": 2, "paged": 4, "warnings": []}


@needs_node
@needs_packages
def test_generated_types_are_strict(live_server: str, project: Path) -> None:
    """Code generation from the running service gives types under which items of ``nodes`` need no check for null."""
    types = {
        "plugins": ["typescript", "typescript-operations", "typed-document-node"],
        "config": {"scalars": {"Date": "string", "DateTime": "string"}},
    }
    config = {"schema": f"{live_server}/graphql", "documents": "ride.graphql", "generates": {"out/types.ts": types}}
    (project / "codegen.json").write_text(json.dumps(config))
    node(PACKAGES / "@graphql-codegen" / "cli" / "cjs" / "bin.js", "--config", "codegen.json", cwd=project)
    options = ["--strict", "--noEmit", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]
    node(PACKAGES / "typescript" / "bin" / "tsc", *options, "consumer.ts", cwd=project)


def test_every_type_without_an_id_is_listed_for_urql() -> None:
    """The keys of docs/clients.md name just the object types of the schema that have no id."""
    types = api_schema()._schema.type_map.values()
    parts = {
        each.name
        for each in types
        if isinstance(each, GraphQLObjectType) and "id" not in each.fields and not each.name.startswith(("__", "Query"))
    }
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    listed = page.partition("const parts = [")[2].partition("]")[0]
    assert {name.strip(' "\n') for name in listed.split(",")} - {""} == parts
