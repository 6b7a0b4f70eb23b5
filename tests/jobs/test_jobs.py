"""Jobs of slices: found by name, run by a schedule's event and by the command line."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import emf
from example_slice.notes import Notes
from example_slice.slice import SLICE as NOTES
from graphql_api.cli.commands.jobs import jobs
from graphql_api.cli.group import Commands
from graphql_api.functions.dispatch import Function, Kind, UnknownEvent, dispatch
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.scheduled import SOURCE, ScheduledJobs, names_a_job
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.runner import JobRun, Jobs, UnknownJob
from graphql_api.services import Services
from graphql_api.slices import Slice
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage

ALL = (*SLICES, NOTES)


@pytest.fixture
def services(sample_data: Path) -> Iterator[Services]:
    """Give the services of the product with one slice more, and two notes."""
    settings = read_settings({}, ALL, data=str(sample_data))
    services = Services(settings, MeteredStorage(open_storage(settings)))
    services.get(Notes).texts.extend(["a", "b"])
    yield services
    services.close()


@pytest.fixture
def function(services: Services) -> Function:
    """Give a function that handles scheduled events alone."""
    metrics = Metrics("dev", services.storage, cold=False)  # type: ignore[arg-type]
    return dispatch([Kind(names_a_job, ScheduledJobs(Jobs(ALL), services, metrics).handle)])


def invocation(seconds: float = 60) -> Any:
    """Stand for an invocation that has so much time."""
    return SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: seconds * 1000)


def send(function: Function, event: Any, seconds: float = 60) -> dict[str, Any]:
    """Invoke the function on a loop of its own, as Mangum would have left it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return function(event, invocation(seconds))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_an_event_that_names_a_job_runs_it(
    function: Function, services: Services, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """It works on the services that requests use, and its metrics are written under its invocation's id."""
    assert send(function, {"source": SOURCE, "job": "tidy"}) == {"tidied": 2}
    assert services.get(Notes).texts == []
    (line,) = emf.lines(capfdbinary.readouterr().out.decode())
    assert (line["NotesTidied"], line["request_id"]) == (2, "r-1")


def test_a_job_is_told_its_time(function: Function, services: Services) -> None:
    """A reserve is kept for the reply; what is left is for the job."""
    assert send(function, {"source": SOURCE, "job": "tidy"}, seconds=1) == {"tidied": 0}
    assert services.get(Notes).texts == ["a", "b"]


@pytest.mark.parametrize(
    "event",
    [{"source": SOURCE, "job": "other"}, {"source": SOURCE}, {"job": "tidy"}, {"source": "aws.events"}, [], None],
)
def test_an_event_without_a_known_job_raises(function: Function, services: Services, event: Any) -> None:
    """So nobody takes it for done, and nothing is run."""
    with pytest.raises(UnknownEvent):
        send(function, event)
    assert services.get(Notes).texts == ["a", "b"]


def test_jobs_are_found_by_name(services: Services) -> None:
    """Those of all slices are; another name is told with those that there are."""
    known = Jobs(ALL)
    assert known.names == sorted({name for each in ALL for name in each.jobs})
    with pytest.raises(UnknownJob, match=r"'other'\. Jobs: .*tidy, .*warm"):
        asyncio.run(known.run("other", services, JobRun(1)))


def test_two_jobs_of_one_name_are_refused() -> None:
    """The second would take the first one's place in silence."""
    with pytest.raises(ValueError, match="tidy"):
        Jobs((NOTES, Slice(name="other", jobs=NOTES.jobs)))


def run(*arguments: str | Path) -> Any:
    """Run the command, with one slice more."""
    commands = Commands(slices=ALL)
    commands.add_command(jobs)
    return CliRunner().invoke(commands, ["jobs", "run", *map(str, arguments)])


def test_the_command_runs_a_job(sample_data: Path) -> None:
    """It prints what the job tells; the warmer finds nothing asked for in a process that has just begun."""
    assert json.loads(run("tidy", "--data", sample_data).stdout) == {"tidied": 0}
    assert json.loads(run("warm", "--data", sample_data).stdout) == {"warmed": {"planned": 0, "left": 0}}


def test_the_command_refuses_an_unknown_job(sample_data: Path) -> None:
    """With exit code 2, and the names of those that there are."""
    refused = run("other", "--data", sample_data)
    assert refused.exit_code == 2
    assert "tidy, " in refused.stderr
