"""The warmer: what it refreshes and in which order, its bounds of time, threads and memory, and what it survives."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from fakes import SECRET
from graphql_api.errors import NotFound, StorageFault, UpstreamUnavailable
from graphql_api.jockeys.warmer import Warming, warm
from graphql_api.snapshots.trace import Trace
from log_lines import captured_logs
from repository_bench import CORRUPT, TTL, A, B, Bench, C, D


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """Give the log lines."""
    with captured_logs() as lines:
        yield lines


def run(bench: Bench, seconds: float = 10) -> Warming:
    """Run the warmer on an event loop of its own."""
    return asyncio.run(warm(bench.repository, bench.settings, seconds))


def ask(bench: Bench, *ids: str) -> None:
    """Ask for jockeys, one after the other."""
    for each in ids:
        bench.get(each)


# What is refreshed


def test_what_is_held_is_revalidated(logs: list[Any]) -> None:
    """Every jockey held is checked against the storage, and fresh for another TTL, without being decoded again."""
    bench = Bench()
    ask(bench, A, B)
    bench.clock.turn(TTL - 1)
    assert run(bench).trace.outcomes == {"revalidated": 2}
    bench.clock.turn(TTL - 1)
    assert bench.outcome(A) == "hit"
    assert bench.decoded == [b"aaa", b"bbb"]
    (line,) = logs
    assert (line["event"], line["log_level"], line["planned"], line["left"]) == ("warmed", "info", 2, 0)


def test_what_has_expired_is_revalidated(logs: list[Any]) -> None:
    """A jockey past its TTL is made fresh again before anybody asks."""
    bench = Bench()
    ask(bench, A)
    bench.expire()
    run(bench)
    assert bench.outcome(A) == "hit"


def test_a_new_version_is_taken_up(logs: list[Any]) -> None:
    """A file that changed is read before its old version's TTL is over."""
    bench = Bench()
    ask(bench, A)
    bench.storage.put(A, b"changed")
    assert run(bench).trace.outcomes == {"miss": 1}
    assert bench.get(A).size == len(b"changed")


def test_a_removed_file_is_dropped(logs: list[Any]) -> None:
    """A jockey whose file is gone is no longer given, which is no failure."""
    bench = Bench()
    ask(bench, A)
    bench.storage.remove(A)
    found = run(bench)
    assert (found.trace.outcomes, found.failures) == ({"missing": 1}, [])
    with pytest.raises(NotFound):
        bench.get(A)


def test_the_most_asked_come_back(logs: list[Any]) -> None:
    """Of more jockeys than may be held, those asked most are held afterwards, whoever was asked last."""
    bench = Bench(cache_entries=2)
    ask(bench, A, A, A, B, B, C)
    assert bench.repository.cached(A) is None
    run(bench)
    assert [bench.repository.cached(each) is not None for each in (A, B, C)] == [True, True, False]


def test_the_most_asked_come_first(logs: list[Any]) -> None:
    """Jockeys are refreshed in the order of how often they were asked for, then those of the setting."""
    bench = Bench(dict.fromkeys((A, B, C, D), b"data"), load_threads=1, warm_ids=(D, A))
    ask(bench, A, B, B, C, C, C)
    bench.storage.reads.clear()
    run(bench)
    assert list(bench.storage.reads) == [C, B, A, D]


def test_an_empty_process_warms_what_is_set(logs: list[Any]) -> None:
    """A process that nobody has asked yet loads the setting's jockeys, or nothing."""
    assert run(Bench()).planned == 0
    bench = Bench(warm_ids=(A, B))
    assert run(bench).trace.outcomes == {"miss": 2}
    assert bench.outcome(A) == "hit"


def test_warming_is_nobodys_request(logs: list[Any]) -> None:
    """Runs change neither the counts of requests nor which jockeys are asked most."""
    bench = Bench(warm_ids=(C,))
    ask(bench, A, A, B)
    before = bench.repository.stats()
    for _ in range(3):
        run(bench)
    after = bench.repository.stats()
    assert {name: after[name] - before[name] for name in before if after[name] != before[name]} == {
        "entries": 1,
        "bytes": 3,
    }
    assert bench.repository.hottest_keys() == [A, B, C]


# Bounds


def test_a_hanging_storage_ends_with_the_budget(logs: list[Any]) -> None:
    """At the end of its time a run gives up on what hangs; half of the threads at most have been taken for it."""
    ids = [f"0000{number}" for number in range(8)]
    bench = Bench(dict.fromkeys(ids, b"data"), load_threads=6, warm_ids=tuple(ids))
    with ExitStack() as gates:
        for each in ids:
            gates.enter_context(bench.storage.gate(each))
        found = run(bench, seconds=0.1)
        assert (found.planned, found.left) == (8, 8)
        assert bench.storage.reads.total() == 3
    assert logs[-1]["left"] == 8


