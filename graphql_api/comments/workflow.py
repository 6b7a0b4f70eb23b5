"""The workflow of Step Functions that writes comments, if the settings name one. It uses boto3."""

import asyncio
import time
from contextlib import closing
from typing import Any

import orjson

from graphql_api.comments.settings import CommentsSettings
from graphql_api.comments.steps import State
from graphql_api.errors import BadUserInput, NotFound, RequestTimeout, ServiceError, UpstreamUnavailable
from graphql_api.jobs.runner import JobRun
from graphql_api.services import Services
from graphql_api.storage.faults import error_code, faults

POLL_SECONDS = 0.5
TIMEOUTS = 1.0, 3.0
"""Seconds to connect and to wait for a response."""

FAILED = "The workflow of the comment failed."
LASTING: dict[str, type[ServiceError]] = {"NotFound": NotFound, "BadUserInput": BadUserInput}
"""Errors of steps that a retry cannot fix, by their names in Step Functions."""


async def run_workflow(services: Services, run: JobRun) -> State:
    """Start an execution with the name of the attempt, and wait for its output.

    Raises ``UpstreamUnavailable`` if another attempt may succeed, ``RequestTimeout``, ``NotFound``, ``BadUserInput``.
    """
    settings = services.settings
    machine = settings.of(CommentsSettings).comments_workflow
    ends = time.monotonic() + run.seconds
    with closing(_client(settings.region)) as client:
        try:
            return await _finished(client, machine, run, ends)
        except faults() as error:
            raise UpstreamUnavailable(FAILED, error_code=error_code(error)) from error


async def _finished(client: Any, machine: str, run: JobRun, ends: float) -> State:
    """Return the output of an execution. Raises its failure and the errors of boto3."""
    body = orjson.dumps(dict(run.input)).decode()
    started = await asyncio.to_thread(client.start_execution, stateMachineArn=machine, name=run.name, input=body)
    while True:
        told = await asyncio.to_thread(client.describe_execution, executionArn=started["executionArn"])
        if told["status"] == "SUCCEEDED":
            output: State = orjson.loads(told["output"])
            return output
        if told["status"] != "RUNNING":
            error = str(told.get("error", told["status"]))
            raise LASTING.get(error, UpstreamUnavailable)(FAILED, workflow_error=error)
        if time.monotonic() + POLL_SECONDS > ends:
            raise RequestTimeout("The workflow of the comment took too long.")
        await asyncio.sleep(POLL_SECONDS)


def _client(region: str) -> Any:
    from boto3.session import Session
    from botocore.config import Config

    config = Config(
        connect_timeout=TIMEOUTS[0], read_timeout=TIMEOUTS[1], retries={"mode": "standard", "total_max_attempts": 2}
    )
    session: Any = Session()  # whose types know each service by its name alone
    return session.client("stepfunctions", region_name=region or None, config=config)
