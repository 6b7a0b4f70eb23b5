"""What races cost those who ask for none."""

import json
import subprocess
import sys
from pathlib import Path

CODE = """
import json, sys
from starlette.testclient import TestClient
from graphql_api.app import create_core, serve_core
from graphql_api.installed import read_settings
from graphql_api.jockeys.slice import SLICE as JOCKEYS
from graphql_api.races.slice import SLICE as RACES

settings = read_settings({}, (JOCKEYS, RACES), data=sys.argv[1], log_level="ERROR")
core = create_core(settings, slices=(JOCKEYS, RACES))
with TestClient(serve_core(core, settings)) as client:
    assert client.get("/api/jockey/00001").status_code == 200
print(json.dumps([name for name in sys.modules if name.startswith("graphql_api.") or "." not in name]))
"""


def test_the_routes_of_jockeys_import_nothing_of_races(sample_data: Path) -> None:
    """But for the list of routes, with its description: no archive, no engine, no client of a bridge, no calendar."""
    command = [sys.executable, "-c", CODE, str(sample_data)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    imported = set(json.loads(output.splitlines()[-1]))
    ours = {name for name in imported if name.startswith("graphql_api.races.")}
    assert ours == {
        "graphql_api.races.ids",
        "graphql_api.races.openapi",
        "graphql_api.races.routes",
        "graphql_api.races.routes.operations",
        "graphql_api.races.routes.routes",
        "graphql_api.races.settings",
        "graphql_api.races.slice",
    }
    assert not {"graphql_api.archive.editions", "graphql_api.samples.calendar"} & imported
    assert not {"urllib3", "duckdb", "strawberry"} & imported
