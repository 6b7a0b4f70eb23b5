"""The job that writes a comment, and its steps as jobs of their own, which a workflow calls."""

import time
from functools import partial

from graphql_api.comments.settings import CommentsSettings
from graphql_api.comments.steps import SKIPPED_BY_HIT, STEPS, State
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.services import Services


async def comment_job(services: Services, run: JobRun) -> JobResult:
    """Write the comment that the input requests, and return where it is stored."""
    if services.settings.of(CommentsSettings).comments_workflow:
        from graphql_api.comments.workflow import run_workflow

        return result_of(await run_workflow(services, run))
    ends = time.monotonic() + run.seconds
    state: State = run.input
    for name, step in STEPS.items():
        if not (state.get("hit") and name in SKIPPED_BY_HIT):
            state = await step(services, state, ends - time.monotonic())
    return result_of(state)


async def step_job(name: str, services: Services, run: JobRun) -> JobResult:
    """Do one step of a workflow. Its input is the state before, its result the state after the step."""
    state = await STEPS[name](services, run.input, run.seconds)
    return JobResult(state, state.get("metrics", {}))


def result_of(state: State) -> JobResult:
    """Return the result of the job from the last state."""
    told = {name: value for name, value in state.items() if name != "metrics"}
    return JobResult(told, state.get("metrics", {}))


check_job = partial(step_job, "check")
facts_job = partial(step_job, "facts")
generate_job = partial(step_job, "generate")
save_job = partial(step_job, "save")
notify_job = partial(step_job, "notify")
