"""``graphql-api job``: a job of a slice, run now."""

import asyncio
import math

import click
import orjson

from graphql_api.cli.group import Commands
from graphql_api.cli.options import data_option, log_to_stderr, settings_of


@click.command(short_help="Run a job once.", epilog="\b\nExamples:\n  graphql-api job warm --data data")
@click.argument("name")
@data_option
@click.pass_context
def job(context: click.Context, name: str, data: str | None) -> None:
    """Run the job NAME once in this process and print its result as JSON."""
    from graphql_api.cli.source import open_source
    from graphql_api.jobs.runner import Jobs, UnknownJob
    from graphql_api.services import Services

    root = context.find_root().command
    jobs = Jobs(root.slices if isinstance(root, Commands) else ())
    settings = settings_of(data)
    services = Services(settings, open_source(settings))
    log_to_stderr(settings.log_level)
    try:
        result = asyncio.run(jobs.run(name, services, math.inf))
    except UnknownJob as error:
        raise click.UsageError(str(error)) from error
    finally:
        services.close()
    click.echo(orjson.dumps(result.told, option=orjson.OPT_INDENT_2))
