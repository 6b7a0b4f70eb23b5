"""The records of jobs: each run has effects once, however often its message is delivered and whoever dies.

A worker claims a job by a condition: it is queued, or its last worker's lease has ended. The version that the claim
writes is a fencing token: who finishes with another one came too late, and is refused.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import uniform
from typing import Any, TypeVar

from graphql_api.errors import Conflict, NotFound, StoreUnavailable
from graphql_api.jobs.model import WAITS, JobRecord, JobState, Order, read_record, write_record
from graphql_api.store.messages import UNAVAILABLE
from graphql_api.store.protocol import ItemStore, Key

PARTITION = "JOBS"
"""All records lie in one partition, since operators list them: DynamoDB takes 1,000 writes a second of one."""

MAX_TRIES = 8
PAUSES = (0.0, 0.1, 0.5, 2.0)
"""Seconds before each try to read or write, since a busy store is soon free again."""

CONTENDED_SECONDS = 5.0
"""Seconds until a message is looked at again whose record was changed all the time."""

LONGEST_WAIT = 7_200.0
"""Seconds for which whoever refuses an attempt may put off the next one; SQS hides no message longer than 12 hours."""

COUNTED_ATTEMPTS, COUNTED_WAIT = 3, 60.0
"""The same after the first attempts: SQS counts the age of a message until it was received more than three times, and
an alarm is raised at ten minutes, which no receiver of notifications may do."""

JITTER = 0.2
"""Largest part by which a wait is made longer at random, so that jobs that failed together do not come together."""

FAILED_SECONDS = 60
"""How long a failed job is told to whoever asks for it again, before it is started anew."""

PAGE = 200

Send = Callable[[Order], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: that an attempt may take, that its lease lasts, and that records are kept.

    ``waits`` are those before further attempts at jobs whose slice names none.
    """

    attempt: float = 60
    lease: float = 90
    kept: int = 86_400
    waits: Sequence[float] = WAITS


@dataclass(frozen=True, slots=True)
class Busy:
    """A job cannot be claimed now, but perhaps after ``seconds``."""

    seconds: float


