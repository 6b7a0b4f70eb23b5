"""Notifications through the queue: to webhooks and to SNS, retried, and what is told of failed jobs."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fakes import PATIENCE, FakeClock, FakeStorage
from graphql_api.config import ConfigError
from graphql_api.errors import BadUserInput, DeliveryRefused, UpstreamUnavailable
from graphql_api.installed import read_settings
from graphql_api.jobs.ledger import Ledger, Times
from graphql_api.jobs.model import JobRecord, JobState
from graphql_api.jobs.runner import JobResult, JobRun, Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.jobs.worker import Worker
from graphql_api.notifications.delivery import notify_job
from graphql_api.notifications.event import Event
from graphql_api.notifications.service import Notifications
from graphql_api.notifications.settings import NotificationsSettings
from graphql_api.notifications.slice import SLICE
from graphql_api.services import Services
from graphql_api.slices import Slice
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from job_hours import Hours
from webhook_server import Receiver, receiving

SECRET = "a-secret-of-the-operator"
REGION = "us-east-1"
EVENT = Event("e-1", "odds.below", datetime(2024, 9, 29, tzinfo=UTC), {"price": 3.5})


async def broken_job(_services: Services, _run: JobRun) -> JobResult:
    """Fail as an upstream does."""
    raise UpstreamUnavailable("Away.")


JOBS = Jobs([SLICE, Slice(name="broken", jobs={"broken": f"{__name__}:broken_job"})])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Serve a receiver."""
    with receiving() as served:
        yield served


def services_for(tmp_path: Path, **environ: str) -> Services:
    """Give services with a queue whose clock stands still until a test turns it."""
    names = {"NOTIFICATIONS_SECRET": SECRET, "NOTIFICATIONS_LOOPBACK": "true", **environ}
    settings = read_settings({f"JOCKEY_{name}": value for name, value in names.items()})
    sqlite = SqliteStore(tmp_path / "store.sqlite3")
    hours = Hours(sqlite)
    return Services(settings, FakeStorage(), {Store: Store(sqlite, PATIENCE), JobQueue: hours.queue, Hours: hours})


def work(services: Services, seconds: float = 86_400) -> Sequence[JobRecord]:
    """Do what is due within ``seconds``, and return all jobs."""
    queue = services.get(JobQueue)
    services.made(Hours)[0].work(Worker(JOBS, services, queue), seconds)
    return list(queue.ledger.list())


def is_genuine(secret: str, headers: Any, body: bytes) -> bool:
    """Check a signature as docs/notifications.md shows it."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, headers["webhook-signature"])


def test_an_event_is_told_once_and_signed_for_its_owner(receiver: Receiver, tmp_path: Path) -> None:
    """However often it is asked for; another owner's secret does not fit."""
    services = services_for(tmp_path)
    notifications = services.get(Notifications)

    async def tell() -> tuple[str, str]:
        await notifications.check_url(receiver.url)
        for _ in range(3):
            await notifications.notify(receiver.url, EVENT, "owner")
        return await notifications.signing_secret(receiver.url, "owner"), await notifications.signing_secret(
            receiver.url, "other"
        )

    own, other = asyncio.run(tell())
    (record,) = work(services)
    assert record.state is JobState.SUCCEEDED
    ((_, headers, body),) = receiver.received
    assert json.loads(body) == {
        "id": "e-1",
        "type": "odds.below",
        "timestamp": "2024-09-29T00:00:00+00:00",
        "data": {"price": 3.5},
    }
    assert is_genuine(own, headers, body)
    assert not is_genuine(other, headers, body)
    assert not is_genuine(SECRET, headers, body)
    services.close()


def test_a_receiver_that_fails_is_asked_again_with_the_same_body(receiver: Receiver, tmp_path: Path) -> None:
    """Under the same id; after the sixth failure it is a dead letter, of which nobody is told."""
    services = services_for(tmp_path, NOTIFICATIONS_TARGET=receiver.url)
    receiver.answers.extend([503, 429, 200])
    asyncio.run(services.get(Notifications).notify(receiver.url, EVENT, "owner"))
    (record,) = work(services)
    assert (record.state, record.attempts) == (JobState.SUCCEEDED, 3)
    assert {(headers["webhook-id"], body) for _, headers, body in receiver.received} == {
        ("e-1", receiver.received[0][2])
    }
    receiver.answers.extend([500] * 6)
    another = Event("e-2", "odds.below", EVENT.at, {})
    asyncio.run(services.get(Notifications).notify(receiver.url, another, "owner"))
    states = {record.order.input["event"]["id"]: (record.state, record.error) for record in work(services)}
    assert states["e-2"] == (JobState.FAILED, "UPSTREAM_UNAVAILABLE")
    assert len(states) == 2
    services.close()


