"""A process that does the jobs of a store: ``python worker_process.py STORE LEASE``. It tells when it has begun."""

import sys
from pathlib import Path

import job_slice

from graphql_api.jobs.embedded import EmbeddedWorkers
from graphql_api.jobs.ledger import Times
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.store.sqlite import SqliteStore

if __name__ == "__main__":
    store = SqliteStore(Path(sys.argv[1]))
    times = Times(lease=float(sys.argv[2]), waits=(0.1, 0.2))
    workers = EmbeddedWorkers(Jobs([job_slice.SLICE]), job_slice.services_of(store, StoredQueue(store), times), 2)
    workers.start()
    workers.join()
