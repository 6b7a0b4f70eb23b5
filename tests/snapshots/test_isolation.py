"""Tests of what jockeys whose reads hang may take: threads for a while, and no other jockey's answer."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Lock
from typing import Any

import pytest

from fake_s3 import found, hang, refusal, serving, settings
from fakes import PATIENCE, FakeStorage
from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt, UpstreamUnavailable
from graphql_api.jockeys.repository import Jockeys
from graphql_api.snapshots.failures import GRACE, RETRY_PAUSE, SLOW
from graphql_api.snapshots.loading import MAX_DECODES
from graphql_api.snapshots.threads import SUSPECTS
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import MAX_OBJECT_BYTES
from graphql_api.storage.s3 import S3Storage
from log_lines import captured_logs
from repository_bench import A, B, Bench, records_of, start, until_waiting

pytest_plugins = ("s3_servers",)
HANGING = [f"{number:05}" for number in range(100, 140)]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Let log lines go nowhere: rendering tracebacks takes long."""
    with captured_logs():
        yield


class SlowToFail(FakeStorage):
    """Reads of the jockeys named fail after they took ``seconds`` of the bench's clock."""

    def __init__(self, bench: Bench, *jockeys: str, seconds: float) -> None:
        """Take the place of the bench's storage."""
        super().__init__({A: b"aaa", B: b"bbb", **dict.fromkeys(HANGING, b"x")})
        self.bench, self.jockeys, self.seconds = bench, set(jockeys), seconds
        bench.storage = self
        bench.repository = Jockeys(self, bench.settings, clock=bench.clock, load=bench.load)

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> Any:
        """Read, or let time pass and fail."""
        jockey_id = key.removesuffix(".pickle")
        if jockey_id in self.jockeys:
            self.reads[jockey_id] += 1
            self.bench.clock.turn(self.seconds)
            raise UpstreamUnavailable("slow")
        return super().read(key, etag)


# Threads


def test_a_healthy_jockey_is_read_beside_forty_that_hang() -> None:
    """With as many reads hanging as a bad part of a bucket may cause, another jockey is read at once."""
    bench = Bench({A: b"aaa", **dict.fromkeys(HANGING, b"x")})

    async def main() -> None:
        with ExitStack() as gates:
            entered = [gates.enter_context(bench.storage.gate(each)) for each in HANGING]
            tasks = start(*(bench.repository.get(each) for each in HANGING))
            for gate in entered:
                await asyncio.to_thread(gate.wait_for_read)
            async with asyncio.timeout(PATIENCE / 2):
                assert (await bench.repository.get(A)).key == A
            await until_waiting(*tasks)
            for gate in entered:
                gate.opened.set()
            await asyncio.gather(*tasks)

    asyncio.run(main())


def test_suspects_have_a_part_of_the_threads() -> None:
    """Jockeys whose last read was slow to fail hold a quarter of the threads at most; more are refused at once."""
    bench = Bench(load_threads=2 * SUSPECTS)
    storage = SlowToFail(bench, *HANGING, seconds=SLOW)
    for each in HANGING:
        assert bench.outcome(each) == "failed"
    bench.clock.turn(RETRY_PAUSE)
    storage.jockeys.clear()

    async def main() -> None:
        with storage.gate(HANGING[0]) as first, storage.gate(HANGING[1]) as second:
            tasks = start(*(bench.repository.get(each) for each in HANGING[:2]))
            for gate in (first, second):
                await asyncio.to_thread(gate.wait_for_read)
            with pytest.raises(UpstreamUnavailable):
                await bench.repository.get(HANGING[2])
            assert (await bench.repository.get(A)).key == A
            first.opened.set()
            await tasks[0]
            assert (await bench.repository.get(HANGING[2])).key == HANGING[2]
            second.opened.set()
            await tasks[1]

    asyncio.run(main())


