"""Hours of a queue: its jobs are done, and its clock is turned to the next attempt, until nothing is left."""

import asyncio
import time

from fakes import PATIENCE, FakeClock
from graphql_api.jobs.ledger import Ledger, Times
from graphql_api.jobs.model import JobState
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.jobs.worker import Worker, settle
from graphql_api.store.protocol import ItemStore


class Hours:
    """A queue in a store, with a clock that a test turns."""

    def __init__(self, store: ItemStore) -> None:
        """Begin now."""
        self.clock = FakeClock()
        self.clock.now = time.time()
        self.queue = JobQueue(Ledger(store, Times(), self.clock), StoredQueue(store, self.clock))

    def work(self, worker: Worker, seconds: float = 10 * 86_400) -> None:
        """Do what is due within ``seconds``."""
        end = self.clock.now + seconds
        while self.clock.now <= end:
            while (message := self.queue.queue.receive(60)) is not None:
                settle(self.queue, message, asyncio.run(worker.handle(message, PATIENCE)))
            waiting = [each.not_before for each in self.queue.ledger.list(JobState.QUEUED)]
            if not waiting or min(waiting) > end:
                return
            self.clock.now = max(self.clock.now, min(waiting)) + 0.001
