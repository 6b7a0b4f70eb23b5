"""Bounds of slips, and what a request with them may cost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from conftest import serving
from graphql_api.store.sqlite import SqliteStore
from graphql_client import codes, data, run
from plain_server import Connection, written
from slips.slip_app import ADD, RACE_ID, READ, Clock, app_over, win


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Give a client of an empty store."""
    clock = Clock()
    with TestClient(app_over(SqliteStore(tmp_path / "store.sqlite3", clock), clock)) as opened:
        yield opened


def test_a_slip_holds_a_hundred_items(client: TestClient) -> None:
    """The next one is refused; the same bet is merged all the same."""
    slip = None
    tickets = [{"type": "EXACTA", "numbers": [a, b], "unitStake": 100} for a in range(1, 12) for b in range(1, 12)]
    distinct = [ticket for ticket in tickets if len(set(ticket["numbers"])) == 2][:101]  # type: ignore[call-overload]
    for ticket in distinct[:100]:
        slip = data(client, ADD, slip=slip, race=RACE_ID, ticket=ticket)["addToSlip"]["slip"]["id"]
    answer = run(client, ADD, slip=slip, race=RACE_ID, ticket=distinct[100])
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "at most 100 items" in answer["errors"][0]["message"]
    assert data(client, ADD, slip=slip, race=RACE_ID, ticket=distinct[0])["addToSlip"]["merged"]


def test_a_slip_costs_less_than_an_int_holds(client: TestClient) -> None:
    """By one item, by several, and by a raised stake."""
    slip = data(client, ADD, race=RACE_ID, ticket=win(1, 2_147_483_600))["addToSlip"]["slip"]["id"]
    for number in (1, 2):
        answer = run(client, ADD, slip=slip, race=RACE_ID, ticket=win(number, 100))
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert "The maximum is 2,147,483,647" in answer["errors"][0]["message"]
    assert data(client, READ, id=slip)["slip"]["total"] == 2_147_483_600


def test_one_request_cannot_change_slips_often(client: TestClient) -> None:
    """Fourteen times by default, of thirty root fields; nothing is done of what is refused."""
    slip = data(client, ADD, race=RACE_ID, ticket=win())["addToSlip"]["slip"]["id"]
    fields = [f'c{each}: clearSlip(slipId: "{slip}") {{ slip {{ version }} }}' for each in range(15)]
    assert codes(run(client, f"mutation {{ {' '.join(fields)} }}")) == ["QUERY_TOO_COMPLEX"]
    done = data(client, f"mutation {{ {' '.join(fields[:14])} }}")
    assert [each["slip"]["version"] for each in done.values()] == list(range(2, 16))


def test_ids_stand_in_no_log_line(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither those of paths nor those of errors; and no ticket."""
    slip = data(client, ADD, race=RACE_ID, ticket=win())["addToSlip"]["slip"]["id"]
    client.get(f"/cart/{slip}")
    client.delete(f"/cart/{slip}/items/none")
    client.get(f"/cart/{slip[:-1]}")
    client.get("/graphql", params={"query": READ, "variables": json.dumps({"id": slip})})
    lines = capsys.readouterr().out
    assert lines.count('"message":"request"') == 5
    assert slip[4:] not in lines
    assert slip[4:-1] not in lines
    assert '"path":"/cart/***"' in lines
    assert "WIN" not in lines


def test_get_cannot_change_a_slip(client: TestClient) -> None:
    """Links and prefetching never do."""
    slip = data(client, ADD, race=RACE_ID, ticket=win())["addToSlip"]["slip"]["id"]
    query = f'mutation {{ clearSlip(slipId: "{slip}") {{ slip {{ version }} }} }}'
    assert client.get("/graphql", params={"query": query}).status_code == 405


def test_a_mutation_sent_three_times_to_the_letter_runs_three_times(sample_data: Path, tmp_path: Path) -> None:
    """By the real server on one connection, whose shortest ways answer requests that repeat; a query is never kept."""
    added = f'addToSlip(slipId: $slip, raceId: "{RACE_ID}", ticket: {{ type: WIN, numbers: [7], unitStake: 100 }})'
    add = f"mutation Add($slip: ID) {{ {added} {{ slip {{ id version total }} }} }}"
    read = 'query Read($slip: ID!) { jockey(id: "00001") { name } slip(id: $slip) { id version total } }'
    with serving(sample_data, JOCKEY_STORE=str(tmp_path / "store.sqlite3")) as base:
        connection = Connection(int(base.rpartition(":")[2]))

        def ask(query: str, slip: str | None) -> Any:
            body = json.dumps({"query": query, "variables": {"slip": slip}}).encode()
            return json.loads(connection.ask(written("POST", "/graphql", body))[2])["data"]

        slip = ask(add, None)["addToSlip"]["slip"]["id"]
        for times in range(1, 4):
            changed = ask(add, slip)["addToSlip"]["slip"]
            assert changed == {"id": slip, "version": 1 + times, "total": 100 * (1 + times)}
            assert [ask(read, slip)["slip"] for _ in range(3)] == [changed] * 3
        connection.file.close()
        connection.socket.close()