def test_versions_of_one_jockey_hold_one_thread() -> None:
    """However many versions of one jockey are asked about, one read is made, and the others are told no."""
    bench = Bench()

    async def main() -> None:
        with bench.storage.gate(A) as gate:
            etag = bench.storage.put(A, b"aaa").etag
            tasks = start(*(bench.repository.unchanged(A, tag) for tag in (etag, "other", etag, *map(str, range(50)))))
            await until_waiting(*tasks)
            gate.opened.set()
            assert [await each for each in tasks] == [True, False, True, *[False] * 50]

    asyncio.run(main())
    assert bench.storage.reads == {A: 1}


def test_what_is_known_of_a_jockey_answers_for_its_versions() -> None:
    """Absence and refusals are remembered where a version is asked about, too."""
    bench = Bench({A: b"corrupt"})
    assert bench.outcome(A) == "failed"
    with pytest.raises(DataCorrupt):
        asyncio.run(bench.repository.unchanged(A, "tag"))
    for _ in range(3):
        with pytest.raises(Exception, match="not found"):
            asyncio.run(bench.repository.unchanged(B, "tag"))
    assert bench.outcome(B) == "missing"
    assert bench.storage.reads == {A: 1, B: 1}


def test_readiness_holds_one_thread() -> None:
    """However many ask whether the storage answers, or for the same page of ids, it is asked once at a time."""
    bench = Bench()

    async def main() -> None:
        with bench.storage.gate("check") as check, bench.storage.gate("list_ids") as listing:
            tasks = start(*(bench.check() for _ in range(50)), *(bench.repository.list_ids() for _ in "ab"))
            await until_waiting(*tasks)
            check.opened.set()
            listing.opened.set()
            await asyncio.gather(*tasks)

    asyncio.run(main())
    assert bench.storage.calls == {"check": 1, "list_ids": 1}


def test_listings_that_hang_hold_up_no_jockey() -> None:
    """However many pages of ids are asked for and hang, and versions with them, a jockey is read at once."""
    bench = Bench({A: b"aaa", **dict.fromkeys(HANGING, b"x")}, load_threads=4)

    async def main() -> None:
        with ExitStack() as gates:
            listing = gates.enter_context(bench.storage.gate("list_ids"))
            versions = [gates.enter_context(bench.storage.gate(each)) for each in HANGING]
            pages = start(*(bench.repository.list_ids(each, 1) for each in HANGING))
            asked = start(*(bench.repository.unchanged(each, "tag") for each in HANGING))
            await asyncio.to_thread(listing.wait_for_read)
            async with asyncio.timeout(PATIENCE / 2):
                assert (await bench.repository.get(A)).key == A
            for gate in (listing, *versions):
                gate.opened.set()
            await asyncio.gather(*pages, *asked)

    asyncio.run(main())


def test_decoding_is_bounded_apart_from_reading() -> None:
    """However many files are read at once, a bounded number is decoded."""
    running, most, lock = 0, 0, Lock()
    enough, go_on = Event(), Event()

    def load(data: bytes, jockey_id: str, trace: Trace) -> Any:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == MAX_DECODES:
                enough.set()
        assert go_on.wait(PATIENCE)
        with lock:
            running -= 1
        return records_of(1)

    storage = FakeStorage(dict.fromkeys(HANGING, b"x"))
    repository = Jockeys(storage, Settings(), load=load)

    async def main() -> None:
        tasks = start(*(repository.get(each) for each in HANGING))
        assert await asyncio.to_thread(enough.wait, PATIENCE)
        go_on.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    repository.close()
    assert most == MAX_DECODES


# The breaker of each jockey


def test_a_read_that_was_slow_to_fail_is_remembered() -> None:
    """A jockey is left alone for as long as its read took, twice as long each time, half a minute at most."""
    bench = Bench()
    storage = SlowToFail(bench, A, seconds=SLOW * 6)
    for pause in (6 * SLOW, 12 * SLOW, 24 * SLOW, RETRY_PAUSE, RETRY_PAUSE):
        reads = storage.reads[A]
        assert bench.outcome(A) == "failed"
        assert bench.outcome(A) == "failed"
        bench.clock.turn(pause - 0.001)
        assert bench.outcome(A) == "failed"
        assert storage.reads[A] == reads + 1
        bench.clock.turn(0.001)
    storage.jockeys.clear()
    assert [bench.outcome(A), bench.outcome(A)] == ["miss", "hit"]


