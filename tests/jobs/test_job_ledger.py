"""Records of jobs: claimed by one, ended by who holds the claim, started anew as they should; in every store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes import FakeClock
from graphql_api.errors import Conflict, NotFound, StoreUnavailable
from graphql_api.jobs.ledger import Busy, Ledger, Times
from graphql_api.jobs.model import WORKER_LOST, JobRecord, JobState, Order
from graphql_api.store.protocol import Item, Key
from graphql_api.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

TIMES = Times()
FRESH = 600.0


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock."""
    made = FakeClock()
    made.now = 1_800_000_000.0
    return made


@pytest.fixture
def ledger(make_store: "Make", clock: FakeClock) -> Ledger:
    """Give records without one."""
    return Ledger(make_store(clock), TIMES, clock)


class Sent(list[Order]):
    """Messages that were sent."""

    def submit(self, ledger: Ledger, name: str = "a", fresh: float = FRESH) -> JobRecord:
        """Ask for a job."""
        return ledger.submit("note", name, {"number": 1}, fresh, self.append)


@pytest.fixture
def sent() -> Sent:
    """Give a queue that only takes."""
    return Sent()


def claimed(ledger: Ledger, order: Order) -> JobRecord:
    """Claim a job that can be."""
    found = ledger.claim(order)
    assert isinstance(found, JobRecord)
    return found


