"""Jobs as they are recorded: what was asked for, how far it has come, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from graphql_api.store.protocol import Item

WAITS = (5.0, 10.0)
"""Seconds before each further attempt at a job whose slice names no others; after the last one it is a dead letter."""

POLL_AFTER = 1.0
"""Seconds after which it makes sense to look at an unfinished job again."""

WORKER_LOST = "WORKER_LOST"
"""The error code of a job whose worker ended without a word on the last try."""


class JobState(Enum):
    """Status of a job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


STATES: Mapping[Enum, str] = {
    JobState.QUEUED: "The job waits for a worker, for the first attempt or for a retry.",
    JobState.RUNNING: "A worker is running the job.",
    JobState.SUCCEEDED: "The job has succeeded.",
    JobState.FAILED: "The job has failed. An operator can restart it.",
}

FINISHED = frozenset({JobState.SUCCEEDED, JobState.FAILED})


@dataclass(frozen=True, slots=True)
class Order:
    """What a message tells a worker: one run of the job ``job``, recorded under ``name``, with its input."""

    job: str
    name: str
    run: int
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A recorded job. Times are in seconds since 1970; ``lease`` is until when its worker owns it.

    ``run`` counts how often it was asked for anew, ``attempts`` the tries of that run, of which each has one of
    ``waits`` before it, but the first. ``version`` is the store's: the
    fencing token of whoever wrote it last.
    """

    order: Order
    state: JobState = JobState.QUEUED
    attempts: int = 0
    created: float
    started: float | None = None
    finished: float | None = None
    lease: float = 0
    not_before: float = 0
    waits: Sequence[float] = WAITS
    error: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    expires: int | None = None

    def at(self, now: float) -> "JobRecord":
        """Return the record in its present state: a job whose worker was lost on the last attempt has failed."""
        if self.state is JobState.RUNNING and self.lease <= now and self.is_last_attempt:
            return replace(self, state=JobState.FAILED, error=WORKER_LOST, finished=self.lease)
        return self

    @property
    def is_last_attempt(self) -> bool:
        """Return whether no attempt may follow the present one."""
        return self.attempts > len(self.waits)

    @property
    def is_finished(self) -> bool:
        """Return whether no worker will do anything more for this run."""
        return self.state in FINISHED


def write_record(record: JobRecord) -> Mapping[str, Any]:
    """Return the body of a record."""
    return {
        "job": record.order.job,
        "run": record.order.run,
        "input": record.order.input,
        "state": record.state.value,
        "attempts": record.attempts,
        "created": record.created,
        "started": record.started,
        "finished": record.finished,
        "lease": record.lease,
        "notBefore": record.not_before,
        "waits": list(record.waits),
        "error": record.error,
        "result": record.result,
    }


def read_record(item: Item) -> JobRecord:
    """Read a record from the store."""
    body = item.body
    return JobRecord(
        order=Order(body["job"], item.key.sk, body["run"], body["input"]),
        state=JobState(body["state"]),
        attempts=body["attempts"],
        created=body["created"],
        started=body["started"],
        finished=body["finished"],
        lease=body["lease"],
        not_before=body["notBefore"],
        waits=tuple(body.get("waits", WAITS)),  # releases before this one wrote none
        error=body["error"],
        result=body["result"],
        version=item.version,
        expires=item.expires,
    )
