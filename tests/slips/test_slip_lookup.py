"""Slips over real sources of races: riders' files with their index, and a bridge."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_client import data
from races.bridge import bridge_server
from races.files import MAIN, index, mount, served, write
from slips.slip_app import ADD, BRIDGE_ID, win

TOLD = """query Told($id: ID!) { slip(id: $id) { items {
  raceId raceName warnings { code } estimatedReturn { min max } settlement { won refund yen reason }
} } }"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the files of a race's three riders, and their index."""
    path = tmp_path / "data"
    path.mkdir()
    rides = {f"0000{number}": [mount(number, str(number), 単勝=f"{number}.4")] for number in (1, 2, 3)}
    write(path, rides)
    index(path)
    return path


def told(client: TestClient, race: str, ticket: dict[str, Any]) -> Any:
    """Put a ticket on a slip and read what is told of it."""
    slip = data(client, ADD, race=race, ticket=ticket)["addToSlip"]["slip"]["id"]
    return data(client, TOLD, id=slip)["slip"]["items"][0]


@pytest.mark.parametrize("race", [MAIN, BRIDGE_ID])
def test_a_past_race_is_settled_by_the_riders_files(folder: Path, tmp_path: Path, race: str) -> None:
    """By either id; the race is closed, and the winner's final odds tell what it paid."""
    with served(folder, STORE=str(tmp_path / "store.sqlite3")) as client:
        found = told(client, race, win(1, 500))
        quinella = told(client, race, {"type": "QUINELLA", "numbers": [1, 2], "unitStake": 100})
    assert found["raceId"] == MAIN
    assert "RACE_CLOSED" in [each["code"] for each in found["warnings"]]
    assert found["settlement"] == {"won": [[1]], "refund": 0, "yen": 700, "reason": None}
    assert quinella["settlement"] == {"won": [[1, 2]], "refund": 0, "yen": None, "reason": "PAYOUT_UNKNOWN"}


def test_without_an_index_no_race_is_known(tmp_path: Path) -> None:
    """A slip can be filled all the same."""
    with served(tmp_path, STORE=str(tmp_path / "store.sqlite3")) as client:
        found = told(client, MAIN, win(1))
    assert found["warnings"] == [{"code": "RACE_UNKNOWN"}]


def test_a_coming_race_of_a_bridge(tmp_path: Path) -> None:
    """Odds estimate a return, and a scratched horse is warned of; a bridge that fails is a race that is not known."""
    store = str(tmp_path / "store.sqlite3")
    with (
        bridge_server() as bridge,
        served(tmp_path, RACES_PROVIDER="jravan", JRAVAN_URL=bridge.url, RACES_TTL="0", STORE=store) as client,
    ):
        known = told(client, "20260405_06_11", win(1, 200))
        scratched = told(client, "20260405_06_11", win(3))
        bridge.faults.extend([500] * 20)
        failing = told(client, "20260405_43_01", win(1))
    assert known["raceId"] == "202606030411"
    assert known["raceName"] == "架空ステークス"
    assert known["estimatedReturn"] == {"min": 700, "max": 700}
    assert "HORSE_SCRATCHED" in [each["code"] for each in scratched["warnings"]]
    assert failing["warnings"] == [{"code": "RACE_UNKNOWN"}]
