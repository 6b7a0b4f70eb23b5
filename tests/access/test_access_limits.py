"""Limits: by requests and by cost, told to the caller, shared with the store, and of little cost to it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphql_api.access.account import CHECK_SECONDS
from graphql_api.access.callers import KEPT_COST
from graphql_api.access.rates import LEASE_SECONDS
from graphql_api.access.records import key_of
from graphql_api.access.service import Access
from graphql_api.access.usage import FLUSH_SECONDS
from graphql_api.errors import StoreUnavailable
from graphql_api.store.rate_limits import Draw
from keyed import NAME, VIEWER, Served, served

ALL = {"query": '{ jockey(id: "00001") { records { nodes { date raceName horseName } } } }'}
ROWS = "/api/jockey/00001"


@pytest.fixture
def app(sample_data: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve with keys required."""
    with served(sample_data, tmp_path) as made:
        yield made


@pytest.fixture
def optional(sample_data: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve with keys optional: 20 requests a minute without one."""
    with served(sample_data, tmp_path, jockey_access="optional", jockey_rate_requests="200") as made:
        yield made


def test_requests_are_limited_and_earned_again(app: Served) -> None:
    """The burst, then one a second; what is refused says when to come again, and costs the store nothing."""
    key = app.key(requests=60)
    statuses = [app.ask(key).status_code for _ in range(60)]
    assert statuses == [200] * 60
    refused = app.ask(key)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit-policy"].startswith('"requests";q=60;w=60')
    assert refused.headers["cache-control"] == "no-store"
    calls = len(app.store.calls)
    assert {app.ask(key).status_code for _ in range(20)} == {429}
    assert len(app.store.calls) == calls
    app.clock.seconds += 5
    assert [app.ask(key).status_code for _ in range(6)] == [200] * 5 + [429]


def test_cost_is_limited_before_anything_is_done(app: Served) -> None:
    """All rows of a jockey, by GraphQL, by the plain route and as a file; what is dearer waits longer."""
    for ask in (
        lambda key: app.client.post("/graphql", json=ALL, headers=key),
        lambda key: app.client.get(ROWS + "?limit=150", headers=key),
        lambda key: app.client.get(ROWS + ".csv", headers=key),
    ):
        key = app.key(cost=2_000)
        first = ask(key)
        assert first.status_code == 200
        second = app.client.get(ROWS + ".csv?limit=1&order=date", headers=key)
        assert (second.status_code, "RATE_LIMITED" in second.text or "limit of cost" in second.text) == (429, True)
        app.clock.seconds += 3_600
        assert ask(key).status_code == 200


def test_what_was_dearer_than_reckoned_is_owed(app: Served) -> None:
    """Rows that no argument bounds are reckoned low and counted when they are known: the next request waits for it."""
    key = app.key(cost=6_000)
    assert app.client.post("/graphql", json=ALL, headers=key).status_code == 200
    told = app.ask(key)
    assert (told.status_code == 429) or int(told.headers["ratelimit"].rpartition(";r=")[2].partition(";")[0]) < 6_000


def test_kept_answers_cost_little_and_are_one_copy_for_all(
    app: Served, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What one key has asked is given to another from memory, for a hundred values; 304 likewise."""
    first, second = app.key(), app.key()
    for key in (first, first, second):
        assert app.client.get(ROWS, headers=key).status_code == 200
    log = capfdbinary.readouterr().out.decode().splitlines()
    assert ['"execution":"kept"' in line for line in log[-3:]] == [False, True, True]
    answer = app.client.get(ROWS, headers=second)
    held = {"If-None-Match": answer.headers["etag"]}
    for _ in range(2):
        assert app.client.get(ROWS, headers={**second, **held}).status_code == 304
    app.core.services.close()
    (record,) = [each for each in app.keys.all() if second["X-API-Key"][3:11] == each.id]
    (day,) = app.keys.usage(record.id, 2)
    assert (day.requests, day.cost) == (4, 4 * KEPT_COST)


def test_what_takes_a_key_is_never_public(app: Served) -> None:
    """Rows, 304, files, their parts, operations: first, kept, and revalidated; with what is left of the limits."""
    key = app.key()
    for path in (ROWS, ROWS + ".csv", f"/graphql?query={NAME['query']}"):
        etag = app.client.get(path, headers=key).headers["etag"]
        for more in ({}, {"If-None-Match": etag}, {"Range": "bytes=0-9"}):
            for method in ("GET", "GET", "HEAD"):
                answer = app.client.request(method, path, headers={**key, **more})
                assert answer.headers["cache-control"].startswith("private, max-age="), (path, more, method)
                assert '"requests";r=' in answer.headers["ratelimit"]


def test_what_anybody_may_have_stays_public(optional: Served) -> None:
    """With a key or without; shared caches would tell others what is left of a limit, so it is not told there."""
    key = optional.key()
    for headers in ({}, key):
        answer = optional.client.get(ROWS, headers=headers)
        assert answer.headers["cache-control"].startswith("public, max-age=")
        assert "ratelimit" not in answer.headers
        assert "ratelimit" in optional.client.post("/graphql", json=NAME, headers=headers).headers


def test_visitors_have_a_lower_limit_and_never_write(optional: Served) -> None:
    """A tenth of the requests, counted in memory; a key has its own limit beside it."""
    key = optional.key()
    assert [optional.ask().status_code for _ in range(21)] == [200] * 20 + [429]
    assert optional.store.calls == []
    assert optional.ask(key).status_code == 200
    optional.clock.seconds += 3
    assert [optional.ask().status_code for _ in range(2)] == [200, 429]
    assert optional.ask({"X-API-Key": "wrong"}).status_code == 401


def test_a_hot_key_costs_the_store_a_tenth_of_its_requests(app: Served) -> None:
    """At twenty requests a second, usage and all; the first request of a key finds it by the call that takes a part."""
    key = app.key(requests=2_400)
    assert app.ask(key).status_code == 200
    assert app.store.calls == ["draw"]
    for _ in range(1_200):
        app.clock.seconds += 0.05
        calls = len(app.store.calls)
        assert app.ask(key).status_code == 200
        asked = [name for name in app.store.calls[calls:] if name != "add"]
        assert len(asked) <= 1
    assert len(app.store.calls) <= 120


def test_a_slow_key_costs_one_call_a_request(app: Served) -> None:
    """To take its request tells of a change to the key as well."""
    key = app.key()
    app.ask(key)
    for _ in range(3):
        app.clock.seconds += 60
        calls = len(app.store.calls)
        assert app.ask(key).status_code == 200
        assert [name for name in app.store.calls[calls:] if name != "add"] == ["draw"]


@pytest.mark.parametrize("setting", [{}, {"jockey_rate_requests": "1"}])
def test_the_first_request_of_a_key_costs_one_call(sample_data: Path, tmp_path: Path, setting: dict[str, str]) -> None:
    """Whatever the limits of the settings are, and for both texts of a key that is rotated together."""
    with served(sample_data, tmp_path, **setting) as app:
        record, old = app.keys.create("a")
        new = app.keys.rotate(record.id, 60)[1]
        assert app.ask({"X-API-Key": old}).status_code == 200
        assert app.store.calls == ["draw"]
        assert app.ask({"X-API-Key": new}).status_code == (429 if setting else 200)
        assert app.store.calls == ["draw"]


@pytest.mark.parametrize(
    ("requests", "cost", "left"),
    [(1, None, 0), (2, None, 1), (60, 600_000, 59), (5_000, 10**9, 4_999)],
)
def test_the_first_request_costs_one_call_whatever_limits_the_key_has(
    app: Served, requests: int | None, cost: int | None, left: int
) -> None:
    """The item says how much to take before its record is known; a refused request takes no call at all then."""
    key = app.key(requests=requests, cost=cost)
    assert f'"requests";r={left};' in app.ask(key).headers["ratelimit"]
    assert app.store.calls == ["draw"]
    if requests == 1:
        assert [app.ask(key).status_code for _ in range(2)] == [429, 429]
        assert app.store.calls == ["draw"]


@pytest.mark.parametrize("cost", [1_000, 10_000, 400_000])
@pytest.mark.parametrize("held", [False, True])
def test_a_dear_operation_costs_one_call(app: Served, cost: int, held: bool) -> None:
    """Admitted or refused, dearer than a whole limit or not, with something held or nothing."""
    key = app.key(cost=cost)
    app.ask(key)
    for ask in (
        lambda: app.client.post("/graphql", json=ALL, headers=key),
        lambda: app.client.get("/graphql", params=ALL | {"held": str(held)}, headers=key),
        lambda: app.client.get(ROWS + "?limit=150", headers=key),
        lambda: app.client.get(ROWS + ".csv", headers=key),
        lambda: app.client.get(ROWS + ".csv", headers=key),
    ):
        app.clock.seconds += 3_600
        if held:
            app.ask(key)
            app.clock.seconds += LEASE_SECONDS / 2
        statuses = []
        for _ in range(3):
            calls = len(app.store.calls)
            statuses.append(ask().status_code)
            assert app.store.calls[calls:].count("draw") <= 1
        assert set(statuses) <= {200, 429}
        assert cost < 400_000 or 200 in statuses


def test_a_request_that_the_store_refuses_gets_no_answer(app: Served) -> None:
    """Nor one from memory: another process has used the limit, or the key is disabled, and only the store knows."""
    record, text = app.keys.create("a", requests=60)
    key = {"X-API-Key": text}
    etag = app.client.get(ROWS, headers=key).headers["etag"]
    assert [app.ask(key).status_code, app.client.get(ROWS + ".csv", headers=key).status_code] == [200, 200]

    def ask_all(status: int) -> None:
        for path in (ROWS, ROWS + ".csv", f"/graphql?query={NAME['query']}"):
            for more in ({}, {"If-None-Match": etag}, {"Range": "bytes=0-9"}, {"Origin": "https://a.example"}):
                for method in ("GET", "HEAD"):
                    app.clock.seconds += CHECK_SECONDS
                    calls = len(app.store.calls)
                    answer = app.client.request(method, path, headers={**key, **more})
                    assert answer.status_code == status
                    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)
                    assert "records" not in answer.text
                    assert "raceName" not in answer.text
                    assert app.store.calls[calls:].count("draw") <= 1

    app.clock.seconds += 600
    now = app.clock.wall()
    app.store.within.draw(key_of(record.id), now + 3_600 * 10**9, {"requests": Draw(1, 60 * 10**9, 60 * 10**9)})
    ask_all(429)
    app.clock.seconds += 7_200
    app.keys.disable(record.id)
    ask_all(401)


