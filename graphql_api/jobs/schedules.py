"""Schedules of slices on the plain server: a thread for each job that has one, and a claim of each due time.

A due time is claimed in the store before the job is run. So each is run at most once, whichever process or thread
comes first, also where their clocks differ; what was due while no process ran, or when its process died, is not run.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from graphql_api.errors import Conflict, ServiceError
from graphql_api.execution.budget import answered
from graphql_api.jobs.expressions import Due, due_of
from graphql_api.jobs.runner import JobRun, Jobs
from graphql_api.logs import EventLogger
from graphql_api.services import Services
from graphql_api.store.protocol import ItemStore, Key
from graphql_api.store.service import Store

PARTITION = "SCHEDULES"
RUN_SECONDS = 50.0
"""Seconds that a run may take: a job of each minute is done before it is due again."""

MISSED_MINUTES = 5
"""How late a due time is still run: a machine that was asleep for longer waits for the next one."""

STOP_SECONDS = 5.0
_MINUTE = timedelta(minutes=1)

log = EventLogger(__name__)

Clock = Callable[[], float]


class Schedule:
    """One job's due times."""

    def __init__(self, job: str, due: Due, store: ItemStore) -> None:
        """Claim due times in ``store``."""
        self.job = job
        self._due = due
        self._store = store

    def claim(self, now: datetime) -> datetime | None:
        """Claim the last due time up to ``now``; None if there is none of late, or somebody has claimed it.

        Raises ``StoreUnavailable``: nothing is claimed then, unless the claim was written all the same.
        """
        minute = now.astimezone(UTC).replace(second=0, microsecond=0)
        late = (minute - number * _MINUTE for number in range(MISSED_MINUTES))
        due = next((each for each in late if self._due(each)), None)
        if due is None:
            return None
        key = Key(PARTITION, self.job)
        item = self._store.get(key)
        if item is not None and item.body["due"] >= due.isoformat():
            return None
        try:
            self._store.put(key, {"due": due.isoformat()}, expected=0 if item is None else item.version)
        except Conflict:
            return None
        return due


class EmbeddedSchedules:
    """Threads that run scheduled jobs, each job one run at a time."""

    def __init__(
        self, jobs: Jobs, services: Services, expressions: Mapping[str, str], clock: Clock = time.time
    ) -> None:
        """Start nothing yet. Raises ``ValueError`` for what is no expression."""
        self._jobs = jobs
        self._services = services
        self._clock = clock
        self._stopping = threading.Event()
        store = services.get(Store).sync
        schedules = [Schedule(job, due_of(job, expression), store) for job, expression in expressions.items()]
        self._threads = [
            threading.Thread(target=self._work, args=(each,), name=f"schedule-{each.job}", daemon=True)
            for each in schedules
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin no further run, and wait for those under way for a short time."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _work(self, schedule: Schedule) -> None:
        with asyncio.Runner() as runner:
            while not self._stopping.is_set():
                self._turn(runner, schedule)
                self._stopping.wait(60 - self._clock() % 60)

    def _turn(self, runner: asyncio.Runner, schedule: Schedule) -> None:
        """Run a job if it is due; whatever it raises is a line of the log."""
        try:
            due = schedule.claim(datetime.fromtimestamp(self._clock(), UTC))
            if due is not None:
                runner.run(self._run(schedule.job))
        except ServiceError as error:
            log.warning("scheduled_job_failed", job=schedule.job, code=error.code, **error.log_fields, exc_info=error)
        except Exception:
            log.exception("scheduled_job_failed", job=schedule.job)

    async def _run(self, job: str) -> None:
        with answered():  # a budget that is spent raises what is no Exception, and would end the thread
            work = self._jobs.run(job, self._services, JobRun(RUN_SECONDS))
            result = await asyncio.wait_for(work, RUN_SECONDS)
        log.info("scheduled_job_succeeded", job=job, **result.metrics)