class Ledger:
    """The records of one store. All methods block."""

    def __init__(self, store: ItemStore, times: Times, clock: Callable[[], float] = time.time) -> None:
        """Record in ``store``."""
        self.store = store
        self.times = times
        self._clock = clock

    def find(self, name: str) -> JobRecord | None:
        """Return a job in its present state; None if there is none or it has expired."""
        stored = self._stored(name)
        return None if stored is None else stored.at(self._clock())

    def list(self, state: JobState | None = None) -> Iterator[JobRecord]:
        """Return all jobs, or those in a state, by name."""
        after: str | None = None
        while True:
            page = self.store.query(PARTITION, after=after, limit=PAGE)
            records = (read_record(item).at(self._clock()) for item in page.items)
            yield from (record for record in records if state in (None, record.state))
            after = page.after
            if after is None:
                return

    def submit(self, job: str, name: str, given: dict[str, Any], fresh: float, send: Send) -> JobRecord:
        """Return the job under a name: under way, done in the last ``fresh`` seconds, or queued now.

        The message is sent before the record is written, and the record of a run that a worker has claimed by then is
        its own: whichever of the two fails, no record waits for a message that was never sent.
        """
        for _ in range(MAX_TRIES):
            found = self.find(name)
            if found is not None and self._is_current(found, fresh):
                return found
            order = Order(job, name, 1 if found is None else found.order.run + 1, given)
            _send(send, order)
            try:
                return self._queue(order, 0 if found is None else found.version)
            except Conflict:
                continue
        raise StoreUnavailable(UNAVAILABLE, reason="contended")

    def redrive(self, name: str, send: Send) -> JobRecord:
        """Restart a failed job. Raises ``NotFound``, and ``Conflict`` if it has not failed."""
        found = self.find(name)
        if found is None:
            raise NotFound("There is no such job.")
        if found.state is not JobState.FAILED:
            raise Conflict(f"The job is {found.state.value}, and only a FAILED job can be restarted.")
        order = replace(found.order, run=found.order.run + 1)
        _send(send, order)
        try:
            return self._queue(order, found.version)
        except Conflict:  # a worker has begun
            return self.find(name) or found

    def purge(self, name: str) -> None:
        """Delete a finished job. Raises ``NotFound``, and ``Conflict`` if it has not finished."""
        found = self.find(name)
        if found is None:
            raise NotFound("There is no such job.")
        if not found.is_finished:
            raise Conflict(f"The job is {found.state.value}, and only a finished job can be deleted.")
        self.store.delete(Key(PARTITION, name), expected=found.version)

    def claim(self, order: Order, waits: Sequence[float] | None = None) -> JobRecord | Busy | None:
        """Claim a job for an attempt; return None if nothing is left to do for this run.

        ``waits`` are the seconds before further attempts; None means the usual ones.
        """
        for _ in range(MAX_TRIES):
            now = self._clock()
            found = self._stored(order.name)
            if found is None or found.order.run < order.run:  # the message came before the record
                base = JobRecord(order=order, created=now, version=0 if found is None else found.version)
            elif found.order.run > order.run or found.at(now).is_finished:
                return None
            elif (wait := _wait(found, now)) > 0:
                return Busy(wait)
            else:
                base = found
            claimed = replace(
                base,
                state=JobState.RUNNING,
                attempts=base.attempts + 1,
                started=now,
                lease=now + self.times.lease,
                waits=tuple(self.times.waits if waits is None else waits),
            )
            try:
                return self._write(claimed, base.version)
            except Conflict:
                continue
        return Busy(CONTENDED_SECONDS)

    def bury(self, order: Order) -> bool:
        """Record that a job's worker was lost on the last attempt; return False if there was nothing to record."""
        found = self._stored(order.name)
        if found is None or found.order.run != order.run or found.is_finished:
            return False
        lost = found.at(self._clock())
        return lost.is_finished and self._end(found, lost)

    def succeed(self, claim: JobRecord, result: dict[str, Any]) -> bool:
        """Record the result of a claimed job; return False if another worker has claimed it since."""
        done = replace(claim, state=JobState.SUCCEEDED, error=None, result=result, finished=self._clock())
        return self._end(claim, done)

    def fail(self, claim: JobRecord, code: str, *, may_retry: bool, not_within: float = 0) -> float | None:
        """Record a failed attempt; return the seconds until the next attempt, None if there is none.

        ``not_within`` are the seconds for which whoever refused the attempt wants no other; it is bounded.
        """
        now = self._clock()
        if not may_retry or claim.is_last_attempt:
            self._end(claim, replace(claim, state=JobState.FAILED, error=code, finished=now))
            return None
        longest = COUNTED_WAIT if claim.attempts <= COUNTED_ATTEMPTS else LONGEST_WAIT
        pause = max(claim.waits[claim.attempts - 1], min(not_within, longest))
        pause *= uniform(1, 1 + JITTER)  # noqa: S311 - no secret
        again = replace(claim, state=JobState.QUEUED, error=code, lease=0, not_before=now + pause)
        return pause if self._end(claim, again) else None

    def _is_current(self, found: JobRecord, fresh: float) -> bool:
        """Return whether a job need not be started anew."""
        age = self._clock() - (found.finished or 0)
        if found.state is JobState.FAILED:
            return age < min(fresh, FAILED_SECONDS)
        return not found.is_finished or age < fresh

    def _queue(self, order: Order, expected: int) -> JobRecord:
        return self._write(JobRecord(order=order, created=self._clock()), expected)

    def _stored(self, name: str) -> JobRecord | None:
        item = patiently(lambda: self.store.get(Key(PARTITION, name)))
        return None if item is None else read_record(item)

    def _write(self, record: JobRecord, expected: int) -> JobRecord:
        expires = int(max(self._clock(), record.not_before)) + self.times.kept
        key, body = Key(PARTITION, record.order.name), write_record(record)
        item = patiently(lambda: self.store.put(key, body, expected=expected, expires=expires))
        return replace(record, version=item.version, expires=expires)

    def _end(self, claim: JobRecord, ended: JobRecord) -> bool:
        """Record the end of an attempt; return False if the claim is no longer valid."""
        try:
            self._write(ended, claim.version)
        except Conflict:
            found = self._stored(claim.order.name)  # perhaps a try that seemed to fail has written it
            ours = (claim.order.run, claim.attempts, ended.state)
            return found is not None and (found.order.run, found.attempts, found.state) == ours
        return True


def patiently(work: Callable[[], T]) -> T:
    """Return the result of ``work``; retry for a short time while the store is unavailable."""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            return work()
        except StoreUnavailable as error:
            last = error
    raise last


def _send(send: Send, order: Order) -> None:
    patiently(lambda: send(order))


def _wait(found: JobRecord, now: float) -> float:
    """Return the seconds until a job may be claimed."""
    return (found.lease if found.state is JobState.RUNNING else found.not_before) - now
