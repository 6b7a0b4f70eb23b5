"""Tests of the repository's last good copies, which answer while reading fails."""

from collections.abc import Iterator

import pytest

from fakes import SECRET
from graphql_api.errors import ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.snapshots.failures import RETRY_PAUSE
from log_lines import captured_logs
from repository_bench import CORRUPT, STALE_LIMIT, A, Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Make a bench of default settings, whose log lines go nowhere: rendering tracebacks takes long."""
    with captured_logs():
        yield Bench()


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault])
def test_the_last_good_copy_answers_while_the_storage_fails(bench: Bench, error: type[ServiceError]) -> None:
    """While the storage fails, an expired copy answers, marked stale, and a warning names the cause."""
    before = bench.get()
    bench.storage.fail(error)
    bench.expire()
    with captured_logs() as logs:
        found = bench.get()
    assert found.stale
    assert found.value is before.value
    (line,) = logs
    assert (line["event"], line["log_level"], line["jockey_id"]) == ("stale_copy_served", "warning", A)
    assert line["bucket"] == SECRET
    assert isinstance(line["exc_info"], error)
    assert isinstance(line["exc_info"].__cause__, OSError)


def test_a_corrupt_new_file_does_not_replace_a_good_copy(bench: Bench) -> None:
    """A new file that cannot be read leaves the last good copy answering, stale, and is logged as an error."""
    bench.get()
    bench.storage.put(A, CORRUPT)
    bench.expire()
    with captured_logs() as logs:
        found = bench.get()
    assert found.stale
    assert found.size == len(b"aaa")
    assert [(line["log_level"], line["refused"]) for line in logs] == [("error", SECRET)]


def test_a_refused_new_file_is_decoded_once(bench: Bench) -> None:
    """While a new file is refused, its ETag is asked for, no more; the version before is good again at once."""
    before = bench.get()
    bench.storage.put(A, CORRUPT)
    bench.expire()
    for _ in range(5):
        assert bench.get().stale
        bench.clock.turn(RETRY_PAUSE)
    assert bench.decoded == [b"aaa", CORRUPT]
    bench.storage.put(A, b"aaa")
    assert bench.outcome() == "revalidated"
    assert bench.get().value is before.value
    assert bench.decoded == [b"aaa", CORRUPT]


def test_an_unforeseen_failure_does_not_replace_a_good_copy(bench: Bench) -> None:
    """Even a bug on the way to a new version leaves the last good copy answering, and is logged as an error."""
    bench.get()
    bench.storage.fail(ZeroDivisionError)
    bench.expire()
    with captured_logs() as logs:
        assert bench.get().stale
    assert [line["log_level"] for line in logs] == ["error"]


def test_a_failing_storage_is_not_hammered(bench: Bench) -> None:
    """A stale copy answers at once for a short while before the storage is tried again, as its max-age says."""
    bench.get()
    bench.storage.fail(UpstreamUnavailable)
    bench.expire()
    found = bench.get()
    assert bench.repository.max_age(found) == RETRY_PAUSE
    bench.clock.turn(RETRY_PAUSE - 0.001)
    assert bench.repository.cached(A) is found
    assert bench.storage.reads == {A: 2}
    bench.clock.turn(0.001)
    assert bench.get().stale
    assert bench.storage.reads == {A: 3}


def test_the_pause_is_no_longer_than_the_ttl() -> None:
    """Where the TTL is shorter than the usual pause, the storage is tried again after the TTL."""
    bench = Bench(cache_ttl=5)
    bench.get()
    bench.storage.fail(UpstreamUnavailable)
    bench.clock.turn(5)
    assert bench.repository.max_age(bench.get()) == 5


def test_a_mended_storage_ends_staleness(bench: Bench) -> None:
    """When the storage works again, the unchanged copy is fresh as before, without decoding it again."""
    bench.get()
    bench.storage.fail(UpstreamUnavailable)
    bench.expire()
    assert bench.outcome() == "stale"
    bench.storage.mend()
    bench.clock.turn(RETRY_PAUSE)
    assert bench.outcome() == "revalidated"
    assert not bench.get().stale
    assert bench.decoded == [b"aaa"]


def test_a_copy_beyond_the_stale_limit_does_not_answer(bench: Bench) -> None:
    """Past the stale limit the error is raised, however often the copy answered until then."""
    bench.get()
    bench.storage.fail(UpstreamUnavailable)
    bench.expire()
    bench.get()
    bench.clock.turn(STALE_LIMIT - 1)
    assert bench.get().stale
    bench.clock.turn(1)
    assert bench.repository.cached(A) is None
    with pytest.raises(UpstreamUnavailable):
        bench.get()


def test_a_fresh_copy_hides_a_failing_storage(bench: Bench) -> None:
    """A failing storage is not noticed while the copy is fresh."""
    bench.get()
    bench.storage.fail(UpstreamUnavailable)
    assert bench.outcome() == "hit"
