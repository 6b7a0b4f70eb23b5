"""Workers in threads of their own, each with an event loop: in the plain server, and in ``graphql-api jobs work``."""

import asyncio
import math
import threading

from graphql_api.errors import ServiceError
from graphql_api.jobs.protocol import Message
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.worker import Handled, Worker, settle
from graphql_api.logs import EventLogger
from graphql_api.services import Services

FIRST_SECONDS = 1.0
"""Seconds that a worker waits after it found nothing, or a fault; twice as long after each further such turn."""

IDLE_SECONDS = 4.0
"""The longest pause at an empty queue; what this process sends is looked for at once."""

FAULT_SECONDS = 60.0
"""The longest pause while the store or the queue fails: each turn writes a line of the log."""

STOP_SECONDS = 5.0
"""Seconds that a job under way has when the process stops; a longer one is done again by another worker."""

log = EventLogger(__name__)


class EmbeddedWorkers:
    """Some threads that do what the queue of ``services`` delivers."""

    def __init__(self, jobs: Jobs, services: Services, threads: int) -> None:
        """Start nothing yet."""
        self._queue = services.get(JobQueue)
        self._worker = Worker(jobs, services, self._queue)
        self._stopping = threading.Event()
        # Daemons: a process that ends does not wait for them.
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no more messages, and wait for running jobs for a short time."""
        self._stopping.set()
        for _ in self._threads:
            self._queue.wake.release()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def join(self) -> None:
        """Wait until the threads end."""
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        pause = FIRST_SECONDS
        with asyncio.Runner() as runner:
            while not self._stopping.is_set():
                longest = self._turn(runner)
                if not longest:
                    pause = FIRST_SECONDS
                    continue
                pause = min(pause, longest)
                woken = self._queue.wake.acquire(timeout=pause)
                pause = FIRST_SECONDS if woken else 2 * pause

    def _turn(self, runner: asyncio.Runner) -> float:
        """Do one message; return the longest pause before the next look, 0 for none."""
        try:
            message = self._queue.queue.receive(self._queue.ledger.times.lease)
            if message is None:
                return IDLE_SECONDS
            settle(self._queue, message, self._handled(runner, message))
        except ServiceError as error:
            log.warning("worker_waits", **error.log_fields, exc_info=error)
            return FAULT_SECONDS
        except Exception:
            log.exception("worker_waits")
            return FAULT_SECONDS
        return 0

    def _handled(self, runner: asyncio.Runner, message: Message) -> Handled:
        """Handle a message; if the store fails, the queue delivers it again."""
        try:
            return runner.run(self._worker.handle(message, math.inf))
        except ServiceError as error:
            log.warning("job_postponed", **error.log_fields, exc_info=error)
            return Handled(again=FIRST_SECONDS)
