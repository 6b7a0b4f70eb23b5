"""The workflow of Step Functions as it is deployed, run by moto: it calls the very steps that the worker does."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
from comment_app import BRIDGE_ID, write_files
from lambda_server import lambda_server
from moto import mock_aws

from fakes import PATIENCE
from graphql_api.comments.model import CommentKind, CommentLanguage, CommentRequest, CommentStyle
from graphql_api.comments.service import Comments
from graphql_api.errors import UpstreamUnavailable
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.scheduled import ScheduledJobs
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.model import JobRecord, JobState
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.worker import Worker, settle
from graphql_api.services import Services
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage
from graphql_api.store.service import Store, open_store

REGION = "us-east-1"
DAY = date(2024, 9, 29)
WORKER = f"arn:aws:lambda:{REGION}:123456789012:function:worker"
DEFINITION = Path(__file__).parents[2] / "deploy" / "comments.asl.json"


@dataclass
class World:
    """A worker whose comments are written by a workflow."""

    services: Services
    client: Any
    machine: str
    called: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def comment(self, race_id: str = BRIDGE_ID, style: CommentStyle = CommentStyle.FULL) -> JobRecord:
        """Have a comment written, as the worker's function does."""
        wanted = CommentRequest(race_id, CommentKind.PREVIEW, style, CommentLanguage.JA)
        queue, jobs = self.services.get(JobQueue), Jobs(SLICES)

        async def work() -> JobRecord:
            submitted = await self.services.get(Comments).request(wanted, DAY)
            worker = Worker(jobs, self.services, queue)
            while (message := queue.queue.receive(60)) is not None:
                settle(queue, message, await worker.handle(message, 6 * PATIENCE))
            found = await queue.find(submitted.id)
            assert found is not None
            return found

        return asyncio.run(work())

    def executions(self) -> Sequence[Any]:
        """List the executions."""
        listed: Sequence[Any] = self.client.list_executions(stateMachineArn=self.machine)["executions"]
        return listed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the riders of a race."""
    return write_files(tmp_path_factory.mktemp("workflow") / "data")


@pytest.fixture
def world(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Deploy the workflow, with waits of a second."""
    definition = DEFINITION.read_text().replace("${Worker}", WORKER)
    definition = definition.replace('"IntervalSeconds": 2', '"IntervalSeconds": 1')
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions", region_name=REGION)
        role = "arn:aws:iam::123456789012:role/comments"
        machine = client.create_state_machine(name="comments", definition=definition, roleArn=role)["stateMachineArn"]
        environ = {"STORE": str(tmp_path / "store.sqlite3"), "COMMENTS_WORKFLOW": machine, "REGION": REGION}
        settings = read_settings({f"JOCKEY_{name}": value for name, value in environ.items()}, data=str(folder))
        held = Store(open_store(settings), 2 * PATIENCE)
        services = Services(settings, open_storage(settings), {Store: held})
        made = World(services, client, machine)
        function = ScheduledJobs(Jobs(SLICES), services, Metrics("dev", MeteredStorage(services.storage), cold=False))

        def handle(event: Any, context: Any) -> Any:
            made.called.append(event["job"])
            if made.faults:
                raise made.faults.pop()
            return function.handle(event, context)

        with lambda_server(handle) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
            yield made
        services.close()
        client.close()


STEPS = ["comment-check", "comment-facts", "comment-generate", "comment-save", "comment-notify"]


def test_a_comment_comes_by_all_steps(world: World) -> None:
    """Each is a job that the state machine asks of the worker; the execution has the attempt's name."""
    record = world.comment()
    assert (record.state, record.attempts, record.result["new"]) == (JobState.SUCCEEDED, 1, True)
    assert world.called == STEPS
    found = asyncio.run(world.services.get(Comments).find(BRIDGE_ID, record.result["digest"]))
    assert found is not None
    assert "勝率は10.0%" in found.written.text
    (execution,) = world.executions()
    assert execution["name"].startswith(f"{record.order.name}-1-1-")


def test_a_fresh_comment_ends_it_at_once(world: World) -> None:
    """The record of the job is gone, and the comment is not."""
    first = world.comment()
    world.services.get(JobQueue).ledger.purge(first.order.name)
    world.called.clear()
    second = world.comment()
    assert world.called == ["comment-check", "comment-notify"]
    assert (second.result["digest"], second.result["new"]) == (first.result["digest"], False)


def test_what_passes_is_tried_again_by_the_workflow(world: World) -> None:
    """A step whose upstream was away is called again; the attempt of the worker is the same."""
    world.faults.append(UpstreamUnavailable("Away."))
    record = world.comment()
    assert (record.state, record.attempts) == (JobState.SUCCEEDED, 1)
    assert world.called == ["comment-check", *STEPS]


def test_what_does_not_pass_ends_the_job(world: World) -> None:
    """Under its own code, in one attempt."""
    record = world.comment("20240929_06_12")
    assert (record.state, record.error, record.attempts) == (JobState.FAILED, "NOT_FOUND", 1)
    assert world.called == ["comment-check", "comment-facts"]


def test_the_definition_names_the_steps() -> None:
    """In their order, and no other jobs."""
    states = json.loads(DEFINITION.read_text())["States"].values()
    jobs = [state["Parameters"]["Payload"]["job"] for state in states if state["Type"] == "Task"]
    assert jobs == STEPS
    assert set(STEPS) <= set(Jobs(SLICES).names)