def test_a_receiver_that_is_down_for_an_hour_loses_nothing(receiver: Receiver, tmp_path: Path) -> None:
    """The waits grow from seconds to hours; the record of the job outlives them, however short records are kept."""
    services = services_for(tmp_path)
    queue, clock = services.get(JobQueue), services.made(Hours)[0].clock
    queue.ledger.times = replace(queue.ledger.times, kept=60)
    begun = clock.now
    receiver.answers.extend([503] * 5)
    asyncio.run(services.get(Notifications).notify(receiver.url, EVENT, "owner"))
    for waited, attempts in ((0, 1), (13, 2), (90, 3), (450, 4), (2_700, 5)):
        (record,) = work(services, begun + waited - clock.now)
        assert (record.state, record.attempts) == (JobState.QUEUED, attempts)
    (record,) = work(services)
    assert (record.state, record.attempts) == (JobState.SUCCEEDED, 6)
    assert 9_370 <= clock.now - begun <= 11_300
    assert len(receiver.received) == 6
    services.close()


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("50", 50, 62),
        ("0", 10, 13),
        ("999999999999", 60, 74),
        ("-5", 10, 13),
        ("soon", 10, 13),
        ("date", 60, 74),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 10, 13),
    ],
)
def test_a_receiver_names_the_time_of_the_next_attempt(
    retry_after: str, least: float, most: float, receiver: Receiver, tmp_path: Path
) -> None:
    """By Retry-After, within a minute at first; never sooner than it would be without."""
    services = services_for(tmp_path)
    clock = services.made(Hours)[0].clock
    begun = clock.now
    in_an_hour = format_datetime(datetime.fromtimestamp(begun + 3_600, UTC), usegmt=True)
    told = retry_after.replace("date", in_an_hour)
    receiver.answers.append(f"HTTP/1.1 503 Busy\r\nServer: a\r\nRETRY-AFTER: {told}\r\n\r\n")
    asyncio.run(services.get(Notifications).notify(receiver.url, EVENT, "owner"))
    (record,) = work(services)
    assert (record.state, record.attempts) == (JobState.SUCCEEDED, 2)
    assert least <= clock.now - begun <= most
    services.close()


def test_a_receiver_can_put_off_the_later_attempts_for_hours_only(receiver: Receiver, tmp_path: Path) -> None:
    """The fourth one, from which on SQS leaves the message out of the age that is watched, comes within ten minutes."""
    services = services_for(tmp_path)
    clock = services.made(Hours)[0].clock
    begun = clock.now
    receiver.answers.extend(["HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\n\r\n"] * 5)
    asyncio.run(services.get(Notifications).notify(receiver.url, EVENT, "owner"))
    (record,) = work(services, 570)
    assert (record.state, record.attempts) == (JobState.QUEUED, 4)
    (record,) = work(services)
    assert (record.state, record.attempts) == (JobState.SUCCEEDED, 6)
    assert 420 + 3_600 + 7_200 <= clock.now - begun <= 13_500
    services.close()


def test_what_is_refused_is_not_tried_again(receiver: Receiver, tmp_path: Path) -> None:
    """The receiver is gone, or its host has come to have a private address."""
    services = services_for(tmp_path, NOTIFICATIONS_LOOPBACK="true")
    receiver.answers.extend([410, 404])
    for event in (EVENT, replace(EVENT, id="e-2")):
        asyncio.run(services.get(Notifications).notify(receiver.url, event, "owner"))
    asyncio.run(services.get(Notifications).notify("https://localhost:1/", EVENT, "owner"))
    records = work(services)
    assert Counter((record.state, record.error, record.attempts) for record in records) == {
        (JobState.FAILED, "DELIVERY_REFUSED", 1): 2,
        (JobState.FAILED, "DELIVERY_GONE", 1): 1,
    }
    services.close()


