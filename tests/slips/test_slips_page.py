"""The guide to slips: a race day of the fictional calendar, answered to the letter; and every type exact to the yen."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_core, serve_core
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.races.live import LiveCards
from graphql_api.races.mock import SEED, FictionalRacing, MockCards
from graphql_api.samples.calendar import Calendar
from graphql_api.services import Services
from graphql_api.slips.service import Slips
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from graphql_client import data
from slips.slip_app import ADD, DAY, PATIENCE, Clock

GUIDE = Path(__file__).parents[2] / "docs" / "slips.md"
RACE = "202505030711"
RACE_DAY = date(2025, 6, 28)

SETTLED = """query Settled($slip: ID!) { slip(id: $slip) { items {
  type unitStake cost settlement { won refund yen reason }
} } }"""


class RaceDay:
    """A client on the race day, and its clock."""

    def __init__(self, client: TestClient, clock: Clock) -> None:
        """Hold both."""
        self.client = client
        self.clock = clock

    def at(self, hour: int, minute: int = 0) -> None:
        """Set the clock."""
        self.clock.now = datetime(2025, 6, 28, hour, minute, tzinfo=JST)


@pytest.fixture
def day(tmp_path: Path) -> Iterator[RaceDay]:
    """Serve slips beside the calendar, at noon."""
    clock = Clock()
    settings = read_settings({"JOCKEY_RACES_PROVIDER": "mock", "JOCKEY_RACES_TTL": "0"}, data=str(tmp_path))
    core = create_core(settings)
    store = Store(SqliteStore(tmp_path / "store.sqlite3", clock), PATIENCE)
    live = LiveCards(MockCards(FictionalRacing(Calendar(SEED), clock.moment)), settings)
    given = {Store: store, Slips: Slips(store, DAY, clock.moment), LiveCards: live}
    served = replace(core, services=Services(settings, core.services.storage, given))
    with TestClient(serve_core(served, settings)) as client:
        race_day = RaceDay(client, clock)
        race_day.at(12)
        yield race_day


def test_the_race_day_of_the_guide(day: RaceDay) -> None:
    """A box, a wheel and a formation, their total, and what they came to: each answer as it is printed."""
    blocks = re.findall(r"```(graphql|json)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    asked = [text for kind, text in blocks if kind == "graphql"]
    printed = [json.loads(text) for kind, text in blocks if kind == "json"]
    slip = data(day.client, asked[0])["addToSlip"]["slip"]["id"]
    data(day.client, asked[1], slip=slip)
    assert data(day.client, asked[2], slip=slip)["addToSlip"] == printed[0]
    day.at(15, 35)
    assert data(day.client, asked[3], slip=slip)["slip"] == printed[1]


def test_every_type_is_exact_to_the_yen(day: RaceDay) -> None:
    """A ticket on all horses wins what the payouts of its type come to, times its stake."""
    tickets: list[dict[str, Any]] = []
    for kind in BetType:
        if kind in {BetType.WIN, BetType.PLACE}:
            tickets.append({"type": kind.name, "method": "FORMATION", "legs": [list(range(1, 18))]})
        else:
            numbers = range(1, 9 if kind is BetType.BRACKET_QUINELLA else 18)
            tickets.append({"type": kind.name, "method": "BOX", "numbers": list(numbers)})
    slip = None
    for ticket in tickets:
        added = data(day.client, ADD, slip=slip, race=RACE, ticket={**ticket, "unitStake": 300})
        slip = added["addToSlip"]["slip"]["id"]
    day.at(16)
    calendar = Calendar(SEED)
    race = next(race for race in calendar.races(RACE_DAY) if race.id == RACE)
    items = data(day.client, SETTLED, slip=slip)["slip"]["items"]
    for item, kind in zip(items, BetType, strict=True):
        paid = [payout for payout in calendar.payouts(race) if payout.bet_type is kind]
        assert paid
        assert item["settlement"] == {
            "won": sorted(list(payout.combination) for payout in paid),
            "refund": 0,
            "yen": 3 * sum(payout.yen for payout in paid),
            "reason": None,
        }


def test_a_race_tells_of_its_bets(day: RaceDay) -> None:
    """By itself, and of an item of a slip: what is sold, and once there is a result what it paid."""
    shown = "{ id ticketsOnSale payouts { type combination yen } }"
    ask = f'{{ race(id: "{RACE}") {shown} }}'
    assert data(day.client, ask)["race"] == {
        "id": RACE,
        "ticketsOnSale": [kind.name for kind in BetType],
        "payouts": [],
    }
    ticket = {"type": "WIN", "numbers": [5], "unitStake": 100}
    slip = data(day.client, ADD, race=RACE, ticket=ticket)["addToSlip"]["slip"]["id"]
    day.at(16)
    race = data(day.client, ask)["race"]
    assert {"type": "EXACTA", "combination": [5, 14], "yen": 1850} in race["payouts"]
    of_item = f"query Race($slip: ID!) {{ slip(id: $slip) {{ items {{ race {shown} }} }} }}"
    assert data(day.client, of_item, slip=slip)["slip"]["items"] == [{"race": race}]
