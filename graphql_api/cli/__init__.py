"""The command line: a thin shell over the application; ``main`` is the entry of ``graphql-api``."""

import sys

_OWN = ("click", "rich")


def main() -> None:
    """Run the command line; says which extra to install where it lacks its own libraries."""
    try:
        from graphql_api.cli.commands import commands
    except ModuleNotFoundError as error:
        if error.name not in _OWN:
            raise
        sys.exit(f"Error: the command line needs {error.name}: pip install 'graphql-api[server]'")
    commands(prog_name="graphql-api")
