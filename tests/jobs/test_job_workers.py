"""Workers: what becomes of each fault, of workers that die, and of many at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import job_slice
import pytest
from click.testing import CliRunner
from sqs_queues import REGION, sqs_queues

from fakes import PATIENCE
from graphql_api.capabilities import stored_name
from graphql_api.cli.commands.jobs import jobs as commands
from graphql_api.jobs.embedded import EmbeddedWorkers
from graphql_api.jobs.ledger import Times
from graphql_api.jobs.model import JobRecord, JobState, Order
from graphql_api.jobs.protocol import Message, Queue
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.service import JobQueue, job_id
from graphql_api.jobs.sqs import SqsQueue
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.jobs.worker import Worker, settle
from graphql_api.services import Services
from graphql_api.store.protocol import Key
from graphql_api.store.sqlite import SqliteStore

JOBS = Jobs([job_slice.SLICE])
SLOW = 60.0
FAST = Times(waits=(0.05, 0.1), lease=PATIENCE, attempt=5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give an empty store."""
    made = SqliteStore(tmp_path / "store.sqlite3")
    yield made
    made.close()


@pytest.fixture(params=["store", "sqs"])
def queue(request: pytest.FixtureRequest, store: SqliteStore) -> Iterator[Queue]:
    """Give an empty queue."""
    if request.param == "store":
        yield StoredQueue(store)
        return
    with sqs_queues() as queues:
        made = SqsQueue(queues.url, REGION)
        yield made
        made.close()


def submit(services: Services, tmp_path: Path, **given: Any) -> str:
    """Ask for a job, and return its name."""
    queue, given = services.get(JobQueue), {"file": str(tmp_path / "runs"), "number": 1, **given}
    job = given.pop("job", "note")
    name = stored_name(job_id(job, given))
    queue.ledger.submit(job, name, given, 600, queue.send)
    return name


def runs(tmp_path: Path) -> Counter[int]:
    """Count the runs by the number of the job."""
    file = tmp_path / "runs"
    lines = file.read_text().splitlines() if file.exists() else []
    return Counter(int(line.split()[0]) for line in lines)


def wait_for(services: Services, names: Sequence[str], seconds: float = SLOW) -> list[JobRecord]:
    """Wait until all jobs are finished."""
    ledger, deadline = services.get(JobQueue).ledger, time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = [ledger.find(name) for name in names]
        if all(each is not None and each.is_finished for each in found):
            return [each for each in found if each is not None]
        time.sleep(0.02)
    raise AssertionError("The jobs did not finish.")


def work(services: Services, names: Sequence[str], threads: int = 2) -> list[JobRecord]:
    """Do jobs until all are finished."""
    workers = EmbeddedWorkers(JOBS, services, threads)
    workers.start()
    try:
        return wait_for(services, names)
    finally:
        workers.stop()


OUTCOMES = {
    "none": ({}, JobState.SUCCEEDED, None, 1),
    "upstream away": ({"error": "away"}, JobState.FAILED, "UPSTREAM_UNAVAILABLE", 3),
    "bad input": ({"error": "wrong"}, JobState.FAILED, "BAD_USER_INPUT", 1),
    "a bug": ({"error": "bug"}, JobState.FAILED, "INTERNAL_SERVER_ERROR", 3),
    "a budget spent": ({"error": "spent"}, JobState.FAILED, "QUERY_TOO_COMPLEX", 1),
    "too slow": ({"seconds": 30}, JobState.FAILED, "TIMEOUT", 3),
    "too large": ({"size": 500_000}, JobState.FAILED, "ITEM_TOO_LARGE", 1),
    "unknown": ({"job": "other"}, JobState.FAILED, "UNKNOWN_JOB", 1),
}


@pytest.mark.parametrize(("given", "state", "error", "attempts"), OUTCOMES.values(), ids=OUTCOMES)
def test_every_fault_has_its_outcome(
    given: dict[str, Any], state: JobState, error: str | None, attempts: int, store: SqliteStore, tmp_path: Path
) -> None:
    """What passes is tried three times; what does not, once. The other jobs go on, and the queue is empty then."""
    services = job_slice.services_of(store, StoredQueue(store), replace(FAST, attempt=0.2))
    names = [submit(services, tmp_path, **given), submit(services, tmp_path, number=2)]
    first, second = work(services, names)
    assert (first.state, first.error, first.attempts) == (state, error, attempts)
    assert second.state is JobState.SUCCEEDED
    assert StoredQueue(store).receive(0) is None
    assert runs(tmp_path)[1] == (0 if error == "UNKNOWN_JOB" else attempts)


def test_twenty_clients_ask_for_36_jobs_and_each_is_done_once(queue: Queue, store: SqliteStore, tmp_path: Path) -> None:
    """All ask for all of them at once, and three threads work: 36 are done, and none twice."""
    services = job_slice.services_of(store, queue, FAST)
    wanted = range(36)

    def ask(_client: int) -> list[str]:
        return [submit(services, tmp_path, number=number) for number in wanted]

    workers = EmbeddedWorkers(JOBS, services, 3)
    workers.start()
    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(ask, range(20)))
    done = wait_for(services, answers[0])
    workers.stop()
    assert all(answer == answers[0] for answer in answers)
    assert {each.result["noted"] for each in done} == set(wanted)
    assert runs(tmp_path) == dict.fromkeys(wanted, 1)
    assert {each.attempts for each in done} == {1}


