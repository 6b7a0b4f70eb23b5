"""Tests of the repository: what comes from memory, what is read, missing or refused, and what can be observed."""

import asyncio
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from fakes import SECRET, FakeStorage
from graphql_api.config import Settings
from graphql_api.errors import BadUserInput, DataCorrupt, NotFound, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.jockeys.repository import Jockeys
from graphql_api.logs import REQUEST_ID
from graphql_api.snapshots.trace import Trace
from log_lines import captured_logs
from repository_bench import BUG, CORRUPT, MISSING_TTL, TTL, A, B, Bench, C, D, start, until_waiting


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Make a bench of default settings, whose log lines go nowhere: rendering tracebacks takes long."""
    with captured_logs():
        yield Bench()


# Memory


def test_a_first_request_reads_and_decodes(bench: Bench) -> None:
    """A jockey not held is read, decoded, and described by what the storage says of the file."""
    stored = bench.storage.put(A, b"12345")
    found = bench.get()
    assert (found.key, found.value.nbytes, found.stale) == (A, 5, False)
    assert (found.etag, found.last_modified, found.size, found.stored_as) == (
        stored.etag,
        stored.last_modified,
        5,
        "00001.pickle",
    )
    assert bench.decoded == [b"12345"]


def test_a_held_jockey_is_given_at_once(bench: Bench) -> None:
    """While fresh, a jockey comes from memory, the same object to every caller, with or without an event loop."""
    assert bench.repository.cached(A) is None
    found = bench.get()
    bench.clock.turn(TTL - 0.001)
    assert bench.get() is found
    assert bench.repository.cached(A) is found
    assert bench.storage.reads == {A: 1}


def test_an_expired_jockey_is_not_given_at_once(bench: Bench) -> None:
    """At its TTL a jockey is no longer given without asking the storage."""
    bench.get()
    bench.expire()
    assert bench.repository.cached(A) is None


def test_max_age_counts_down_to_the_next_check(bench: Bench) -> None:
    """The age that clients may keep a snapshot for is what is left of its TTL in whole seconds, never negative."""
    found = bench.get()
    assert bench.repository.max_age(found) == TTL
    bench.clock.turn(TTL - 1.5)
    assert bench.repository.max_age(found) == 1
    bench.clock.turn(100)
    assert bench.repository.max_age(found) == 0


def test_without_a_ttl_every_request_asks() -> None:
    """A TTL of zero revalidates each time, and still decodes only what changed."""
    bench = Bench(cache_ttl=0)
    outcomes = [bench.outcome() for _ in range(3)]
    assert outcomes == ["miss", "revalidated", "revalidated"]
    assert bench.decoded == [b"aaa"]


def test_entries_are_bounded() -> None:
    """Of more jockeys than may be held, the one used least recently goes, and is counted."""
    bench = Bench(cache_entries=2)
    for each in (A, B, A, C):
        bench.get(each)
    assert [bench.repository.cached(each) is not None for each in (A, B, C)] == [True, False, True]
    assert bench.repository.stats()["evicted"] == 1
    assert bench.repository.stats()["entries"] == 2


def test_bytes_are_bounded() -> None:
    """Jockeys that together weigh more than may be held make room, the least recently used first."""
    bench = Bench({A: b"4444", B: b"4444", C: b"55555"}, cache_bytes=10)
    for each in (A, B, C):
        bench.get(each)
    assert [bench.repository.cached(each) is not None for each in (A, B, C)] == [False, True, True]
    assert bench.repository.stats()["bytes"] == 9


def test_a_jockey_larger_than_the_cache_is_held_alone() -> None:
    """A jockey heavier than the whole bound is read once, however often it is asked for; the others make room."""
    bench = Bench({A: b"4444", B: b"x" * 11}, cache_bytes=10)
    bench.get(A)
    assert [bench.outcome(B), bench.outcome(B), bench.outcome(B)] == ["miss", "hit", "hit"]
    assert bench.repository.cached(A) is None
    assert bench.repository.stats()["entries"] == 1


def test_a_jockey_that_outgrows_the_cache_leaves_no_old_version() -> None:
    """A new version heavier than the whole bound takes the place of the old one."""
    bench = Bench({A: b"4444"}, cache_bytes=10)
    bench.get()
    bench.storage.put(A, b"x" * 11)
    bench.expire()
    bench.get()
    bench.storage.fail(UpstreamUnavailable)
    bench.expire()
    assert bench.get().size == 11


def test_a_new_version_evicts_nobody() -> None:
    """A version that takes the place of an older one in a full cache drives nobody out."""
    bench = Bench(cache_entries=2)
    bench.get(A)
    bench.expire()
    bench.get(B)
    bench.storage.put(A, b"new")
    bench.get(A)
    assert bench.repository.cached(B) is not None
    assert bench.repository.stats()["evicted"] == 0


# Revalidation


def test_an_unchanged_file_is_not_decoded_again(bench: Bench) -> None:
    """On expiry an unchanged file is fresh for another TTL, with the very records it had."""
    before = bench.get()
    bench.expire()
    assert bench.outcome() == "revalidated"
    after = bench.repository.cached(A)
    assert after is not None
    assert after.value is before.value
    assert bench.repository.max_age(after) == TTL
    assert (bench.decoded, bench.storage.unchanged) == ([b"aaa"], {A: 1})


def test_a_changed_file_is_decoded(bench: Bench) -> None:
    """On expiry a changed file replaces the version held."""
    before = bench.get()
    bench.storage.put(A, b"changed")
    assert bench.get() is before
    bench.expire()
    assert bench.outcome() == "miss"
    assert bench.get().size == len(b"changed")
    assert bench.get().etag != before.etag


def test_revalidation_goes_on_for_ever() -> None:
    """A version that is confirmed each time is never read again, however long it has been held."""
    bench = Bench(stale_limit=10)
    bench.get()
    for _ in range(50):
        bench.expire()
        bench.get()
    assert bench.decoded == [b"aaa"]


def test_a_removed_file_is_missing_on_expiry(bench: Bench) -> None:
    """A jockey whose file is gone is not found once the copy has expired, and its copy is dropped."""
    bench.get()
    bench.storage.remove(A)
    bench.expire()
    assert bench.outcome() == "missing"
    assert bench.repository.stats()["entries"] == 0
    bench.storage.fail(UpstreamUnavailable)
    bench.clock.turn(MISSING_TTL)
    with pytest.raises(UpstreamUnavailable):
        bench.get()


# Missing jockeys


def test_absence_is_remembered_for_a_while(bench: Bench) -> None:
    """A missing jockey is asked for once in a while, and each request is told the same words."""
    with pytest.raises(NotFound) as first:
        bench.get(D)
    with pytest.raises(NotFound) as second:
        bench.get(D)
    assert first.value.message == second.value.message
    assert bench.storage.reads == {D: 1}
    bench.storage.put(D, b"now")
    assert bench.outcome(D) == "missing"
    bench.clock.turn(MISSING_TTL)
    assert bench.get(D).size == 3


def test_the_memory_of_absence_is_bounded() -> None:
    """Many missing ids take bounded memory: the oldest is forgotten and asked for again."""
    bench = Bench(missing_entries=2)
    for each in ("90001", "90002", "90003", "90003", "90001"):
        assert bench.outcome(each) == "missing"
    assert bench.storage.reads == {"90001": 2, "90002": 1, "90003": 1}


@pytest.mark.parametrize("text", ["", "1", "../etc/passwd", "00001\n", "０００００"])
def test_what_is_no_id_is_refused(bench: Bench, text: str) -> None:
    """A text that is no jockey id is refused before the storage sees it."""
    with pytest.raises(BadUserInput):
        bench.get(text)
    assert not bench.storage.reads


# Errors


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault])
def test_errors_are_raised_and_not_cached(bench: Bench, error: type[ServiceError]) -> None:
    """Without a copy the error is raised as its own kind, for the log whole, and the next request tries again."""
    bench.storage.fail(error)
    with pytest.raises(error) as raised:
        bench.get()
    assert raised.value.log_fields == {"bucket": SECRET}
    assert SECRET not in raised.value.message
    assert SECRET in "".join(traceback.format_exception(raised.value))
    bench.storage.mend()
    assert bench.outcome() == "miss"


def test_a_refused_file_is_decoded_once(bench: Bench) -> None:
    """A file that cannot be read is DATA_CORRUPT at each request; once in a while its ETag is asked for, no more."""
    bench.storage.put(A, CORRUPT)
    for _ in range(3):
        for _ in range(5):
            with pytest.raises(DataCorrupt) as caught:
                bench.get()
            assert caught.value.log_fields == {"refused": SECRET}
        bench.clock.turn(MISSING_TTL)
    assert (bench.storage.reads, bench.storage.unchanged) == ({A: 3}, {A: 2})
    assert bench.decoded == [CORRUPT]


def test_a_file_that_takes_the_place_of_a_refused_one_is_read(bench: Bench) -> None:
    """Another version of a refused file is read as soon as its ETag is asked for, whether it can be read or not."""
    for version in (CORRUPT, CORRUPT + b"2"):
        bench.storage.put(A, version)
        assert bench.outcome() == "failed"
        bench.clock.turn(MISSING_TTL)
    bench.storage.put(A, b"good")
    assert bench.outcome() == "miss"
    assert bench.outcome() == "hit"
    bench.expire()
    assert bench.outcome() == "revalidated"


def test_the_memory_of_refusals_is_bounded() -> None:
    """Many refused files take bounded memory: the oldest is forgotten, and decoded again."""
    bench = Bench(dict.fromkeys((A, B, C), CORRUPT), missing_entries=2)
    for each in (A, B, C, C, A):
        bench.outcome(each)
    assert len(bench.decoded) == 4


def test_a_file_too_large_to_read_is_remembered(bench: Bench) -> None:
    """A file that the storage itself refuses is asked for once in a while."""
    bench.storage.fail(DataCorrupt)
    for _ in range(3):
        with pytest.raises(DataCorrupt):
            bench.get()
    assert bench.storage.reads == {A: 1}
    bench.storage.mend()
    bench.clock.turn(MISSING_TTL)
    assert bench.outcome() == "miss"


def test_a_bug_in_decoding_is_tried_again_before_long() -> None:
    """What no decoder should raise costs one decode in a while, but is not held against the file for ever."""
    bench = Bench({A: BUG})
    for _ in range(2):
        for _ in range(3):
            with pytest.raises(RuntimeError):
                bench.get()
        bench.clock.turn(MISSING_TTL)
    assert bench.decoded == [BUG, BUG]


def test_an_unforeseen_error_is_no_service_error(bench: Bench) -> None:
    """A bug in a load is raised as an unforeseen error with its cause, for the edge to mask."""
    bench.storage.fail(ZeroDivisionError)
    with pytest.raises(RuntimeError) as raised:
        bench.get()
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_waiters_of_one_failed_load_get_errors_of_their_own(bench: Bench) -> None:
    """All who wait for a load get its error, each an instance of its own, and no traceback grows by the waiters."""

    async def main() -> list[Any]:
        with bench.storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(A) for _ in range(20)))
            await until_waiting(*tasks)
            gate.opened.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

    bench.storage.fail(UpstreamUnavailable)
    errors = asyncio.run(main())
    assert bench.storage.reads == {A: 1}
    assert {type(each) for each in errors} == {UpstreamUnavailable}
    assert len({id(each) for each in errors}) == 20
    assert len({len(traceback.extract_tb(each.__traceback__)) for each in errors}) == 1
    (shared,) = {each.__cause__ for each in errors}
    assert "_landed" not in {frame.name for frame in traceback.extract_tb(shared.__traceback__)}


# What can be observed


def test_outcomes_are_counted(bench: Bench) -> None:
    """Each request is counted under exactly one outcome, those of ``cached`` included."""
    bench.get()
    bench.get()
    bench.repository.cached(A)
    bench.repository.cached(B)
    bench.outcome(D)
    bench.expire()
    bench.get()
    bench.expire()
    bench.storage.fail(UpstreamUnavailable)
    bench.get()
    bench.repository.cached(A)
    bench.outcome(B)
    assert bench.repository.stats() == {
        "hit": 2,
        "miss": 1,
        "revalidated": 1,
        "stale": 2,
        "late": 0,
        "missing": 1,
        "failed": 1,
        "evicted": 0,
        "loading": 0,
        "entries": 1,
        "bytes": 3,
    }


def test_a_trace_learns_the_stages_of_its_load(bench: Bench) -> None:
    """A request that waits for a load is charged its stages, also where it joined it, or it failed; a hit is not."""

    async def both(*traces: Trace) -> None:
        with bench.storage.gate(A) as gate:
            tasks = start(*(bench.repository.get(A, each) for each in traces))
            await until_waiting(*tasks)
            gate.opened.set()
            await asyncio.gather(*tasks)

    first, second, third, failed = (Trace() for _ in range(4))
    asyncio.run(both(first, second))
    assert first.stages == second.stages
    assert set(first.stages) == {"storage", "decode"}
    bench.get(A, third)
    assert (third.stages, third.outcomes) == ({}, {"hit": 1})
    bench.storage.fail(UpstreamUnavailable)
    with pytest.raises(UpstreamUnavailable):
        bench.get(B, failed)
    assert (set(failed.stages), failed.outcomes) == ({"storage"}, {"failed": 1})


def test_stages_of_one_trace_add_up() -> None:
    """Seconds charged to one stage again are added."""
    trace = Trace()
    trace.add("storage", 1.0)
    trace.add("storage", 0.5)
    assert trace.stages == {"storage": 1.5}


def test_a_load_logs_in_the_context_of_its_request(bench: Bench) -> None:
    """What a load logs carries what the request that began it has bound, such as its id."""

    async def main() -> None:
        REQUEST_ID.set("r-1")
        await bench.repository.get(A)

    bench.get()
    bench.expire()
    bench.storage.fail(UpstreamUnavailable)
    with captured_logs() as logs:
        asyncio.run(main())
    assert [each["request_id"] for each in logs] == ["r-1"]


def test_a_real_file_is_decoded_by_default() -> None:
    """Without a decoder of one's own, a pickled frame comes out as race records, its stages timed."""
    import pandas as pd

    data = pickle.dumps(pd.DataFrame({"日付": ["2024/09/29"], "馬名": ["Kuronekoma"], "着順": [1]}))
    trace = Trace()
    repository = Jockeys(FakeStorage({A: data}), Settings())
    found = asyncio.run(repository.get(A, trace))
    repository.close()
    assert found.value.rows == 1
    assert found.value.fields["horse_name"][0] == "Kuronekoma"
    assert list(trace.stages) == ["storage", "unpickle", "normalise"]
