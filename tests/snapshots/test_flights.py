"""Tests of the repository under simultaneous requests, cancellation, several threads and event loops."""

import asyncio
import contextlib
import gc
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, get_args

import pytest

from fakes import PATIENCE
from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.snapshots.failures import RETRY_PAUSE
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.trace import Outcome, Trace
from graphql_api.workers import MAX_WAITING
from log_lines import captured_logs
from repository_bench import STALE_LIMIT, TTL, A, B, Bench, C, D, start, until_waiting


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Make a bench of default settings, whose log lines go nowhere: rendering tracebacks takes long."""
    with captured_logs():
        yield Bench()


# Single flight


def test_simultaneous_first_requests_are_one_read(bench: Bench) -> None:
    """A hundred first requests at once read and decode the file once, and all get the same snapshot."""

    async def main() -> list[Snapshot]:
        with bench.storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(A) for _ in range(100)))
            await until_waiting(*tasks)
            assert bench.repository.stats()["loading"] == 1
            gate.opened.set()
            return await asyncio.gather(*tasks)

    found = asyncio.run(main())
    assert (bench.storage.reads, len(bench.decoded), len(set(map(id, found)))) == ({A: 1}, 1, 1)
    assert bench.repository.stats()["loading"] == 0
    assert bench.repository.stats()["miss"] == 100


def test_simultaneous_requests_of_an_expired_jockey_are_one_read(bench: Bench) -> None:
    """Many requests at once for an expired jockey revalidate it once."""

    async def main() -> None:
        with bench.storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(A) for _ in range(100)))
            await until_waiting(*tasks)
            gate.opened.set()
            await asyncio.gather(*tasks)

    bench.get()
    bench.expire()
    asyncio.run(main())
    assert (bench.storage.unchanged, bench.repository.stats()["revalidated"]) == ({A: 1}, 100)


def test_a_cancelled_request_cancels_nobody_else(bench: Bench) -> None:
    """When the request that began a load is cancelled, the others still get the jockey from that load."""

    async def main() -> Snapshot:
        with bench.storage.gate(A) as gate:
            first, second = tasks = start(bench.repository.get(A), bench.repository.get(A))
            await until_waiting(*tasks)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            gate.opened.set()
            return await second

    assert asyncio.run(main()).key == A
    assert bench.storage.reads == {A: 1}


def test_a_load_that_nobody_waits_for_is_kept(bench: Bench) -> None:
    """When all requests are cancelled, also one whose load is queued, what they began is there for the next."""

    async def main() -> None:
        with bench.storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(A) for _ in range(3)))
            await until_waiting(*tasks)
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            gate.opened.set()
            await bench.repository.get(A)

    asyncio.run(main())
    assert (bench.storage.reads, bench.repository.stats()["loading"]) == ({A: 1}, 0)


def test_a_queued_load_outlives_its_requests() -> None:
    """A load that waits for a thread is not withdrawn with the request that began it, since others may join it."""
    bench = Bench(load_threads=1)

    async def main() -> Snapshot:
        with bench.storage.gate(A) as gate:
            busy, first, second = tasks = start(*(bench.repository.get(each) for each in (A, B, B)))
            await until_waiting(*tasks)
            first.cancel()
            await asyncio.sleep(0)
            gate.opened.set()
            await busy
            return await second

    assert asyncio.run(main()).key == B


@pytest.mark.parametrize("error", [None, UpstreamUnavailable, ZeroDivisionError])
def test_nothing_is_reported_of_loads_that_nobody_waits_for(
    bench: Bench, error: type[Exception] | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A load whose requests are gone, whatever becomes of it, leaves no complaint of the event loop behind."""
    reports: list[dict[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        with bench.storage.gate(A) as gate:
            tasks = start(bench.repository.get(A), bench.repository.get(A))
            await until_waiting(*tasks)
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            gate.opened.set()
            with contextlib.suppress(Exception):
                await bench.repository.get(A)
        del tasks
        gc.collect()
        await asyncio.sleep(0)

    if error:
        bench.storage.fail(error)
    with caplog.at_level(logging.DEBUG), contextlib.suppress(RuntimeError):
        asyncio.run(main())
    gc.collect()
    assert reports == []
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_slow_jockey_holds_up_no_other(bench: Bench) -> None:
    """While one jockey's read hangs, others are read and served."""

    async def main() -> list[Snapshot]:
        with bench.storage.gate(A) as gate:
            (slow,) = start(bench.repository.get(A))
            await until_waiting(slow)
            others = [await bench.repository.get(B), await bench.repository.get(C)]
            assert not slow.done()
            gate.opened.set()
            return [await slow, *others]

    assert [each.key for each in asyncio.run(main())] == [A, B, C]


def test_the_event_loop_runs_on_while_a_file_is_read(bench: Bench) -> None:
    """Reading and decoding happen in other threads than the event loop's."""

    async def main() -> None:
        with bench.storage.gate(A) as gate:
            (task,) = start(bench.repository.get(A))
            await until_waiting(task)
            # The loop can wait for the read to have come, which it could not if it were the one reading.
            await asyncio.to_thread(gate.wait_for_read)
            gate.opened.set()
            await task

    asyncio.run(main())


def test_several_jockeys_are_read_in_parallel(bench: Bench) -> None:
    """Loads of several jockeys are under way at the same time."""

    async def main() -> None:
        with bench.storage.gate(A) as first, bench.storage.gate(B) as second:
            tasks = start(bench.repository.get(B), bench.repository.get(A))
            for gate in (first, second):
                await asyncio.to_thread(gate.wait_for_read)
            first.opened.set()
            second.opened.set()
            assert [(await each).key for each in tasks] == [B, A]

    asyncio.run(main())
    assert bench.storage.reads == {A: 1, B: 1}


def test_a_version_is_judged_without_decoding(bench: Bench) -> None:
    """Whether a file still has an ETag is answered from memory where it is held, else by a conditional read alone."""
    etag = bench.storage.read(f"{A}.pickle").etag
    assert asyncio.run(bench.repository.unchanged(A, etag))
    assert not asyncio.run(bench.repository.unchanged(A, "other"))
    assert bench.repository.stats()["entries"] == 0
    bench.get(A)
    bench.storage.reads.clear()
    assert asyncio.run(bench.repository.unchanged(A, etag))
    assert not asyncio.run(bench.repository.unchanged(A, "other"))
    assert not bench.storage.reads


def test_the_storage_is_listed_and_checked_in_threads(bench: Bench) -> None:
    """Listing and checking pass through to the storage, with its answers and its errors."""
    page = asyncio.run(bench.repository.list_ids(None, 2))
    assert page.ids == (A, B)
    assert asyncio.run(bench.repository.list_ids(page.cursor, 2)).ids == (C,)
    assert asyncio.run(bench.check()) == {"storage": "ok"}
    bench.storage.fail(UpstreamUnavailable)
    with pytest.raises(UpstreamUnavailable):
        asyncio.run(bench.check())


# Threads, loops, the end


def test_a_repository_outlives_event_loops(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A load begun on a loop that has been closed meanwhile is served on the next one, without complaint."""

    async def begin() -> None:
        tasks = start(bench.repository.get(A))
        await until_waiting(*tasks)

    async def finish(opened: Event) -> Snapshot:
        (task,) = start(bench.repository.get(A))
        await until_waiting(task)
        opened.set()
        return await task

    with bench.storage.gate(A) as gate:
        asyncio.run(begin())
        assert asyncio.run(finish(gate.opened)).key == A
    assert bench.storage.reads == {A: 1}
    assert caplog.records == []


def test_threads_with_loops_of_their_own_share_loads(bench: Bench) -> None:
    """Requests from several threads, each with its own loop, join one load."""
    waiting = 8
    ready = [Event() for _ in range(waiting)]

    async def request(mark: Event) -> Snapshot:
        (task,) = start(bench.repository.get(A))
        await until_waiting(task)
        mark.set()
        return await task

    with bench.storage.gate(A) as gate, ThreadPoolExecutor(waiting) as pool:
        found = [pool.submit(asyncio.run, request(each)) for each in ready]
        assert all(each.wait(PATIENCE) for each in ready)
        gate.opened.set()
        assert len({id(each.result(PATIENCE)) for each in found}) == 1
    assert bench.storage.reads == {A: 1}


def test_racing_threads_read_each_jockey_once() -> None:
    """Threads that ask for the same jockeys in the same order never read one twice, however close they run."""
    held = [f"{number:05}" for number in range(300)]
    bench = Bench(dict.fromkeys(held, b"x"), cache_entries=len(held))

    async def ask_for_all() -> None:
        for each in held:
            await bench.repository.get(each)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # lets threads change at nearly every step
    try:
        with ThreadPoolExecutor(4) as pool:
            for each in [pool.submit(asyncio.run, ask_for_all()) for _ in range(4)]:
                each.result(PATIENCE)
    finally:
        sys.setswitchinterval(usual)
    assert bench.storage.reads == dict.fromkeys(held, 1)


def test_a_closed_repository_refuses_what_has_not_begun() -> None:
    """Closing refuses queued and later loads, lets the one under way end, and still serves what is held."""
    bench = Bench(load_threads=1)

    async def main() -> None:
        held = await bench.repository.get(C)
        with bench.storage.gate(A) as gate:
            running, queued = tasks = start(bench.repository.get(A), bench.repository.get(B))
            await until_waiting(*tasks)
            await asyncio.to_thread(gate.wait_for_read)
            bench.repository.close()
            with pytest.raises(UpstreamUnavailable):
                await queued
            gate.opened.set()
            assert (await running).key == A
        assert await bench.repository.get(C) is held
        for late in (bench.repository.get(B), bench.check()):
            with pytest.raises(UpstreamUnavailable):
                await late

    asyncio.run(main())
    assert bench.repository.stats()["loading"] == 0
    bench.repository.close()


def test_what_waits_is_bounded() -> None:
    """With as many loads waiting as may, others are refused at once; nothing held or waiting is lost by it."""
    bench = Bench(load_threads=1)
    waiting = [f"{number:05}" for number in range(10, 10 + MAX_WAITING)]

    async def main() -> None:
        expired = await bench.repository.get(B)
        bench.expire()
        held = await bench.repository.get(C)
        with bench.storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(each) for each in (A, *waiting)))
            await until_waiting(*tasks)
            with pytest.raises(UpstreamUnavailable):
                await bench.repository.get(D)
            assert await bench.check()
            assert (await bench.repository.list_ids()).ids == (A, B, C)
            joined = start(bench.repository.get(A), bench.repository.get(waiting[-1]))
            assert await bench.repository.get(C) is held
            stale = await bench.repository.get(B)
            assert (stale.value, stale.stale) == (expired.value, True)
            with pytest.raises(UpstreamUnavailable):
                await bench.repository.refresh(C, Trace())
            assert not (await bench.repository.get(C)).stale
            await until_waiting(*tasks, *joined)
            gate.opened.set()
            found = await asyncio.gather(*tasks, *joined, return_exceptions=True)
        assert Counter(map(type, found)) == {Snapshot: 2, NotFound: MAX_WAITING + 1}
        with pytest.raises(NotFound):
            await bench.repository.get(D)

    with captured_logs():
        asyncio.run(main())
    assert (bench.repository.stats()["failed"], bench.repository.stats()["loading"]) == (1, 0)


def test_stress() -> None:
    """Threads with loops, faults, uploads, expiry, eviction and cancellation at once: no wrong jockey, nothing left."""
    held, absent = [f"{number:05}" for number in range(10)], ["90001", "90002"]
    bench = Bench({each: each.encode() * 4 for each in held}, cache_entries=6, cache_bytes=150, load_threads=4)

    async def request(rng: random.Random) -> str:
        wanted = rng.choice(held + absent)
        (asked,) = start(bench.repository.get(wanted))
        if rng.random() < 0.1:
            await asyncio.sleep(0)
            asked.cancel()
        (found,) = await asyncio.gather(asked, return_exceptions=True)
        if isinstance(found, Snapshot):
            assert (found.key, found.stored_as) == (wanted, f"{wanted}.pickle")
        else:
            assert type(found) in {asyncio.CancelledError, NotFound if wanted in absent else UpstreamUnavailable}
        return type(found).__name__

    async def client(seed: int) -> list[str]:
        rng = random.Random(seed)
        return [each for _ in range(20) for each in await asyncio.gather(*(request(rng) for _ in range(10)))]

    def trouble() -> None:
        rng = random.Random(0)
        for _ in range(300):
            victim = rng.choice(held)
            bench.storage.fail(UpstreamUnavailable, victim)
            bench.storage.put(victim, victim.encode() * rng.randrange(1, 8))
            bench.clock.turn(rng.choice([1, RETRY_PAUSE, TTL, STALE_LIMIT]))
            bench.storage.mend()

    with ThreadPoolExecutor(7) as pool, captured_logs():
        running = [pool.submit(asyncio.run, client(seed)) for seed in range(6)]
        pool.submit(trouble).result(PATIENCE)
        results = Counter(each for client in running for each in client.result(PATIENCE))
    stats = bench.repository.stats()
    assert results["Snapshot"] > results.total() / 2
    assert stats["loading"] == 0
    assert stats["entries"] <= 6
    assert stats["bytes"] <= 150
    # A cancelled request may have had its answer before.
    counted = sum(stats[each] for each in get_args(Outcome))
    assert results.total() - results["CancelledError"] <= counted <= results.total()
