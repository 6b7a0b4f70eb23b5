"""The commands of ``graphql-api`` that belong to no slice, a module each."""

import click

from graphql_api import DISTRIBUTION
from graphql_api.cli.commands.export_schema import export_schema
from graphql_api.cli.commands.jobs import jobs
from graphql_api.cli.commands.mcp import mcp
from graphql_api.cli.commands.query import query
from graphql_api.cli.commands.serve import serve
from graphql_api.cli.group import Commands


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  graphql-api sample --out data
  graphql-api index --data data
  graphql-api serve --data data
  graphql-api query '{ jockey(id: "00001") { name } }' --data data

Settings are read from JOCKEY_… variables; see docs/settings.md. Exit codes: 0 success, 1 failure, 2 wrong usage.""",
)
@click.version_option(package_name=DISTRIBUTION, prog_name="graphql-api")
def commands() -> None:
    """Serve netkeiba jockey results over GraphQL and REST, and manage their files."""


for command in (serve, export_schema, query, mcp, jobs):
    commands.add_command(command)