def test_an_admitted_request_may_take_cost_though_it_was_the_last(sample_data: Path, tmp_path: Path) -> None:
    """The limit of requests is used up by then, and is not asked for anything."""
    with served(sample_data, tmp_path, jockey_rate_requests="1", jockey_rate_cost="1000") as app:
        assert app.ask(app.key()).status_code == 200


def test_many_first_requests_of_a_key_take_one_part(app: Served) -> None:
    """They come at once, and all but one find what that one has taken."""
    access, text = app.core.services.get(Access), app.key()["X-API-Key"].encode()

    async def all_at_once() -> None:
        await asyncio.gather(*(each.admit() for each in callers))

    callers = [access.identify({text}, "127.0.0.1", "rest") for _ in range(6)]
    asyncio.run(all_at_once())
    assert len({id(each.credential) for each in callers}) == 1
    assert app.store.calls == ["draw"]


def test_a_key_that_is_refused_is_taken_from_once_at_most(app: Served) -> None:
    """A scope that it has not, a text that was replaced, a key that is disabled: memory refuses all later requests."""
    scoped = app.key(scopes=("rest",))
    record, old = app.keys.create("a")
    app.keys.rotate(record.id, 0.001)
    disabled = app.keys.create("b")
    app.keys.disable(disabled[0].id)
    app.clock.seconds += 60
    for headers, status in ((scoped, 403), ({"X-API-Key": old}, 401), ({"X-API-Key": disabled[1]}, 401)):
        calls = len(app.store.calls)
        for _ in range(3):
            app.clock.seconds += CHECK_SECONDS
            assert app.ask(headers).status_code == status
        assert len(app.store.calls) == calls + 1