@pytest.mark.parametrize("seconds", [0, -1])
def test_without_time_nothing_is_read(logs: list[Any], seconds: float) -> None:
    """A run that has no time at all ends at once."""
    bench = Bench(warm_ids=(A, B))
    found = run(bench, seconds)
    assert (found.planned, found.left, bench.storage.reads.total()) == (2, 2, 0)


def test_warming_stops_before_the_memory_is_full(logs: list[Any]) -> None:
    """Where the jockeys wanted take more memory than there is, the first are loaded and stay."""
    bench = Bench({A: b"55555", B: b"55555", C: b"55555"}, cache_bytes=10, load_threads=2, warm_ids=(A, B, C))
    assert run(bench).left == 1
    assert [bench.repository.cached(each) is not None for each in (A, B, C)] == [True, True, False]


def test_no_more_are_planned_than_may_be_held(logs: list[Any]) -> None:
    """The setting's jockeys are loaded as far as there is room beside those asked for."""
    bench = Bench(cache_entries=2, warm_ids=(B, C))
    ask(bench, A)
    assert run(bench).planned == 2
    assert [bench.repository.cached(each) is not None for each in (A, B, C)] == [True, True, False]


# Failures


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault, ZeroDivisionError])
def test_a_failure_leaves_fresh_copies_fresh(logs: list[Any], error: type[Exception]) -> None:
    """While the storage fails nothing is raised, and a copy within its TTL goes on as if nobody had asked."""
    bench = Bench()
    ask(bench, A, B)
    bench.storage.fail(error)
    bench.clock.turn(TTL - 1)
    found = run(bench)
    assert (found.trace.outcomes, len(found.failures)) == ({"failed": 2}, 2)
    assert bench.outcome(A) == "hit"
    assert not bench.get(A).stale
    bench.clock.turn(1)
    assert bench.outcome(A) == "stale"


def test_a_failure_is_one_line_with_an_example(logs: list[Any]) -> None:
    """However many jockeys fail, one warning counts them and has what the operator needs to know of the first."""
    bench = Bench(warm_ids=(A, B, C))
    bench.storage.fail(StorageFault)
    run(bench)
    (line,) = logs
    assert (line["log_level"], line["failures"], line["bucket"]) == ("warning", 3, SECRET)
    assert isinstance(line["exc_info"], StorageFault)


def test_an_expired_copy_answers_as_it_does_for_requests(logs: list[Any]) -> None:
    """A jockey past its TTL that cannot be read is the last good copy, marked stale."""
    bench = Bench()
    ask(bench, A)
    bench.expire()
    bench.storage.fail(UpstreamUnavailable)
    assert run(bench).trace.outcomes == {"stale": 1}
    assert bench.get(A).stale


@pytest.mark.parametrize("bad", ["no id", "00009", D])
def test_one_failure_spares_the_others(logs: list[Any], bad: str) -> None:
    """What is no id, has no file or a corrupt one keeps no other jockey from being warmed."""
    bench = Bench({A: b"aaa", D: CORRUPT}, load_threads=1, warm_ids=(bad, A))
    assert run(bench).trace.outcomes["miss"] == 1
    assert bench.outcome(A) == "hit"


def test_a_request_joins_the_warmers_load(logs: list[Any]) -> None:
    """A request for a jockey that the warmer is reading waits for that read, and is counted as a request."""
    bench = Bench(warm_ids=(A,))

    async def main() -> None:
        with bench.storage.gate(A) as gate:
            warming = asyncio.create_task(warm(bench.repository, bench.settings, 10))
            await asyncio.to_thread(gate.wait_for_read)
            request = asyncio.create_task(bench.repository.get(A, trace))
            await asyncio.sleep(0)
            gate.opened.set()
            await asyncio.gather(warming, request)

    trace = Trace()
    asyncio.run(main())
    assert (bench.storage.reads, trace.outcomes, bench.repository.stats()["miss"]) == ({A: 1}, {"miss": 1}, 1)


def test_the_costs_are_charged_to_the_run(logs: list[Any]) -> None:
    """A run's trace has the stages of all its loads, and its wall time is counted."""
    bench = Bench(warm_ids=(A, B))
    found = run(bench)
    assert set(found.trace.stages) == {"storage", "decode"}
    assert timedelta(0) < timedelta(seconds=found.seconds) < timedelta(minutes=1)
