"""The command line. ``main`` is the entry point of ``graphql-api``."""

import sys

from graphql_api import install_hint


def main() -> None:
    """Run the command line. If click is missing, say which extra to install."""
    try:
        from graphql_api.cli.commands import commands
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit(f"Error: the command line needs click. {install_hint('server')}")
    commands(prog_name="graphql-api")