def test_the_operator_is_told_of_failed_jobs(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for each, by the secret of the settings, which no line of the log holds, nor the URL."""
    services = services_for(tmp_path, NOTIFICATIONS_TARGET=receiver.url)
    asyncio.run(services.get(JobQueue).submit("broken", {"secret": "input"}, fresh=60))
    work(services)
    ((_, headers, body),) = receiver.received
    told = json.loads(body)
    assert is_genuine(SECRET, headers, body)
    assert (told["type"], told["data"]["job"], told["data"]["attempts"], told["data"]["error_code"]) == (
        "job.failed",
        "broken",
        3,
        "UPSTREAM_UNAVAILABLE",
    )
    assert "input" not in body.decode()
    assert SECRET not in capsys.readouterr().out
    services.close()


def test_the_operator_is_told_of_lost_workers(receiver: Receiver, tmp_path: Path) -> None:
    """Three workers died over one job; the next one that meets it tells, and twice does not."""
    clock = FakeClock()
    clock.now = time.time()
    made = services_for(tmp_path, NOTIFICATIONS_TARGET=receiver.url)
    sqlite = made.get(Store).sync
    queue = JobQueue(Ledger(sqlite, Times(), clock), StoredQueue(sqlite))
    services = Services(made.settings, made.storage, {Store: made.get(Store), JobQueue: queue})
    asyncio.run(queue.submit("broken", {}, fresh=60))
    message = queue.queue.receive(0)
    assert message is not None
    assert message.order is not None
    for _ in range(3):
        queue.ledger.claim(message.order)
        clock.turn(Times().lease)
    for _ in range(2):
        asyncio.run(Worker(JOBS, services, queue).handle(message, PATIENCE))
    told = [record.order.input["event"] for record in queue.ledger.list() if record.order.job == "notify"]
    assert [event["data"]["error_code"] for event in told] == ["WORKER_LOST"]
    services.close()


def test_nobody_is_told_without_a_target(tmp_path: Path) -> None:
    """The failed job stands alone."""
    services = services_for(tmp_path)
    asyncio.run(services.get(JobQueue).submit("broken", {}, fresh=60))
    (record,) = work(services)
    assert record.state is JobState.FAILED
    services.close()


def test_a_topic_of_sns(tmp_path: Path) -> None:
    """Its subscribers get the event, with id and type as attributes; a topic that is gone refuses."""
    with mock_aws():
        sns, sqs = (boto3.client(name, region_name=REGION) for name in ("sns", "sqs"))
        topic = sns.create_topic(Name="told")["TopicArn"]
        queue = sqs.create_queue(QueueName="told")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        services = services_for(tmp_path, NOTIFICATIONS_TARGET=topic)
        asyncio.run(services.get(Notifications).notify_operator(EVENT))
        assert [record.state for record in work(services)] == [JobState.SUCCEEDED]
        received = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
        assert json.loads(received["Message"])["data"] == {"price": 3.5}
        assert {name: each["Value"] for name, each in received["MessageAttributes"].items()} == {
            "id": "e-1",
            "type": "odds.below",
        }
        sns.delete_topic(TopicArn=topic)
        asyncio.run(services.get(Notifications).notify_operator(Event("e-2", "a", EVENT.at, {})))
        failed = [record.error for record in work(services) if record.state is JobState.FAILED]
        assert failed == ["DELIVERY_REFUSED"]
        services.close()
        sns.close()
        sqs.close()


def test_users_have_no_webhooks_without_a_secret(tmp_path: Path) -> None:
    """Nor at this machine, unless the setting allows it; nobody has a topic."""
    services = services_for(tmp_path, NOTIFICATIONS_SECRET="")
    without, url = services.get(Notifications), "https://hooks.example/"
    for refused in (without.check_url(url), without.notify(url, EVENT, "owner"), without.signing_secret(url, "owner")):
        with pytest.raises(BadUserInput):
            asyncio.run(refused)
    given = {"url": url, "owner": "owner", "event": EVENT.write()}
    with pytest.raises(DeliveryRefused):
        asyncio.run(notify_job(services, JobRun(PATIENCE, given)))
    services.close()
    strict = services_for(tmp_path, NOTIFICATIONS_LOOPBACK="false").get(Notifications)
    for url in ("http://127.0.0.1:1/", f"arn:aws:sns:{REGION}:123456789012:told"):
        with pytest.raises(BadUserInput):
            asyncio.run(strict.notify(url, EVENT, "owner"))
    with pytest.raises(BadUserInput):
        asyncio.run(strict.check_url("https://127.0.0.1/"))


@pytest.mark.parametrize(
    "given",
    [
        {"notifications_target": "hooks.example"},
        {"notifications_target": "http://127.0.0.1/", "notifications_secret": SECRET},
        {"notifications_target": "https://hooks.example/"},
        {"notifications_secret": "short"},
    ],
)
def test_settings_that_cannot_be(given: dict[str, str]) -> None:
    """They are refused at the start."""
    with pytest.raises(ConfigError):
        NotificationsSettings(**given)
