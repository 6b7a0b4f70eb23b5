"""The cart: slips by plain HTTP, in the shapes of the API that came before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from graphql_api.store.sqlite import SqliteStore
from graphql_client import data
from slips.slip_app import ADD, BRIDGE_ID, RACE_ID, READ, Clock, ToldRaces, app_over, coming

ITEM = {
    "race_id": BRIDGE_ID,
    "race_name": "第58回スプリンターズS",
    "bet_type": "win",
    "horse_numbers": [7],
    "amount": 100,
}


@pytest.fixture
def races() -> ToldRaces:
    """Know no race at first."""
    return ToldRaces({})


@pytest.fixture
def client(tmp_path: Path, races: ToldRaces) -> Iterator[TestClient]:
    """Give a client of an empty store."""
    clock = Clock()
    with TestClient(app_over(SqliteStore(tmp_path / "store.sqlite3", clock), clock, races)) as opened:
        yield opened


def check(client: TestClient, name: str, value: Any) -> None:
    """Hold an answer to a schema of the document."""
    components = client.get("/openapi.json").json()["components"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    Draft202012Validator(schema).validate(value)


def test_a_cart_is_filled_read_and_emptied(client: TestClient) -> None:
    """Each answer has the shape that was published, and nothing is to be kept."""
    added = client.post("/cart/items", json=ITEM)
    assert added.status_code == 201
    check(client, "CartAdded", added.json())
    cart = added.json()["cart_id"]
    assert added.json() == {"cart_id": cart, "item_id": added.json()["item_id"], "item_count": 1, "total_amount": 100}
    more = client.post("/cart/items", json={**ITEM, "cart_id": cart, "bet_type": "exacta", "horse_numbers": [7, 2]})
    assert more.json()["total_amount"] == 200
    read = client.get(f"/cart/{cart}")
    check(client, "Cart", read.json())
    assert read.headers["cache-control"] == "no-store"
    assert [(each["bet_type"], each["horse_numbers"]) for each in read.json()["items"]] == [
        ("win", [7]),
        ("exacta", [7, 2]),
    ]
    assert read.json()["items"][0]["race_name"] == ITEM["race_name"]
    removed = client.delete(f"/cart/{cart}/items/{more.json()['item_id']}")
    check(client, "CartChanged", removed.json())
    assert removed.json() == {"success": True, "item_count": 1, "total_amount": 100}
    assert client.delete(f"/cart/{cart}").json() == {"success": True, "item_count": 0, "total_amount": 0}
    empty = client.get(f"/cart/{cart}").json()
    assert empty == {"cart_id": cart, "items": [], "total_amount": 0, "is_empty": True}


@pytest.mark.parametrize("race_id", [BRIDGE_ID, "202409290611", "2024092906040911"])
def test_race_ids_are_those_of_a_bridge(client: TestClient, races: ToldRaces, race_id: str) -> None:
    """Twelve digits are never taken as netkeiba's; where the race is known, both ways name the same one."""
    races.races = {RACE_ID: coming()}
    cart = client.post("/cart/items", json={**ITEM, "race_id": race_id}).json()["cart_id"]
    slip = data(client, READ, id=cart)["slip"]
    assert slip["items"][0]["raceId"] == RACE_ID
    assert slip["items"][0]["raceName"] == "スプリンターズS"
    merged = data(client, ADD, slip=cart, race=RACE_ID, ticket={"type": "WIN", "numbers": [7], "unitStake": 100})
    assert merged["addToSlip"]["merged"]


def test_a_race_of_nar_has_the_bridges_id_again(client: TestClient) -> None:
    """Netkeiba's id tells its day."""
    cart = client.post("/cart/items", json={**ITEM, "race_id": "20240929_44_01"}).json()["cart_id"]
    assert data(client, READ, id=cart)["slip"]["items"][0]["raceId"] == "202444092901"
    assert client.get(f"/cart/{cart}").json()["items"][0]["race_id"] == "20240929_44_01"


def test_items_of_graphql_are_shown_with_their_whole_cost(client: TestClient) -> None:
    """So that the amounts make the total."""
    box = {"type": "TRIO", "method": "BOX", "numbers": [1, 2, 3, 4], "unitStake": 200}
    brackets = {"type": "BRACKET_QUINELLA", "numbers": [5, 5], "unitStake": 100}
    cart = data(client, ADD, race=RACE_ID, ticket=box)["addToSlip"]["slip"]["id"]
    data(client, ADD, slip=cart, race=RACE_ID, ticket=brackets)
    shown = client.get(f"/cart/{cart}").json()
    check(client, "Cart", shown)
    assert [(each["amount"], each["combinations"]) for each in shown["items"]] == [(800, 4), (100, 1)]
    assert [each["horse_numbers"] for each in shown["items"]] == [[1, 2, 3, 4], [5, 5]]
    assert shown["total_amount"] == 900


@pytest.mark.parametrize(
    "change",
    [
        {"race_id": None},
        {"race_id": "x"},
        {"race_id": 5},
        {"bet_type": "win5"},
        {"bet_type": None},
        {"horse_numbers": "7"},
        {"horse_numbers": []},
        {"horse_numbers": [7, 7]},
        {"horse_numbers": [True]},
        {"amount": 150},
        {"amount": 100.0},
        {"amount": True},
        {"amount": "100"},
        {"amount": -100},
        {"race_name": 5},
        {"cart_id": 5},
    ],
)
def test_what_is_not_of_its_form_is_400(client: TestClient, change: dict[str, Any]) -> None:
    """With the one code of bad requests, and a message."""
    answer = client.post("/cart/items", json={**ITEM, **change})
    assert answer.status_code == 400, answer.json()
    check(client, "CodedError", answer.json())
    assert answer.json()["error"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b'{"a": NaN}', 400), (b" " * 300_000, 413)])
def test_bodies_that_cannot_be_read(client: TestClient, body: bytes, status: int) -> None:
    """They are read as strictly as those of GraphQL."""
    answer = client.post("/cart/items", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "code"}


def test_other_media_types_are_415(client: TestClient) -> None:
    """A page of another origin cannot send what takes no preflight."""
    answer = client.post("/cart/items", content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_what_is_not_there_is_404(client: TestClient) -> None:
    """Carts and items."""
    cart = client.post("/cart/items", json=ITEM).json()["cart_id"]
    answers = [
        client.get("/cart/cap_0000000000000000000000"),
        client.delete("/cart/nothing"),
        client.delete(f"/cart/{cart}/items/nothing"),
        client.post("/cart/items", json={**ITEM, "cart_id": "nothing"}),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "NOT_FOUND"


def test_pages_of_other_origins_may_delete(client: TestClient) -> None:
    """The preflight names the methods of the path."""
    asked = {"origin": "https://example.org", "access-control-request-method": "DELETE"}
    for path in ("/cart/x", "/cart/x/items/y"):
        assert "DELETE" in client.options(path, headers=asked).headers["access-control-allow-methods"]
    assert client.options("/cart/items", headers=asked).status_code in {200, 400}


def test_a_long_name_is_cut(client: TestClient) -> None:
    """What clients tell is bounded."""
    cart = client.post("/cart/items", json={**ITEM, "race_name": "あ" * 1_000}).json()["cart_id"]
    assert len(client.get(f"/cart/{cart}").json()["items"][0]["race_name"]) == 60