def test_viewer_tells_each_caller_its_own(app: Served) -> None:
    """It is read anew each time, by POST and GET, and kept nowhere."""
    first, second = app.key(), app.key()
    for key in (first, second, first):
        for answer in (
            app.client.post("/graphql", json=VIEWER, headers=key),
            app.client.get("/graphql", params=VIEWER, headers=key),
        ):
            assert answer.json()["data"]["viewer"]["key"]["id"] == key["X-API-Key"][3:11]
            assert answer.headers["cache-control"] == "no-store"
            assert "etag" not in answer.headers
    usage = app.client.post("/graphql", json=VIEWER, headers=first).json()["data"]["viewer"]["key"]["usage"]
    assert (usage[0]["requests"], usage[0]["errors"], usage[0]["cost"] >= 400) == (4, 0, True)


def test_viewer_of_nobody_is_null(optional: Served) -> None:
    """Without a key there is none to be told of."""
    assert optional.client.post("/graphql", json=VIEWER).json() == {"data": {"viewer": {"key": None}}}


def test_usage_is_counted_by_key_and_day(app: Served) -> None:
    """Requests, cost, errors and bytes as they were sent; minutes are counted, too, and expire."""
    record, text = app.keys.create("a")
    sent = sum(len(app.ask({"X-API-Key": text}).content) for _ in range(3))
    app.client.get("/api/jockey/nonsense", headers={"X-API-Key": text})
    app.clock.seconds += FLUSH_SECONDS
    app.ask({"X-API-Key": text})
    (day,) = app.keys.usage(record.id, 1 if app.clock.seconds < 0 else 2)
    assert (day.requests, day.errors) == (5, 1)
    assert day.bytes >= sent
    minutes = app.store.within.query(f"APIKEY#{record.id}", "RATELIMIT#").items
    assert sum(each.numbers["requests"] for each in minutes) == 5
    assert all(each.expires is not None for each in minutes)


