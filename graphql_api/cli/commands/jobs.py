"""``graphql-api jobs``: jobs are run, and those of the queue looked at, started anew and forgotten."""

import asyncio
import math
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import orjson

from graphql_api.capabilities import is_capability, stored_name
from graphql_api.cli.group import Commands
from graphql_api.cli.options import data_option, log_to_stderr, settings_of
from graphql_api.config import Settings
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.ledger import Ledger, Times
from graphql_api.jobs.model import JobRecord, JobState
from graphql_api.jobs.service import open_queue
from graphql_api.store.service import open_store

PATIENT = 3.0, 10.0
"""Seconds to connect to the store and to wait for it: a person waits longer than a request."""

ALL = click.option("--all", "every", is_flag=True, help="All failed jobs.")


@click.group(
    short_help="Run jobs and manage the job queue.",
    epilog="""\b
Examples:
  graphql-api jobs run warm --data data
  graphql-api jobs list --state FAILED
  graphql-api jobs redrive --all
  graphql-api jobs work --data data""",
)
def jobs() -> None:
    """Run jobs by name, and list, show, redrive or purge those of the queue.

    Name a queued job by its id, or by the name that `list` shows. The store contains no ids.
    """


@jobs.command(short_help="Run a job once.")
@click.argument("name")
@data_option
@click.pass_context
def run(context: click.Context, name: str, data: str | None) -> None:
    """Run the job NAME once in this process and print its result as JSON."""
    from graphql_api.cli.source import open_source
    from graphql_api.jobs.runner import JobRun, Jobs, UnknownJob
    from graphql_api.services import Services

    known = Jobs(_slices(context))
    settings = settings_of(data)
    services = Services(settings, open_source(settings))
    log_to_stderr(settings.log_level)
    try:
        result = asyncio.run(known.run(name, services, JobRun(math.inf)))
    except UnknownJob as error:
        raise click.UsageError(str(error)) from error
    finally:
        services.close()
    click.echo(orjson.dumps(result.told, option=orjson.OPT_INDENT_2))


@jobs.command(short_help="Process the job queue until interrupted.")
@data_option
@click.option(
    "--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="Number of jobs at the same time."
)
@click.pass_context
def work(context: click.Context, data: str | None, threads: int) -> None:
    """Process the job queue until interrupted, and run scheduled jobs unless the queue is in SQS.

    Several processes may process the same queue.
    """
    from graphql_api.cli.source import open_source
    from graphql_api.jobs.beside import expressions
    from graphql_api.jobs.embedded import EmbeddedWorkers
    from graphql_api.jobs.runner import Jobs
    from graphql_api.jobs.schedules import EmbeddedSchedules
    from graphql_api.services import Services

    settings, slices = settings_of(data), _slices(context)
    services = Services(settings, open_source(settings))
    log_to_stderr(settings.log_level)
    workers = EmbeddedWorkers(Jobs(slices), services, threads)
    chosen = {} if settings.jobs_queue else expressions(slices, services, is_begun=True)
    schedules = EmbeddedSchedules(Jobs(slices), services, chosen)
    try:
        workers.start()
        schedules.start()
        click.echo("Working on the queue (Ctrl+C stops)", err=True)
        workers.join()
    except KeyboardInterrupt:
        schedules.stop()
        workers.stop()
    finally:
        services.close()


@jobs.command("list", short_help="List the jobs of the queue.")
@click.option("--state", type=click.Choice([each.value for each in JobState]), help="List only jobs in this state.")
def list_jobs(state: str | None) -> None:
    """List the jobs of the queue, newest first."""
    with _ledger() as (ledger, _):
        found = sorted(ledger.list(None if state is None else JobState(state)), key=lambda each: -each.created)
    for record in found:
        order = record.order
        error = record.error or ""
        click.echo(
            f"{order.name}  {_time(record.created)}  {record.state.value:9}  {record.attempts}  {order.job}  {error}"
        )


@jobs.command(short_help="Show a job as JSON.")
@click.argument("name")
def show(name: str) -> None:
    """Show the job NAME with its input, its result and its times."""
    with _ledger() as (ledger, _):
        record = ledger.find(_named(name))
    if record is None:
        raise click.ClickException("There is no such job.")
    click.echo(orjson.dumps(_shown(record), option=orjson.OPT_INDENT_2))


@jobs.command(short_help="Restart failed jobs.")
@click.argument("names", nargs=-1)
@ALL
def redrive(names: tuple[str, ...], every: bool) -> None:  # noqa: FBT001 - an option
    """Restart the failed jobs NAMES."""
    with _ledger() as (ledger, settings), closing(open_queue(settings, ledger.store)) as queue:
        _each(ledger, names, lambda name: ledger.redrive(name, queue.send), every=every)


@jobs.command(short_help="Delete finished jobs.")
@click.argument("names", nargs=-1)
@ALL
def purge(names: tuple[str, ...], every: bool) -> None:  # noqa: FBT001 - an option
    """Delete the jobs NAMES, which must have succeeded or failed."""
    with _ledger() as (ledger, _):
        _each(ledger, names, ledger.purge, every=every)


def _slices(context: click.Context) -> Any:
    root = context.find_root().command
    return root.slices if isinstance(root, Commands) else SLICES


@contextmanager
def _ledger() -> Iterator[tuple[Ledger, Settings]]:
    """Open the records that the settings name."""
    settings = read_settings(os.environ)
    with closing(open_store(settings, PATIENT)) as store:
        yield Ledger(store, Times(kept=settings.jobs_kept)), settings


def _each(ledger: Ledger, names: tuple[str, ...], act: Callable[[str], object], *, every: bool) -> None:
    """Do something to the jobs that are named, or to all that have failed."""
    if bool(names) == every:
        raise click.UsageError("Specify names of jobs, or --all.")
    chosen = [each.order.name for each in ledger.list(JobState.FAILED)] if every else [_named(each) for each in names]
    for name in chosen:
        act(name)
        click.echo(name)


def _named(text: str) -> str:
    """Return a job's name, by its id or by itself."""
    return stored_name(text) if is_capability(text) else text


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _shown(record: JobRecord) -> dict[str, Any]:
    return {
        "name": record.order.name,
        "job": record.order.job,
        "input": record.order.input,
        "state": record.state.value,
        "run": record.order.run,
        "attempts": record.attempts,
        "error": record.error,
        "created": _time(record.created),
        "started": _time(record.started),
        "finished": _time(record.finished),
        "expires": _time(record.expires),
        "result": record.result,
    }
