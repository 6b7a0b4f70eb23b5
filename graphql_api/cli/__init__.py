"""The command line: a thin shell over the application; ``main`` is the entry of ``graphql-api``."""

import sys

from graphql_api import install_hint


def main() -> None:
    """Run the command line; says which extra to install where click itself is missing."""
    try:
        from graphql_api.cli.commands import commands
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit(f"Error: the command line needs click. {install_hint('server')}")
    commands(prog_name="graphql-api")
