"""Errors of the commands: one or two lines that the user can act on, exit code 1 or 2, no traceback."""

import errno
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import click

from graphql_api import install_hint
from graphql_api.config import ConfigError
from graphql_api.errors import ServiceError
from graphql_api.installed import SLICES
from graphql_api.slices import Slice, load

# What each optional module belongs to.
EXTRAS = {"mcp": "mcp", "pandas": "sample", "prometheus_client": "server", "rich": "server", "uvicorn": "server"}


class Commands(click.Group):
    """A group whose commands may raise the project's errors. Usage errors have exit code 2, others 1.

    Commands of slices are imported when they are used.
    """

    def __init__(self, *args: Any, slices: Sequence[Slice] = SLICES, **kwargs: Any) -> None:
        """Include the commands of ``slices``."""
        super().__init__(*args, **kwargs)
        self.slices = slices
        self.sliced = {name: where for each in slices for name, where in each.commands.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List all commands by name."""
        return sorted({*super().list_commands(ctx), *self.sliced})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        where = self.sliced.get(cmd_name)
        return super().get_command(ctx, cmd_name) if where is None else load(where)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and translate what it raises."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise click.UsageError(str(error)) from error
        except ServiceError as error:
            raise click.ClickException(_explained(error)) from error
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package not in EXTRAS:
                raise
            raise click.ClickException(f"This command needs {package}. {install_hint(EXTRAS[package])}") from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe left: click ends quietly
                raise
            raise click.ClickException(_system(error)) from error


def require(module: str) -> None:
    """Check an optional module before the work starts. Raises ``ModuleNotFoundError``, as its import would."""
    if find_spec(module) is None:
        raise ModuleNotFoundError(name=module)


def _explained(error: ServiceError) -> str:
    """Add the fields for the log to the message: the user of the command line is the operator."""
    facts = [f"  {name}: {value}" for name, value in error.log_fields.items()]
    cause = [f"  cause: {error.__cause__}"] if error.__cause__ else []
    return "\n".join([error.message, *facts, *cause])


def _system(error: OSError) -> str:
    return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
