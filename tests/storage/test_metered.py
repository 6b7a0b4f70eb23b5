"""The metered storage: it passes everything on, and counts calls, failures and runs of failures."""

import pytest

from fakes import FakeClock, FakeStorage
from graphql_api.errors import DataCorrupt, NotFound, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.storage.metered import MeteredStorage


def failing(storage: MeteredStorage, error: type[ServiceError], calls: int = 1) -> None:
    """Make calls that fail."""
    for _ in range(calls):
        with pytest.raises(error):
            storage.read("00001.pickle")


def test_answers_are_passed_on() -> None:
    """Every method gives what the storage behind gives, its conditional reads included."""
    behind = FakeStorage({"00001": b"data"})
    metered = MeteredStorage(behind)
    stored = metered.read("00001.pickle")
    assert stored == behind.read("00001.pickle")
    assert stored is not None
    assert metered.read("00001.pickle", stored.etag) is None
    assert (metered.list_objects(), metered.list_objects("1")) == (behind.list_objects(), behind.list_objects("1"))
    assert metered.check() == {"storage": "ok"}


def test_each_call_is_timed() -> None:
    """A reading has the seconds of every call since the one before, also of calls that failed."""
    behind, clock = FakeStorage({"00001": b"data"}), FakeClock()

    def tick() -> float:
        clock.turn(2)
        return clock()

    metered = MeteredStorage(behind, tick)
    metered.read("00001.pickle")
    metered.check()
    behind.fail(UpstreamUnavailable)
    failing(metered, UpstreamUnavailable)
    assert metered.usage().seconds == (2, 2, 2)
    assert metered.usage().seconds == ()


def test_no_more_durations_are_kept_than_a_metric_may_have() -> None:
    """Of very many calls the last hundred durations remain."""
    metered = MeteredStorage(FakeStorage())
    for _ in range(150):
        metered.check()
    assert len(metered.usage().seconds) == 100


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault])
def test_failures_in_a_row_run_over_readings(error: type[ServiceError]) -> None:
    """Failures are counted anew after each reading, a run of them is not; a reading has the longest run."""
    behind = FakeStorage({"00001": b"data"})
    metered = MeteredStorage(behind)
    behind.fail(error)
    failing(metered, error, 2)
    usage = metered.usage()
    assert (usage.failures, usage.consecutive_failures) == (2, 2)
    failing(metered, error, 3)
    behind.mend()
    metered.read("00001.pickle")
    behind.fail(error)
    failing(metered, error)
    usage = metered.usage()
    assert (usage.failures, usage.consecutive_failures) == (4, 5)
    failing(metered, error)
    assert metered.usage().consecutive_failures == 2


def test_a_reading_without_calls_reports_no_run() -> None:
    """Where nothing was asked of a storage that failed before, there is no failure to report."""
    behind = FakeStorage()
    metered = MeteredStorage(behind)
    behind.fail(UpstreamUnavailable)
    failing(metered, UpstreamUnavailable)
    metered.usage()
    usage = metered.usage()
    assert (usage.failures, usage.consecutive_failures) == (0, 0)


@pytest.mark.parametrize("error", [NotFound, DataCorrupt])
def test_an_answer_that_is_no_file_ends_a_run(error: type[ServiceError]) -> None:
    """A missing or oversized file is an answer of the storage: no failure, and the end of a run."""
    behind = FakeStorage()
    metered = MeteredStorage(behind)
    behind.fail(UpstreamUnavailable)
    failing(metered, UpstreamUnavailable)
    metered.usage()
    behind.fail(error)
    failing(metered, error)
    behind.fail(UpstreamUnavailable)
    failing(metered, UpstreamUnavailable)
    usage = metered.usage()
    assert (usage.failures, usage.consecutive_failures) == (1, 1)
