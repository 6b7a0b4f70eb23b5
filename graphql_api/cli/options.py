"""Options that several commands share: the data source, the settings, and the log."""

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from graphql_api import logs
from graphql_api.config import Settings
from graphql_api.installed import read_settings

DATA_HELP = "A folder of jockey files, or s3://bucket/prefix. Default: JOCKEY_DATA, or the bucket named in SSM."


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data`` to a command."""
    return click.option("--data", metavar="PATH|s3://…", help=DATA_HELP)(command)


def only_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a data source without its option, and say how to give it."""

    def refuse(context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> None:
        if given:
            right = f"{context.command_path} --data {given[0]}"
            raise click.UsageError(f"Unexpected argument {given[0]!r}. Specify the data source with: {right}", context)

    return click.argument("given", nargs=-1, metavar="", expose_value=False, callback=refuse)(command)


def settings_of(data: str | None, **overrides: Any) -> Settings:
    """Read the settings from the environment. ``--data`` and ``overrides`` have priority."""
    given = overrides if data is None else {**overrides, "data": data}
    return read_settings(os.environ, **given)


def log_to_stderr(level: str) -> None:
    """Write the log to standard error, so that standard output contains only the result."""
    logs.configure(level, sys.stderr.buffer)