def test_duplicates_and_reordering_do_no_harm(queue: Queue, store: SqliteStore, tmp_path: Path) -> None:
    """Messages delivered thrice and backwards, old runs among them: each job has its effect once."""
    services = job_slice.services_of(store, queue, FAST)
    jobs = services.get(JobQueue)
    orders: list[Order] = []
    names = []
    for number in range(5):
        given = {"file": str(tmp_path / "runs"), "number": number}
        names.append(str(number))
        jobs.ledger.submit("note", str(number), given, 600, orders.append)
    for order in [*reversed(orders), *orders, *(replace(order, run=0) for order in orders), *orders]:
        jobs.send(order)
    done = work(services, names)
    assert runs(tmp_path) == dict.fromkeys(range(5), 1)
    assert {each.state for each in done} == {JobState.SUCCEEDED}


def test_a_message_of_nonsense_is_thrown_away(store: SqliteStore) -> None:
    """It is no job that anybody could be told of."""
    services = job_slice.services_of(store, StoredQueue(store))
    worker = Worker(JOBS, services, services.get(JobQueue))
    import asyncio

    handled = asyncio.run(worker.handle(Message(None, "0"), 1))
    assert (handled.again, handled.result) == (None, None)
    settle(services.get(JobQueue), Message(None, "0"), handled)


def process(store: Path, lease: float) -> "subprocess.Popen[bytes]":
    """Start a process of workers."""
    here = Path(__file__).parent
    path = os.pathsep.join(map(str, (here, here.parent / "support", here.parents[1])))
    command = [sys.executable, str(here / "worker_process.py"), str(store), str(lease)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL)


def wait_until_begun(tmp_path: Path, count: int) -> None:
    """Wait until so many jobs have begun."""
    deadline = time.monotonic() + SLOW
    while sum(runs(tmp_path).values()) < count:
        assert time.monotonic() < deadline, "no job has begun"
        time.sleep(0.02)


def test_killed_workers_lose_nothing(store: SqliteStore, tmp_path: Path) -> None:
    """Two of 12 jobs are under way when their process is killed (SIGKILL); another process does them, and the rest."""
    services = job_slice.services_of(store, StoredQueue(store), Times(lease=2, waits=(0.1, 0.2)))
    slow = [submit(services, tmp_path, number=number, seconds=1.5) for number in range(2)]
    path = tmp_path / "store.sqlite3"
    victim = process(path, 2)
    wait_until_begun(tmp_path, 2)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(10)
    rest = [submit(services, tmp_path, number=number) for number in range(2, 12)]
    heir = process(path, 2)
    try:
        done = wait_for(services, [*slow, *rest])
    finally:
        heir.kill()
        heir.wait(10)
    assert {each.state for each in done} == {JobState.SUCCEEDED}
    assert [each.attempts for each in done] == [2, 2, *[1] * 10]
    assert runs(tmp_path) == {0: 2, 1: 2, **dict.fromkeys(range(2, 12), 1)}


def test_a_worker_that_always_dies_is_a_dead_letter(store: SqliteStore, tmp_path: Path) -> None:
    """Its job is not tried for ever: after three tries it is read as failed."""
    services = job_slice.services_of(store, StoredQueue(store), Times(lease=0.3, waits=(0.1, 0.2)))
    name = submit(services, tmp_path, seconds=SLOW)
    for tries in range(1, 4):
        victim = process(tmp_path / "store.sqlite3", 0.3)
        wait_until_begun(tmp_path, tries)
        victim.kill()
        victim.wait(10)
    deadline = time.monotonic() + SLOW
    workers = EmbeddedWorkers(JOBS, services, 1)
    workers.start()
    while (stored := store.get(Key("JOBS", name))) is not None and stored.body["state"] != "FAILED":
        assert time.monotonic() < deadline, "nobody wrote that the job has failed"
        time.sleep(0.02)
    workers.stop()
    (lost,) = wait_for(services, [name])
    assert (lost.state, lost.error, lost.attempts) == (JobState.FAILED, "WORKER_LOST", 3)
    assert runs(tmp_path) == {1: 3}


def test_operators_manage_the_queue(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``jobs list|show|redrive|purge`` work on the store and the queue that the settings name."""
    monkeypatch.setenv("JOCKEY_STORE", str(tmp_path / "store.sqlite3"))
    services = job_slice.services_of(store, StoredQueue(store), FAST)
    failed = submit(services, tmp_path, number=1, error="wrong")
    done = submit(services, tmp_path, number=2)
    work(services, [failed, done])
    run = CliRunner().invoke
    listed = run(commands, ["list", "--state", "FAILED"]).stdout
    assert (failed in listed, done in listed, "BAD_USER_INPUT" in listed) == (True, False, True)
    shown = json.loads(run(commands, ["show", done]).stdout)
    assert (shown["state"], shown["result"]["noted"], shown["attempts"]) == ("SUCCEEDED", 2, 1)
    given = {"file": str(tmp_path / "runs"), "number": 2}
    assert json.loads(run(commands, ["show", job_id("note", given)]).stdout)["name"] == done
    assert run(commands, ["show", "nothing"]).exit_code == 1
    assert run(commands, ["redrive"]).exit_code == 2
    assert run(commands, ["redrive", "--all"]).stdout == f"{failed}\n"
    again = services.get(JobQueue).ledger.find(failed)
    assert again is not None
    assert (again.state, again.order.run) == (JobState.QUEUED, 2)
    work(services, [failed])
    assert runs(tmp_path) == {1: 2, 2: 1}
    assert run(commands, ["purge", failed, done]).exit_code == 0
    assert run(commands, ["list"]).stdout == ""
