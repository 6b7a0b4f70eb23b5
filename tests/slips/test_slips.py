"""Slips by GraphQL: one suite over SQLite and DynamoDB."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from starlette.testclient import TestClient

from graphql_api.capabilities import is_capability, stored_name
from graphql_api.store.protocol import ItemStore
from graphql_client import codes, data, run
from slips.slip_app import ADD, DAY, OTHER_ID, PATIENCE, RACE_ID, READ, Clock, ToldRaces, app_over, coming, win

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

CHANGE = """mutation Change($slip: ID!, $item: ID!, $stake: Int!, $version: Int, $request: ID) {
  changeSlipItem(slipId: $slip, itemId: $item, unitStake: $stake, expectedVersion: $version, clientRequestId: $request)
  { slip { version total } item { unitStake cost } merged }
}"""
REMOVE = """mutation Remove($slip: ID!, $item: ID!, $version: Int, $request: ID) {
  removeFromSlip(slipId: $slip, itemId: $item, expectedVersion: $version, clientRequestId: $request) {
    slip { version itemCount } item { id }
  }
}"""
CLEAR = """mutation Clear($slip: ID!, $version: Int) {
  clearSlip(slipId: $slip, expectedVersion: $version) { slip { version itemCount total items { id } } }
}"""


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
def store(make_store: "Make", clock: Clock) -> ItemStore:
    """Give an empty store."""
    return make_store(clock)


@pytest.fixture
def client(store: ItemStore, clock: Clock) -> Iterator[TestClient]:
    """Give a client of slips in the store; one race is known."""
    with TestClient(app_over(store, clock, ToldRaces({RACE_ID: coming()}))) as opened:
        yield opened


def add(client: TestClient, slip: str | None = None, ticket: dict[str, Any] | None = None, **more: Any) -> Any:
    """Add a ticket that has to be taken."""
    return data(client, ADD, **{"slip": slip, "race": RACE_ID, "ticket": ticket or win(), **more})["addToSlip"]


def test_a_slip_is_made_and_read(client: TestClient, store: ItemStore) -> None:
    """Its id is a capability, which the store does not know; any item tells what it covers."""
    box = {"type": "TRIO", "method": "BOX", "numbers": [4, 1, 3, 2], "unitStake": 300}
    added = add(client, ticket=box)
    slip = added["slip"]
    assert is_capability(slip["id"])
    assert slip["items"] == [
        {
            "id": added["item"]["id"],
            "raceId": RACE_ID,
            "raceName": "スプリンターズS",
            "type": "TRIO",
            "method": "BOX",
            "legs": [[1, 2, 3, 4]] * 3,
            "multi": False,
            "combinations": 4,
            "unitStake": 300,
            "cost": 1200,
        }
    ]
    assert (slip["version"], slip["total"], slip["itemCount"], added["merged"]) == (1, 1200, 1, False)
    assert data(client, READ, id=slip["id"])["slip"] == slip
    kept = store.query(f"SLIP#{stored_name(slip['id'])}").items
    assert len(kept) == 1
    assert slip["id"] not in str(kept)


def test_the_same_bet_is_merged(client: TestClient) -> None:
    """However it is written; another race, type or order is another bet."""
    slip = add(client, ticket={"type": "QUINELLA", "numbers": [1, 2], "unitStake": 100})["slip"]["id"]
    for same in (
        {"numbers": [2, 1]},
        {"method": "BOX", "numbers": [1, 2]},
        {"method": "FORMATION", "legs": [[2], [1]]},
    ):
        again = add(client, slip, {"type": "QUINELLA", "unitStake": 200, **same})
        assert again["merged"]
    assert again["item"]["unitStake"] == 700
    assert again["slip"]["itemCount"] == 1
    for other in ({"type": "EXACTA", "numbers": [1, 2]}, {"type": "EXACTA", "numbers": [2, 1]}):
        assert not add(client, slip, {"unitStake": 100, **other})["merged"]
    other_race = add(client, slip, {"type": "QUINELLA", "numbers": [1, 2], "unitStake": 100}, race=OTHER_ID)
    assert not other_race["merged"]
    assert other_race["slip"]["itemCount"] == 4


def test_stakes_change_and_items_go(client: TestClient) -> None:
    """Each change raises the version by one."""
    first = add(client)
    slip, item = first["slip"]["id"], first["item"]["id"]
    add(client, slip, win(8))
    changed = data(client, CHANGE, slip=slip, item=item, stake=1000)["changeSlipItem"]
    assert changed == {
        "slip": {"version": 3, "total": 1100},
        "item": {"unitStake": 1000, "cost": 1000},
        "merged": False,
    }
    removed = data(client, REMOVE, slip=slip, item=item)["removeFromSlip"]
    assert removed == {"slip": {"version": 4, "itemCount": 1}, "item": None}
    cleared = data(client, CLEAR, slip=slip)["clearSlip"]["slip"]
    assert cleared == {"version": 5, "itemCount": 0, "total": 0, "items": []}
    assert codes(run(client, REMOVE, slip=slip, item=item)) == ["NOT_FOUND"]
    assert data(client, READ, id=slip)["slip"]["version"] == 5


def test_a_change_of_another_version_is_a_conflict(client: TestClient) -> None:
    """Nothing is changed by it."""
    first = add(client)
    slip, item = first["slip"]["id"], first["item"]["id"]
    assert add(client, slip, win(8), version=1)["slip"]["version"] == 2
    for query, more in ((CHANGE, {"item": item, "stake": 200}), (REMOVE, {"item": item}), (CLEAR, {})):
        answer = run(client, query, slip=slip, version=1, **more)
        assert codes(answer) == ["CONFLICT"]
        assert "version 2, not 1" in answer["errors"][0]["message"]
    answer = run(client, ADD, slip=slip, race=RACE_ID, ticket=win(9), version=1)
    assert codes(answer) == ["CONFLICT"]
    assert data(client, READ, id=slip)["slip"]["version"] == 2


def test_a_request_that_is_sent_again_is_done_once(client: TestClient) -> None:
    """It answers with the slip as it is now; what it did is told again, though its version has gone by."""
    slip = add(client)["slip"]["id"]
    first = add(client, slip, request="my-2", version=1)
    assert first["merged"]
    add(client, slip, win(8))
    again = add(client, slip, request="my-2", version=1)
    assert (again["item"], again["merged"]) == (first["item"], True)
    assert (again["slip"]["version"], again["slip"]["total"]) == (3, 300)
    item = first["item"]["id"]
    for _ in range(2):
        assert data(client, REMOVE, slip=slip, item=item, request="my-3")["removeFromSlip"]["slip"]["version"] == 4


def test_the_same_request_id_for_another_request_is_refused(client: TestClient) -> None:
    """A client that counts wrongly is told."""
    slip = add(client)["slip"]["id"]
    add(client, slip, win(8), request="1")
    answer = run(client, ADD, slip=slip, race=RACE_ID, ticket=win(9), request="1")
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert data(client, READ, id=slip)["slip"]["version"] == 2


def test_a_slip_is_made_once_by_a_random_request_id(client: TestClient) -> None:
    """The id has to be unguessable, since it leads to the slip."""
    request = str(uuid.uuid4())
    first = add(client, request=request)
    assert add(client, request=request) == first
    assert add(client, request=str(uuid.uuid4()))["slip"]["id"] != first["slip"]["id"]
    for weak in ("1", "00000000-0000-0000-0000-000000000001", "x" * 101):
        assert codes(run(client, ADD, race=RACE_ID, ticket=win(), request=weak)) == ["BAD_USER_INPUT"]


def test_a_slip_expires_a_day_after_its_last_change(client: TestClient, clock: Clock) -> None:
    """Then it is as if it had never been."""
    slip = add(client)["slip"]["id"]
    clock.now += timedelta(seconds=DAY - 10)
    add(client, slip, win(8))
    clock.now += timedelta(seconds=DAY - 10)
    assert data(client, READ, id=slip)["slip"]["itemCount"] == 2
    clock.now += timedelta(seconds=20)
    assert data(client, READ, id=slip)["slip"] is None
    assert codes(run(client, CLEAR, slip=slip)) == ["NOT_FOUND"]


@pytest.mark.parametrize("slip", ["", "1", "cap_0000000000000000000000", "cap_../../etc/passwd", "SLIP#1"])
def test_an_id_that_nobody_was_given_is_no_slip(client: TestClient, slip: str) -> None:
    """Whatever its form."""
    assert data(client, READ, id=slip)["slip"] is None
    assert codes(run(client, ADD, slip=slip, race=RACE_ID, ticket=win())) == ["NOT_FOUND"]


@pytest.mark.parametrize("with_version", [False, True])
def test_no_change_is_lost_among_50_clients(store: ItemStore, clock: Clock, *, with_version: bool) -> None:
    """Each of them is either told that others came first, or its stake is on the slip."""
    app = app_over(store, clock)

    async def post(client: httpx2.AsyncClient, query: str, **variables: Any) -> Any:
        answer = await client.post("/graphql", json={"query": query, "variables": variables}, timeout=PATIENCE)
        return answer.json()

    async def main() -> tuple[list[Any], Any]:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            slip = (await post(client, ADD, race=RACE_ID, ticket=win()))["data"]["addToSlip"]["slip"]["id"]
            version = 1 if with_version else None
            more = {"slip": slip, "race": RACE_ID, "ticket": win(), "version": version}
            answers = await asyncio.gather(*(post(client, ADD, **more) for _ in range(50)))
            return answers, (await post(client, READ, id=slip))["data"]["slip"]

    answers, slip = asyncio.run(main())
    done = [answer for answer in answers if "errors" not in answer]
    refused = [code for answer in answers if "errors" in answer for code in codes(answer)]
    assert set(refused) <= {"CONFLICT"}
    assert len(done) + len(refused) == 50
    assert slip["items"][0]["unitStake"] == 100 * (1 + len(done))
    assert slip["version"] == 1 + len(done)
    if with_version:
        assert len(done) == 1
    else:
        assert len(done) >= 10
