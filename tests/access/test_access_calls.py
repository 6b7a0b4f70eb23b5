"""One call to the store a request at most, whatever it costs and whether or not its key is in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graphql_api.access.account import CHECK_SECONDS
from graphql_api.access.rates import MINUTE
from graphql_api.access.records import key_of
from graphql_api.store.rate_limits import Draw
from keyed import VIEWER, Served, served

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

ALL = {"query": '{ jockey(id: "00001") { records { nodes { date raceName horseName } } } }'}
RIDES = 'j{}: jockey(id: "00001") {{ records(first: 50) {{ nodes {{ date raceName }} }} }}'
DEAR = {"query": f"{{ {' '.join(RIDES.format(number) for number in range(40))} }}"}
ROWS = "/api/jockey/00001"
ITEM = {"race_id": "20240929_06_11", "race_name": "a", "bet_type": "win", "horse_numbers": [7], "amount": 100}
Ask = Callable[[Served, dict[str, str]], Any]

READS: dict[str, Ask] = {
    "small": lambda app, key: app.ask(key),
    "operation": lambda app, key: app.client.post("/graphql", json=ALL, headers=key),
    "dear": lambda app, key: app.client.post("/graphql", json=DEAR, headers=key),
    "get": lambda app, key: app.client.get("/graphql", params=ALL, headers=key),
    "rows": lambda app, key: app.client.get(ROWS + "?limit=150", headers=key),
    "kept rows": lambda app, key: app.client.get(ROWS + "?limit=150", headers=key),
    "held rows": lambda app, key: app.client.get(ROWS, headers={**key, "If-None-Match": "*"}),
    "table": lambda app, key: app.client.get(ROWS + ".csv", headers=key),
    "viewer": lambda app, key: app.client.post("/graphql", json=VIEWER, headers=key),
}
CHANGES: dict[str, Ask] = {
    "add": lambda app, key: app.client.post("/cart/items", json=ITEM, headers=key),
    "clear": lambda app, key: app.client.delete("/cart/none", headers=key),
    "remove": lambda app, key: app.client.delete("/cart/none/items/1", headers=key),
    "ask": lambda app, key: app.client.post("/generate", json={}, headers=key),
    "start": lambda app, key: app.client.post("/consultations", json={}, headers=key),
    "send": lambda app, key: app.client.post("/consultations/none/messages", json={"content": "a"}, headers=key),
    "end": lambda app, key: app.client.delete("/consultations/none", headers=key),
}


@pytest.fixture
def app(sample_data: Path, tmp_path: Path, make_store: "Make") -> Iterator[Served]:
    """Serve with keys required, over each kind of store."""
    with served(sample_data, tmp_path, patience=60.0, make=make_store, jockey_request_timeout="300") as made:
        yield made


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the updates of DynamoDB that draw from limits."""
    from botocore.client import BaseClient

    made: list[str] = []
    call = BaseClient._make_api_call

    def counted(self: Any, name: str, arguments: Any) -> Any:
        if name == "UpdateItem" and arguments["Key"]["SK"]["S"] == "METADATA":
            made.append(name)
        return call(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return made


def test_each_route_that_changes_something_is_tried(sample_data: Path, tmp_path: Path) -> None:
    """Those are all that the document has, beside GraphQL."""
    with served(sample_data, tmp_path) as app:
        paths = app.client.get("/openapi.json").json()["paths"]
    methods = [method for path, methods in paths.items() for method in methods if path != "/graphql"]
    assert len([method for method in methods if method in ("post", "put", "patch", "delete")]) == len(CHANGES)


def draws(app: Served, ask: Callable[[], Any]) -> tuple[Any, int]:
    """Return an answer, and how often it drew from limits."""
    before = len(app.store.calls)
    answer = ask()
    return answer, app.store.calls[before:].count("draw")


@pytest.mark.parametrize("cost", [None, 1_000, 7_000, 400_000])
def test_the_first_request_of_a_key_costs_one_call(app: Served, updates: list[str], cost: int | None) -> None:
    """Whatever it costs, dearer than a limit or not; what the key has of its own is not known yet."""
    for name, ask in {**READS, **CHANGES}.items():
        key = app.key(cost=cost)
        updates.clear()
        answer, number = draws(app, lambda: ask(app, key))  # noqa: B023 - called at once
        assert (answer.status_code < 500, answer.status_code in (401, 403, 429), number) == (True, False, 1), name
        assert len(updates) <= 1
        if name == "viewer":
            assert answer.json()["data"]["viewer"]["key"]["id"] == key["X-API-Key"][3:11]


def test_a_change_costs_one_call(app: Served, updates: list[str]) -> None:
    """Though little or nothing is held of a key that is known, and whether or not it was used of late."""
    key = app.key()
    app.ask(key)
    for name, ask in CHANGES.items():
        app.clock.seconds += 8
        updates.clear()
        answer, number = draws(app, lambda: ask(app, key))  # noqa: B023
        assert (answer.status_code < 429, number, len(updates) <= 1) == (True, 1, True), name


def test_a_first_request_that_is_too_dear_takes_nothing(app: Served) -> None:
    """Of the limits of the settings, which the process knows; others may use what is left."""
    record, text = app.keys.create("a")
    app.store.within.draw(key_of(record.id), app.clock.wall(), {"cost": Draw(1, MINUTE - 10**9, MINUTE)})
    before = app.store.within.get(key_of(record.id))
    answer, number = draws(app, lambda: CHANGES["add"](app, {"X-API-Key": text}))
    assert (answer.status_code, number) == (429, 1)
    assert app.store.within.get(key_of(record.id)) == before
    assert app.ask({"X-API-Key": text}).status_code == 200


@pytest.mark.parametrize("known", [False, True])
def test_a_change_that_the_store_refuses_has_no_effect(app: Served, known: bool) -> None:
    """The limit is used up elsewhere, or the key is disabled: only the store knows, and is asked for nothing else."""
    for status in (429, 401):
        for name, ask in CHANGES.items():
            record, text = app.keys.create("a")
            key = {"X-API-Key": text}
            if known:
                app.ask(key)
            app.clock.seconds += 8
            if status == 429:
                used = {"cost": Draw(1, MINUTE, MINUTE), "requests": Draw(0, 0, MINUTE)}
                app.store.within.draw(key_of(record.id), app.clock.wall() + 60 * MINUTE, used)
            else:
                app.keys.disable(record.id)
                app.clock.seconds += CHECK_SECONDS
            before = len(app.store.calls)
            answer = ask(app, key)
            calls = [call for call in app.store.calls[before:] if call != "add"]  # usage of the request before
            assert (answer.status_code, calls) == (status, ["draw"]), name


def test_a_key_that_others_use_takes_one_update_once_that_is_known(app: Served, updates: list[str]) -> None:
    """Which form of an update DynamoDB accepts depends on others: it is guessed by how it was of late."""
    record, text = app.keys.create("a")
    numbers: list[int] = []

    def ask(others: bool) -> None:
        app.clock.seconds += 30
        if others:
            half = Draw(MINUTE // 3, MINUTE // 3, MINUTE)
            app.store.within.draw(key_of(record.id), app.clock.wall(), {"requests": half, "cost": half})
        updates.clear()
        answer, number = draws(app, lambda: app.ask({"X-API-Key": text}))
        assert (answer.status_code, number) == (200, 1)
        numbers.append(len(updates))

    for others in (True, False):
        for _ in range(15):
            ask(others)
    assert max(numbers) <= 2
    assert set(numbers[10:15]) | set(numbers[25:]) <= {0, 1}  # none are counted where the store is a file
