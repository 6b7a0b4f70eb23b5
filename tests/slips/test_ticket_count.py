"""``ticketCount`` through HTTP."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_client import codes, data, run

COUNT = """query Count($ticket: TicketInput!, $runners: Int, $brackets: [Int!]) {
  ticketCount(ticket: $ticket, runners: $runners, brackets: $brackets) { combinations cost onSale list }
}"""


GUIDE = Path(__file__).parents[2] / "docs" / "tickets.md"


def test_the_example_of_the_guide(client: TestClient) -> None:
    """The query gives the answer that follows it."""
    blocks = dict(re.findall(r"```(graphql|json)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
    assert run(client, blocks["graphql"]) == json.loads(blocks["json"])


def counted(client: TestClient, **variables: Any) -> Any:
    """Count a ticket."""
    return data(client, COUNT, **variables)["ticketCount"]


def test_a_wheel_with_multi(client: TestClient) -> None:
    """The count, the cost, and the first page of what is covered."""
    ticket = {"type": "TRIFECTA", "method": "WHEEL", "axes": [7], "partners": [1, 2, 3], "multi": True}
    found = counted(client, ticket={**ticket, "unitStake": 200}, runners=16)
    expected = [list(each) for each in itertools.permutations([1, 2, 3, 7], 3) if 7 in each]
    assert found == {"combinations": 18, "cost": 3600, "onSale": True, "list": expected}


@pytest.mark.parametrize(
    ("more", "on_sale"),
    [({}, None), ({"runners": 8}, False), ({"runners": 9}, True), ({"brackets": [2, 1, 1]}, True)],
)
def test_on_sale_is_told_for_a_field_that_is_told(client: TestClient, more: dict[str, Any], on_sale: object) -> None:
    """Brackets are sold where one has two horses."""
    ticket = {"type": "BRACKET_QUINELLA", "numbers": [1, 2], "unitStake": 100}
    assert counted(client, ticket=ticket, **more)["onSale"] is on_sale


def test_pages_make_the_whole(client: TestClient) -> None:
    """Each page begins behind the last combination of the one before, until one is empty."""
    query = """query Page($after: [Int!]) {
      ticketCount(ticket: { type: TRIO, method: BOX, numbers: [1, 2, 3, 4, 5], unitStake: 100 }) {
        list(first: 4, after: $after)
      }
    }"""
    pages: list[list[list[int]]] = [[]]
    while page := data(client, query, after=pages[-1][-1] if pages[-1] else None)["ticketCount"]["list"]:
        pages.append(page)
    assert [len(page) for page in pages] == [0, 4, 4, 2]
    listed = [tuple(each) for page in pages for each in page]
    assert listed == list(itertools.combinations(range(1, 6), 3))


@pytest.mark.parametrize(
    ("ticket", "message"),
    [
        ({"type": "TRIO", "numbers": [1, 2]}, "TRIO STRAIGHT: takes exactly 3 horses, not 2."),
        ({"type": "WIN", "numbers": [1], "unitStake": 150}, "positive multiple of 100 yen"),
        ({"type": "WIN", "numbers": [1], "unitStake": 2_147_483_600, "legs": [[1]]}, "takes numbers, not legs"),
        ({"type": "QUINELLA", "method": "BOX", "numbers": [1, 2, 3], "unitStake": 10**9}, "3,000,000,000 yen"),
    ],
)
def test_a_broken_rule_is_bad_user_input(client: TestClient, ticket: dict[str, Any], message: str) -> None:
    """The error tells the rule."""
    answer = run(client, COUNT, ticket={"unitStake": 100, **ticket})
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert message in answer["errors"][0]["message"]


@pytest.mark.parametrize("stake", [True, 100.5, "100", None])
def test_a_stake_of_another_type_is_refused(client: TestClient, stake: object) -> None:
    """What is no whole number does not come as far as the rules."""
    answer = run(client, COUNT, ticket={"type": "WIN", "numbers": [1], "unitStake": stake})
    assert codes(answer) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("first", [-1, 1001])
def test_a_page_is_bounded(client: TestClient, first: int) -> None:
    """``first`` has the bounds of every other page."""
    ticket = "{ type: WIN, numbers: [1], unitStake: 100 }"
    answer = run(client, f"{{ ticketCount(ticket: {ticket}) {{ list(first: {first}) }} }}")
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "from 0 to 1000" in answer["errors"][0]["message"]


def test_a_list_costs_what_it_asks_for(client: TestClient) -> None:
    """The cost counts the combinations that are asked for, and what the ticket holds."""

    def cost(first: int) -> int:
        ticket = "{ type: TRIFECTA, method: BOX, numbers: [1, 2, 3], unitStake: 100 }"
        query = f"{{ ticketCount(ticket: {ticket}) {{ list(first: {first}) }} }}"
        body = {"query": query, "extensions": {"cost": True}}
        return client.post("/graphql", json=body).json()["extensions"]["cost"]["requested"]

    assert cost(1000) - cost(100) == 900
    assert cost(100) > 1000


def test_many_long_lists_leave_the_event_loop(client: TestClient) -> None:
    """A hundred lists from the end of a full gate are more work than the loop allows, and are answered all the same."""
    lists = " ".join(f"l{number}: list(first: 1, after: [18, 17, 15])" for number in range(100))
    ticket = f"{{ type: TRIFECTA, method: BOX, numbers: {list(range(1, 19))}, unitStake: 100 }}"
    found = data(client, f"{{ ticketCount(ticket: {ticket}) {{ combinations {lists} }} }}")["ticketCount"]
    assert found.pop("combinations") == 4896
    assert all(each == [[18, 17, 16]] for each in found.values())


def test_beside_a_jockey_it_is_kept_with_the_answer(client: TestClient) -> None:
    """It depends on nothing but its arguments: an answer with a jockey may be cached as before."""
    ticket = "{ type: WIN, numbers: [1], unitStake: 100 }"
    query = f'{{ jockey(id: "00001") {{ id }} ticketCount(ticket: {ticket}) {{ cost }} }}'
    response = client.get("/graphql", params={"query": query})
    assert json.loads(response.content)["data"]["ticketCount"] == {"cost": 100}
    assert "etag" in response.headers
    assert client.get("/graphql", params={"query": query}).headers["age"] == "0"
