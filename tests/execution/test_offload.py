"""Long work beside small requests: it leaves the event loop, its answer is the same, and it ends with its request."""

import asyncio
import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fakes import PATIENCE, FakeClock, FakeStorage
from graphql_api import samples
from graphql_api.app import api_schema, create_app, create_core
from graphql_api.config import Settings
from graphql_api.errors import Overloaded
from graphql_api.execution.budget import AT_ONCE, SHORT, Budget, Exhausted, LongWork
from graphql_api.execution.offload import Offload
from graphql_api.execution.turns import Turns

RECORD = api_schema()._schema.type_map["RaceRecord"]
COLUMNS = " ".join(field for field in RECORD.fields if field not in {"raw", "race"})
ROWS = 8_000
SMALL = '{ jockey(id: "00002") { records(first: 3) { nodes { date } } } }'
TESTS = ", ".join(f'{{winnerName: {{contains: "ア{number}"}}}}' for number in range(100))
GROUPS = (
    "groupBy(by: [HORSE_NAME, YEAR], first: 900) { key { horseName } statistics { rides winRate } "
    "records(first: 2) { nodes { date } pageInfo { endCursor } } }"
)
OPERATIONS = {
    "many tests": f'{{ jockey(id: "00001") {{ records(filter: {{or: [{TESTS}]}}) {{ totalCount }} }} }}',
    "all rows": f'{{ jockey(id: "00001") {{ records {{ nodes {{ {COLUMNS} }} }} }} }}',
    "groups": f'{{ jockey(id: "00001") {{ records {{ {GROUPS} }} }} }}',
    "groups beside an error": f'{{ bad: jockey(id: "x") {{ id }} jockey(id: "00001") {{ records {{ {GROUPS} }} }} }}',
    "comparison": f'{{ compareJockeys(ids: ["00001", "00002", "00009"], filter: {{or: [{TESTS}]}}) '
    "{ jockey { id } statistics { rides } } }",
    "several": f'{{ jockeysByIds(ids: ["00009", "00001", "00002"]) {{ records {{ nodes {{ {COLUMNS} }} }} }} }}',
    "introspection": "{ __schema { types { name description fields { name description args { name description type "
    "{ name ofType { name ofType { name } } } } type { name ofType { name } } } inputFields { name description } } } }",
}
PATHS = (
    "/api/jockey/00001",
    "/api/jockey/00001?order=winner_name",
    "/api/jockey/00001.csv?horse_name_contains=ア",
    "/api/jockey/00001.ndjson",
)
Ask = Callable[[httpx2.AsyncClient], Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a jockey whose career takes long to go through, and two of a few races."""
    folder = tmp_path_factory.mktemp("careers")
    for jockey_id, rows in (("00001", ROWS), ("00002", 50), ("00003", 50)):
        samples.frame(jockey_id, rows, 1).to_pickle(folder / f"{jockey_id}.pickle")
    return folder


@pytest.fixture
def client(folder: Path) -> httpx2.AsyncClient:
    """Give a client of an application of its own."""
    app = create_app(Settings(data=str(folder), log_level="ERROR"))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


def post(query: str) -> Ask:
    """Ask for an operation."""
    return lambda client: client.post("/graphql", json={"query": query})


FILTER = ", ".join(f'{{raceName: {{eq: "{number}"}}}}' for number in range(190))
LONG_DOCUMENT = f'{{ jockey(id: "00002") {{ records(filter: {{or: [{FILTER}]}}) {{ totalCount }} }} }}'
VALUES = {"orders": [{"field": "RACE_NAME"}] * 900}
ORDERED = 'query ($orders: [RaceRecordOrder!]) { jockey(id: "00002") { records(orderBy: $orders) { totalCount } } }'
LONG = {
    "a long document": post(LONG_DOCUMENT),
    "a long document that is refused": post(LONG_DOCUMENT.replace("totalCount", "nothing")),
    "many values in variables": lambda client: client.post("/graphql", json={"query": ORDERED, "variables": VALUES}),
    **{name: post(query) for name, query in OPERATIONS.items()},
    **{path: lambda client, path=path: client.get(path) for path in PATHS},
}


@pytest.mark.parametrize("name", LONG)
def test_small_requests_are_answered_while_a_long_one_is_under_way(client: httpx2.AsyncClient, name: str) -> None:
    """A request that is sent after a long one is answered before it: nothing long is done on the event loop."""

    async def order() -> list[str]:
        ended: list[str] = []

        async def ask(what: str, ask_: Ask) -> None:
            assert (await ask_(client)).status_code == 200
            ended.append(what)

        await ask("first", post(SMALL))
        await ask("loaded", post('{ jockey(id: "00001") { id } }'))
        await asyncio.gather(ask("long", LONG[name]), ask("small", post(SMALL.replace("3", "4"))))
        return ended

    assert asyncio.run(order())[-2:] == ["small", "long"]


def listed(number: int) -> Ask:
    """Ask for a list that no request has asked for: of all rows, and below the threshold of long work."""
    chosen = f'filter: {{not: {{raceName: {{eq: "{number}"}}}}}}'
    return post(f'{{ jockey(id: "00001") {{ records({chosen}) {{ nodes {{ {" ".join(COLUMNS.split()[:12])} }} }} }} }}')


EXPORT = "/api/jockey/00001.csv?columns=date,race_name,going,grade,surface,distance,weather,horse_name"
MEDIUM = {
    "lists": listed,
    "documents": lambda number: post(
        f'{{ jockey(id: "00002") {{ {" ".join(f"a{number}b{i}: id" for i in range(60))} }} }}'
    ),
    "exports": lambda number: lambda client: client.get(f"{EXPORT}&horse_name_contains={number}"),
}


@pytest.mark.parametrize("name", MEDIUM)
def test_work_of_some_milliseconds_lets_small_requests_pass_between_two_pieces(
    client: httpx2.AsyncClient, name: str
) -> None:
    """Pieces that arrive together are done one by one; a request that arrives behind them waits for few of them.

    The client and the application share the event loop here, so it takes some turns more than a server's.
    """

    async def order() -> list[str]:
        ended: list[str] = []
        one_is_done = asyncio.Event()

        async def ask(what: str, ask_: Ask) -> None:
            assert (await ask_(client)).status_code == 200
            ended.append(what)
            if what == name:
                one_is_done.set()

        async def ask_between() -> None:
            await one_is_done.wait()
            await ask("small", post(SMALL.replace("3", "5")))

        await ask("loaded", post('{ jockey(id: "00001") { id } b: jockey(id: "00002") { id } }'))
        pieces = (ask(name, MEDIUM[name](number)) for number in range(6))
        await asyncio.gather(*pieces, ask("small", post(SMALL.replace("3", "4"))), ask_between())
        return ended[1:]

    ended = asyncio.run(order())
    assert ended[:2] == ["small", name]
    assert "small" in ended[2:5]


def test_turns_come_one_after_the_other_on_every_event_loop() -> None:
    """Whoever waits begins when the one before has ended, in order; the next event loop begins anew."""
    turns = Turns()

    async def order() -> list[str]:
        steps: list[str] = []

        async def work(name: str) -> None:
            async with turns.turn():
                steps.append(f"{name} begins")
                await asyncio.sleep(0)
                steps.append(f"{name} ends")

        await asyncio.gather(work("a"), work("b"), work("c"))
        return steps

    expected = [f"{name} {step}" for name in "abc" for step in ("begins", "ends")]
    assert [asyncio.run(order()) for _ in range(2)] == [expected] * 2


LOAD = 'c: jockey(id: "00003") { id }'
GROUPED = f'jockey(id: "00001") {{ records {{ {GROUPS} }} }}'
MANY = [{"field": "RACE_NAME"}] * 900
WAITING: dict[str, dict[str, Any]] = {
    "behind long work": {"query": f'{{ bad: jockey(id: "x") {{ id }} {GROUPED} {LOAD} }}'},
    "before long work": {"query": f'{{ bad: jockey(id: "x") {{ id }} {LOAD} {GROUPED} }}'},
    "of a list": {
        "query": f'{{ bad: jockey(id: "x") {{ id }} {GROUPED} jockeysByIds(ids: ["00003", "00009"]) {{ id }} }}'
    },
    "by a plan": {"query": f"{{ {GROUPED} {LOAD} }}"},
    "with many values in variables": {
        "query": 'query ($o: [RaceRecordOrder!]) { jockey(id: "00003") { records(orderBy: $o) { totalCount } } }',
        "variables": {"o": MANY},
    },
}


@pytest.mark.parametrize("name", WAITING)
def test_long_work_that_waits_for_a_load_holds_no_thread(folder: Path, name: str) -> None:
    """Operations whose jockey does not come leave the threads to others, and are answered when it comes."""
    storage = FakeStorage({each.stem: each.read_bytes() for each in folder.iterdir()})
    app = create_app(Settings(log_level="ERROR"), storage)
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")

    async def ask() -> list[httpx2.Response]:
        await post('{ jockey(id: "00001") { id } }')(client)
        with storage.gate("00003") as gate:
            waiting = [asyncio.ensure_future(client.post("/graphql", json=WAITING[name])) for _ in range(3)]
            await asyncio.to_thread(gate.wait_for_read)
            other = await asyncio.wait_for(post(f"{{ other: {GROUPED} }}")(client), 10)
            assert not any(each.done() for each in waiting)
        return [other, *await asyncio.gather(*waiting)]

    answers = [each.json()["data"] for each in asyncio.run(ask())]
    gc.collect()  # a coroutine that was never awaited warns now
    assert all(answers)
    assert answers[1] == answers[2] == answers[3]
    assert storage.reads["00003"] == 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_long_operations_are_answered_as_short_ones_are(client: httpx2.AsyncClient, folder: Path, name: str) -> None:
    """In a thread an operation gives byte for byte what it gives on the event loop, warm or cold."""
    core = create_core(Settings(data=str(folder), log_level="ERROR"))
    expected = asyncio.run(core.run(OPERATIONS[name]))
    core.services.close()

    async def twice() -> list[bytes]:
        return [(await LONG[name](client)).content for _ in range(2)]

    cold, warm = asyncio.run(twice())
    assert cold == warm == expected


def test_what_a_thread_refuses_is_refused_as_ever(folder: Path) -> None:
    """An answer that turns out too large in a thread is told by its code and status."""
    app = create_app(Settings(data=str(folder), max_cost=3 * AT_ONCE, log_level="CRITICAL"))

    rows = f"records {{ nodes {{ {COLUMNS} }} }}"

    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            return await post(f'{{ jockey(id: "00001") {{ a: {rows} b: {rows} }} }}')(client)

    refused = asyncio.run(ask())
    assert refused.status_code == 413
    assert refused.json()["errors"][0]["extensions"]["code"] == "RESPONSE_TOO_LARGE"


def test_work_ends_before_the_caller_that_gives_up() -> None:
    """Whoever cancels a request is told only when its work has stopped: nothing goes on behind an answer."""
    ended: list[str] = []
    asked_to_stop, running = threading.Event(), threading.Event()

    def work() -> None:
        running.set()
        assert asked_to_stop.wait(PATIENCE)
        ended.append("work")

    async def give_up() -> None:
        task = asyncio.ensure_future(offload.run(work, asked_to_stop.set))
        await asyncio.to_thread(running.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ended.append("caller")

    offload = Offload(1)
    asyncio.run(give_up())
    offload.close()
    assert ended == ["work", "caller"]


def test_long_work_that_cannot_be_done_in_time_is_refused_at_once() -> None:
    """Where what waits takes longer than a request has; others wait for it, and once it is done all are done."""
    offload, opened = Offload(1), threading.Event()

    async def run() -> list[int]:
        first = asyncio.ensure_future(offload.queue(lambda: opened.wait(PATIENCE) and 1, Budget(), 10**9))
        await asyncio.sleep(0)
        patient = asyncio.ensure_future(offload.queue(lambda: 2, Budget(), 10))
        with pytest.raises(Overloaded):
            await offload.queue(lambda: 3, Budget(seconds=PATIENCE), 10)
        opened.set()
        return [await first, await patient, await offload.queue(lambda: 4, Budget(seconds=PATIENCE), 10)]

    assert asyncio.run(run()) == [1, 2, 4]
    offload.close()


def test_short_work_takes_no_thread() -> None:
    """What is short or takes a turn is done by the caller's own thread, what is long by another."""

    async def threads() -> list[str]:
        name = lambda: threading.current_thread().name  # noqa: E731
        return [await offload.call(name, amount) for amount in (SHORT, AT_ONCE, AT_ONCE + 1)]

    offload = Offload(1)
    *short, long = asyncio.run(threads())
    offload.close()
    assert short == [threading.current_thread().name] * 2
    assert long.startswith("answer")


def test_work_beyond_the_allowance_is_long() -> None:
    """Work up to the allowance passes, values that are at hand take none; begun again without one, all passes."""
    budget = Budget()
    budget.begin(10)
    budget.spend(1_000, 0)
    budget.work(10)
    with pytest.raises(LongWork):
        budget.spend(1)
    budget.begin(float("inf"))
    budget.spend(1_000_000)
    assert budget.spent == 1_000_000


def test_stopped_work_ends_where_it_looks_at_the_clock() -> None:
    """Work in a thread learns from its budget that nobody waits for it any longer."""
    budget = Budget(seconds=5, clock=FakeClock())
    budget.spend(1)
    budget.stop()
    with pytest.raises(Exhausted):
        budget.spend(1_000)


def test_a_long_document_is_judged_once_however_many_ask_for_it() -> None:
    """Requests with the same new document that wait for a thread take what the first of them has made known."""
    documents = create_core(Settings(log_level="ERROR"), FakeStorage()).documents
    assert documents.work(LONG_DOCUMENT) > AT_ONCE
    judged = documents.judge_new(LONG_DOCUMENT)
    assert judged is not None
    documents.keep(judged)
    assert documents.judge_new(LONG_DOCUMENT) is None
    assert documents.get(LONG_DOCUMENT) is judged
    assert not documents.work(LONG_DOCUMENT)
