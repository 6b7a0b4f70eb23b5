"""The function of the queue: messages of SQS, by batches, with partial failures."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import job_slice
import pytest
from sqs_queues import REGION, Queues, sqs_queues

import emf
from fakes import FakeStorage
from graphql_api.functions.dispatch import is_of_a_queue
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.worker import QueuedJobs
from graphql_api.jobs.ledger import Times
from graphql_api.jobs.model import JobState
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.sqs import SqsQueue
from graphql_api.services import Services
from graphql_api.storage.metered import MeteredStorage
from graphql_api.store.sqlite import SqliteStore


@pytest.fixture
def queues() -> Iterator[Queues]:
    """Give a queue of SQS."""
    with sqs_queues() as made:
        yield made


@pytest.fixture
def services(queues: Queues, tmp_path: Path) -> Iterator[Services]:
    """Give services whose queue is that one."""
    store, queue = SqliteStore(tmp_path / "store.sqlite3"), SqsQueue(queues.url, REGION)
    yield job_slice.services_of(store, queue, Times(waits=(0, 0)))
    queue.close()
    store.close()


def invoke(services: Services, event: Any, seconds: float = 60) -> Any:
    """Invoke the function on a loop of its own, as Mangum would have left it."""
    context: Any = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: seconds * 1000)
    metrics = Metrics("dev", MeteredStorage(FakeStorage()), cold=False)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return QueuedJobs(Jobs([job_slice.SLICE]), services, metrics).handle(event, context)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def submit(services: Services, tmp_path: Path, number: int, **more: Any) -> str:
    """Ask for a job under its number."""
    queue = services.get(JobQueue)
    given = {"file": str(tmp_path / "runs"), "number": number, **more}
    queue.ledger.submit("note", str(number), given, 600, queue.send)
    return str(number)


def test_those_that_fail_do_not_undo_the_others(
    services: Services, queues: Queues, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """They come again, and in the end are given up; each attempt is counted."""
    for number, more in enumerate([{}, {"error": "away"}, {"error": "wrong"}]):
        submit(services, tmp_path, number, **more)
    for tries in range(3):
        event = queues.event()
        assert len(event["Records"]) == (3 if tries == 0 else 1)
        reply = invoke(services, event)
        assert len(reply["batchItemFailures"]) == (1 if tries < 2 else 0)
        queues.settle(event, reply)
    states = [services.get(JobQueue).ledger.find(str(number)) for number in range(3)]
    assert [each and each.state for each in states] == [JobState.SUCCEEDED, JobState.FAILED, JobState.FAILED]
    assert queues.count(queues.url) == 0
    lines = emf.lines(capfdbinary.readouterr().out.decode())
    counts = {name: sum(line.get(name, 0) for line in lines) for name in ("JobsSucceeded", "JobsRetried", "JobsFailed")}
    assert counts == {"JobsSucceeded": 1, "JobsRetried": 2, "JobsFailed": 2}
    assert sum(line.get("Noted", 0) for line in lines) == 1


def test_36_jobs_asked_for_by_20_are_done_once(services: Services, queues: Queues, tmp_path: Path) -> None:
    """By batches of ten, with every message delivered twice."""
    for _client in range(20):
        for number in range(36):
            submit(services, tmp_path, number)
    while (event := queues.event())["Records"]:
        invoke(services, event)
        queues.settle(event, invoke(services, event))
    assert sorted((tmp_path / "runs").read_text().split()[::2], key=int) == [str(number) for number in range(36)]


def test_a_poisoned_message_becomes_a_dead_letter(services: Services, queues: Queues) -> None:
    """SQS moves it there after three deliveries, since it is told as failed each time."""
    queues.client.send_message(QueueUrl=queues.url, MessageBody="nonsense")
    for _ in range(3):
        event = queues.event(hidden=0)
        assert invoke(services, event) == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert queues.event()["Records"] == []
    assert queues.count(queues.dead_url) == 1


def test_no_job_is_begun_without_time(services: Services, queues: Queues, tmp_path: Path) -> None:
    """It would be killed with the function; its attempt is not counted."""
    name = submit(services, tmp_path, 1)
    assert len(invoke(services, queues.event(), seconds=3)["batchItemFailures"]) == 1
    record = services.get(JobQueue).ledger.find(name)
    assert record is not None
    assert (record.state, record.attempts) == (JobState.QUEUED, 0)


@pytest.mark.parametrize(
    "event", [None, {}, {"Records": []}, {"Records": "x"}, {"Records": [{"eventSource": "aws:s3"}]}, {"Records": [1]}]
)
def test_what_is_no_batch_is_told_apart(event: Any) -> None:
    """Such an event is another kind's, or nobody's."""
    assert not is_of_a_queue(event)