def test_a_job_is_queued_claimed_and_done(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """With its times, its attempts and its result."""
    assert sent.submit(ledger).state is JobState.QUEUED
    clock.now += 1
    claim = claimed(ledger, sent[0])
    running = ledger.find("a")
    assert running is not None
    assert (running.state, running.attempts, running.started) == (JobState.RUNNING, 1, clock.now)
    clock.now += 1
    assert ledger.succeed(claim, {"text": "馬"})
    done = ledger.find("a")
    assert done is not None
    assert (done.state, done.result, done.finished) == (JobState.SUCCEEDED, {"text": "馬"}, clock.now)
    assert done.created == clock.now - 2
    assert ledger.claim(sent[0]) is None
    clock.now += TIMES.kept + 1
    assert ledger.find("a") is None


def test_the_same_request_joins_what_is_under_way_or_fresh(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """It is started anew when it is no longer fresh; the message of the run before is void then."""
    sent.submit(ledger)
    sent.submit(ledger)
    claim = claimed(ledger, sent[0])
    assert sent.submit(ledger).state is JobState.RUNNING
    ledger.succeed(claim, {})
    assert sent.submit(ledger).state is JobState.SUCCEEDED
    assert len(sent) == 1
    clock.now += FRESH
    assert sent.submit(ledger).state is JobState.QUEUED
    assert [order.run for order in sent] == [1, 2]
    assert ledger.claim(sent[0]) is None
    assert claimed(ledger, sent[1]).attempts == 1


def test_a_worker_may_be_faster_than_the_record(ledger: Ledger, sent: Sent) -> None:
    """The message came first: the worker's own record counts, and who asked joins it."""

    def deliver(order: Order) -> None:
        sent.append(order)
        claimed(ledger, order)

    assert ledger.submit("note", "a", {}, FRESH, deliver).state is JobState.RUNNING
    assert len(sent) == 1


def test_nothing_is_recorded_if_nothing_was_sent(ledger: Ledger, sent: Sent) -> None:
    """Else all who ask later would wait for a message that never comes."""

    def fail(_order: Order) -> None:
        raise StoreUnavailable("Away.")

    with pytest.raises(StoreUnavailable):
        ledger.submit("note", "a", {}, FRESH, fail)
    assert ledger.find("a") is None
    assert sent.submit(ledger).state is JobState.QUEUED


def test_a_second_worker_has_to_wait_for_the_lease(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """Once it has ended, the second one takes over, and the first one is refused when it comes back."""
    sent.submit(ledger)
    first = claimed(ledger, sent[0])
    clock.now += 30
    assert ledger.claim(sent[0]) == Busy(TIMES.lease - 30)
    clock.now += TIMES.lease
    second = claimed(ledger, sent[0])
    assert second.attempts == 2
    assert not ledger.succeed(first, {"by": "first"})
    assert ledger.fail(first, "BUG", may_retry=True) is None
    assert ledger.succeed(second, {"by": "second"})
    assert not ledger.succeed(first, {"by": "first"})
    done = ledger.find("a")
    assert done is not None
    assert (done.state, done.result) == (JobState.SUCCEEDED, {"by": "second"})


def test_attempts_come_later_and_later_and_end(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """After the third one the job is a dead letter; before its time comes, nobody can claim it."""
    sent.submit(ledger)
    for wait in TIMES.waits:
        pause = ledger.fail(claimed(ledger, sent[0]), "AWAY", may_retry=True)
        assert pause is not None
        assert wait <= pause <= 1.2 * wait
        busy = ledger.claim(sent[0])
        assert isinstance(busy, Busy)
        assert busy.seconds == pytest.approx(pause)
        clock.now += pause + 0.001
    assert ledger.fail(claimed(ledger, sent[0]), "AWAY", may_retry=True) is None
    dead = ledger.find("a")
    assert dead is not None
    assert (dead.state, dead.attempts, dead.error) == (JobState.FAILED, 3, "AWAY")
    assert ledger.claim(sent[0]) is None


def test_a_kind_of_job_has_waits_of_its_own(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """Its record tells them to whoever reads it; whoever refused an attempt may put off the next one, within bounds.

    They are narrow until SQS has delivered the message more than three times, for its age is watched until then.
    """
    sent.submit(ledger)
    waits = (1, 2, 300, 3, 4)

    def fail(not_within: float = 0) -> float | None:
        claim = ledger.claim(sent[0], waits)
        assert isinstance(claim, JobRecord)
        pause = ledger.fail(claim, "AWAY", may_retry=True, not_within=not_within)
        clock.now += (pause or 0) + 0.001
        return pause

    assert 50 <= (fail(50) or 0) <= 60
    assert 60 <= (fail(1e12) or 0) <= 72
    assert 300 <= (fail(1e12) or 0) <= 360
    assert 7_200 <= (fail(1e12) or 0) <= 8_640
    assert 4 <= (fail() or 0) <= 4.8
    last = ledger.claim(sent[0], waits)
    assert isinstance(last, JobRecord)
    assert (last.attempts, last.state) == (6, JobState.RUNNING)
    clock.now += TIMES.lease
    found = ledger.find("a")
    assert found is not None
    assert found.state is JobState.FAILED


def test_what_no_retry_helps_fails_at_once(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """Whoever asks soon is told so; a minute later it is started anew."""
    sent.submit(ledger)
    assert ledger.fail(claimed(ledger, sent[0]), "BAD", may_retry=False) is None
    assert sent.submit(ledger).state is JobState.FAILED
    clock.now += 60
    assert sent.submit(ledger).state is JobState.QUEUED


def test_a_worker_lost_on_the_last_try_is_a_failure(ledger: Ledger, sent: Sent, clock: FakeClock) -> None:
    """Nobody is there to write that down: it is read so, listed so, and can be redriven."""
    sent.submit(ledger)
    for _ in range(3):
        claimed(ledger, sent[0])
        still = ledger.find("a")
        assert still is not None
        assert still.state is JobState.RUNNING
        clock.now += TIMES.lease
    lost = ledger.find("a")
    assert lost is not None
    assert (lost.state, lost.error, lost.finished) == (JobState.FAILED, WORKER_LOST, clock.now)
    assert ledger.claim(sent[0]) is None
    assert [each.order.name for each in ledger.list(JobState.FAILED)] == ["a"]
    assert ledger.redrive("a", sent.append).state is JobState.QUEUED
    assert claimed(ledger, sent[-1]).attempts == 1


def test_dead_letters_are_listed_redriven_and_purged(ledger: Ledger, sent: Sent) -> None:
    """Only those that have failed are started anew, and only finished ones forgotten."""
    for name in ("a", "b", "c"):
        sent.submit(ledger, name)
    ledger.fail(claimed(ledger, sent[0]), "BAD", may_retry=False)
    ledger.succeed(claimed(ledger, sent[1]), {})
    assert {each.order.name: each.state for each in ledger.list()} == {
        "a": JobState.FAILED,
        "b": JobState.SUCCEEDED,
        "c": JobState.QUEUED,
    }
    with pytest.raises(Conflict, match="SUCCEEDED"):
        ledger.redrive("b", sent.append)
    with pytest.raises(Conflict, match="QUEUED"):
        ledger.purge("c")
    for act in (ledger.purge, lambda name: ledger.redrive(name, sent.append)):
        with pytest.raises(NotFound):
            act("d")
    ledger.purge("b")
    assert ledger.find("b") is None
    assert ledger.redrive("a", sent.append).order.run == 2


def test_one_of_many_workers_claims(tmp_path: Path) -> None:
    """Threads that meet at one job: one has it, all others are told to come later."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    ledger, order = Ledger(store, TIMES), Order("note", "a", 1, {})
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: ledger.claim(order), range(32)))
    assert sum(isinstance(each, JobRecord) for each in found) == 1
    assert sum(isinstance(each, Busy) for each in found) == 31
    store.close()


class Throttled(SqliteStore):
    """A store that raises after, or instead of, writing the end of a job."""

    def __init__(self, path: Path, clock: Callable[[], float], faults: list[str]) -> None:
        """Have faults in this order."""
        super().__init__(path, clock)
        self.faults = faults

    def put(self, key: Key, body: Any, *, expected: int | None = None, expires: int | None = None) -> Item:
        """Write, or not, and raise."""
        fault = self.faults.pop(0) if self.faults and body.get("state") == "SUCCEEDED" else ""
        if fault == "before":
            raise StoreUnavailable("Throttled.")
        item = super().put(key, body, expected=expected, expires=expires)
        if fault == "after":
            raise StoreUnavailable("Slow.")
        return item


@pytest.mark.parametrize("faults", [["before", "before"], ["after"], ["before", "after"]])
def test_a_throttled_store_is_written_with_patience(
    faults: list[str], tmp_path: Path, clock: FakeClock, sent: Sent
) -> None:
    """A write that seemed to fail and was carried out is known as the worker's own."""
    store = Throttled(tmp_path / "store.sqlite3", clock, faults)
    ledger = Ledger(store, TIMES, clock)
    sent.submit(ledger)
    assert ledger.succeed(claimed(ledger, sent[0]), {"text": "once"})
    done = ledger.find("a")
    assert done is not None
    assert (done.state, done.result, store.faults) == (JobState.SUCCEEDED, {"text": "once"}, [])
    store.close()


def test_a_store_that_stays_away_is_told(tmp_path: Path, clock: FakeClock, sent: Sent) -> None:
    """The job is done again after its lease."""
    store = Throttled(tmp_path / "store.sqlite3", clock, ["before"] * 4)
    ledger = Ledger(store, TIMES, clock)
    sent.submit(ledger)
    with pytest.raises(StoreUnavailable):
        ledger.succeed(claimed(ledger, sent[0]), {})
    clock.now += TIMES.lease
    assert ledger.succeed(claimed(ledger, sent[0]), {})
    store.close()