def test_a_jockey_that_fails_for_ever_is_still_asked_for() -> None:
    """However often a jockey's reads were slow to fail, the pause stays as it is."""
    bench = Bench()
    storage = SlowToFail(bench, A, seconds=SLOW)
    for _ in range(1_100):
        assert bench.outcome(A) == "failed"
        bench.clock.turn(RETRY_PAUSE)
    assert storage.reads[A] == 1_100


def test_a_quick_failure_is_not_remembered() -> None:
    """A read that fails at once is tried again by the next request."""
    bench = Bench()
    storage = SlowToFail(bench, A, seconds=SLOW / 2)
    assert [bench.outcome(A), bench.outcome(A)] == ["failed", "failed"]
    assert storage.reads[A] == 2


def test_one_request_tries_a_jockey_after_its_pause() -> None:
    """Half open, a jockey is tried by one load, whose end all who ask for it wait for."""
    bench = Bench()
    storage = SlowToFail(bench, A, seconds=SLOW)
    bench.outcome(A)
    bench.clock.turn(SLOW)
    storage.jockeys.clear()

    async def main() -> None:
        with storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(A) for _ in range(20)))
            await until_waiting(*tasks)
            gate.opened.set()
            await asyncio.gather(*tasks)

    asyncio.run(main())
    assert storage.reads[A] == 2


# The copy in hand


def test_an_expired_copy_answers_while_its_check_takes_long() -> None:
    """A copy waits for its check a moment only; whoever comes while that goes on does not wait at all."""
    bench = Bench()
    before = bench.get(A)
    bench.expire()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with bench.storage.gate(A) as gate:
            first = await bench.repository.get(A)
            begun = loop.time()
            others = [await bench.repository.get(A) for _ in range(100)]
            assert loop.time() - begun < 100 * GRACE
            for copy in (first, *others):
                assert (copy.value, copy.stale, bench.repository.max_age(copy)) == (before.value, True, 0)
            (load,) = start(bench.repository.refresh(A, Trace()))
            await until_waiting(load)
            gate.opened.set()
            await load
        after = await bench.repository.get(A)
        assert (after.stale, after.value) == (False, before.value)

    asyncio.run(main())
    assert bench.storage.reads == {A: 2}
    assert bench.repository.stats()["late"] == 101


def test_a_check_that_is_quick_is_waited_for() -> None:
    """Where the storage answers within the moment, nobody gets a stale copy."""
    bench = Bench()
    bench.get(A)
    bench.storage.put(A, b"new")
    bench.expire()
    found = bench.get(A)
    assert (found.stale, found.size) == (False, 3)


FAULTS = [refusal(404, "NoSuchBucket"), refusal(500, "InternalError"), refusal(403, "AccessDenied"), hang]


@pytest.mark.parametrize("fault", FAULTS, ids=["NoSuchBucket", "InternalError", "AccessDenied", "hang"])
def test_the_copy_in_hand_answers_whatever_s3_says(aws: pytest.MonkeyPatch, fault: Any) -> None:
    """A bucket that is gone, fails, refuses or hangs leaves an expired copy answering, stale."""

    async def main(repository: Jockeys) -> None:
        assert not (await repository.get(A)).stale
        assert (await repository.get(A)).stale
        assert (await repository.refresh(A, Trace())).stale  # also ends the load that hangs

    with serving(found(), fault) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        made = settings(data="s3://the-bucket", read_timeout=0.7, cache_ttl=0.0)
        storage = S3Storage(made, attempts=2, sleep=lambda _: None)
        repository = Jockeys(storage, made, load=lambda data, *_: records_of(len(data)))
        asyncio.run(main(repository))
        repository.close()


def test_settings_have_room_for_forty() -> None:
    """By default more jockeys may hang than the suspects' part, and others are still read."""
    assert Settings().load_threads > len(HANGING)
