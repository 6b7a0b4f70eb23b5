"""``graphql-api odds``, and what the slice costs those who do not use it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from odds_day import DAY, Wall, no_pause, race_day

from graphql_api.cli.commands import commands
from graphql_api.installed import SLICES, read_settings
from graphql_api.odds.updates import OddsUpdates
from graphql_api.slices import load
from graphql_api.store.sqlite import SqliteStore

MAIN_RACE = "20250628_05_11"


def run(monkeypatch: pytest.MonkeyPatch, *words: str, **environ: str) -> Result:
    """Run the command with some settings."""
    for name, value in environ.items():
        monkeypatch.setenv(f"JOCKEY_{name}", value)
    return CliRunner().invoke(commands, ["odds", *words])


def test_updating_has_to_be_turned_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the settings; nothing is made."""
    store = tmp_path / "store.sqlite3"
    result = run(monkeypatch, "update", "--data", str(tmp_path), STORE=str(store), RACES_PROVIDER="mock")
    assert result.exit_code == 2
    assert "JOCKEY_ODDS_UPDATES=true" in result.output
    assert not store.exists()


def test_one_run_is_told_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the fictional calendar as it is now: all races of today, whatever the time."""
    environ = {"STORE": str(tmp_path / "store.sqlite3"), "RACES_PROVIDER": "mock", "ODDS_UPDATES": "true"}
    result = run(monkeypatch, "update", "--all", "--data", str(tmp_path), **environ, LOG_LEVEL="ERROR")
    told = json.loads(result.stdout)
    assert told["due"] == told["stored"]
    assert told["failed"] == 0


def test_stored_odds_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To win and for a place; a race without odds, and what is no id, are refused."""
    wall = Wall(12, 0)
    path = tmp_path / "store.sqlite3"
    day = race_day(tmp_path, wall, SqliteStore(path, wall.seconds))
    kept = int(time.time())  # the command looks by the clock of the machine
    day.services._made[OddsUpdates] = OddsUpdates(day.source, day.store, kept, now=wall, pause=no_pause)
    day.update()
    lines = run(monkeypatch, "show", MAIN_RACE, STORE=str(path)).stdout.splitlines()
    assert lines[0] == f"{MAIN_RACE}  OPEN  as of {DAY.isoformat()} 12:00:00 JST"
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"]
    assert run(monkeypatch, "show", "20250628_06_01").exit_code == 1
    assert run(monkeypatch, "show", "BTC").exit_code == 2


CODE = """
import json, sys
from starlette.testclient import TestClient
from graphql_api.app import create_core, serve_core
from graphql_api.installed import read_settings

settings = read_settings({}, data=sys.argv[1], store=sys.argv[2], log_level="ERROR")
with TestClient(serve_core(create_core(settings), settings)) as client:
    assert client.get("/api/jockey/00001").status_code == 200
    plain = sorted(sys.modules)
    found = client.post("/graphql", json={"query": '{ jockey(id: "00001") { name } oddsMovers { change } }'}).json()
    assert found["data"]["oddsMovers"] == [], found
print(json.dumps([plain, sorted(sys.modules)]))
"""


def test_who_does_not_use_odds_imports_nothing_of_them(sample_data: Path, tmp_path: Path) -> None:
    """The routes' descriptions; with GraphQL the types and what reads, and never what updates, nor a store's file."""
    store = tmp_path / "state" / "store.sqlite3"
    command = [sys.executable, "-c", CODE, str(sample_data), str(store)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    plain, graphql = (set(names) for names in json.loads(output.splitlines()[-1]))
    ours = {name.removeprefix("graphql_api.odds.") for name in plain if name.startswith("graphql_api.odds.")}
    assert ours == {"model", "routes", "routes.operations", "routes.routes", "settings", "slice"}
    updating = {f"graphql_api.odds.{name}" for name in ("updates", "job", "book", "lease", "choice", "mock", "jravan")}
    assert not updating & graphql
    others = {"graphql_api.jobs.schedules", "graphql_api.samples.calendar", "graphql_api.store.sqlite", "urllib3"}
    assert not others & graphql
    assert not {"boto3", "sqlite3", "duckdb"} & graphql
    assert not store.parent.exists()


def test_the_slice_is_installed_with_its_schedule() -> None:
    """A run a minute, where an operator wants it."""
    (odds,) = [each for each in SLICES if each.name == "odds"]
    assert odds.schedules == {"update-odds": "rate(1 minute)"}
    wanted = load(odds.scheduled)
    assert not wanted(read_settings({"JOCKEY_RACES_PROVIDER": "mock"}))
    assert not wanted(read_settings({"JOCKEY_ODDS_UPDATES": "true"}))
    assert wanted(read_settings({"JOCKEY_RACES_PROVIDER": "mock", "JOCKEY_ODDS_UPDATES": "true"}))