@pytest.mark.parametrize("mode", ["open", "closed"])
def test_while_the_store_fails_known_keys_go_on_and_unknown_ones_wait(
    sample_data: Path, tmp_path: Path, mode: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Open counts in the process, closed answers 503 once what was taken is used; the log says so once a minute."""
    with served(sample_data, tmp_path, jockey_access_failure=mode) as app:
        known, unknown = app.key(requests=60), app.key()
        assert app.ask(known).status_code == 200
        app.store.error = StoreUnavailable("The store is not available.", error_code="X")
        capfdbinary.readouterr()
        refused = app.ask(unknown)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (503, "STORE_UNAVAILABLE")
        assert "retry-after" in refused.headers
        statuses = [app.ask(known).status_code for _ in range(70)]
        assert statuses == ([200] * 59 + [429] * 11 if mode == "open" else [503] * 70)
        calls = len(app.store.calls)
        app.ask(unknown)
        assert len(app.store.calls) == calls
        app.clock.seconds += 59
        app.ask(unknown)
        app.clock.seconds += 3
        app.ask(unknown)
        log = capfdbinary.readouterr().out.decode().splitlines()
        assert sum('"store_failing"' in line for line in log) == 2
        assert sum('"store_failures":1' in line for line in log) == 3
        app.store.error = None
        app.clock.seconds += 3
        assert (app.ask(known).status_code, app.ask(unknown).status_code) == (200, 200)
