"""``graphql-api mcp``: the trusted operations as tools of the Model Context Protocol, by standard input and output."""

import asyncio
from typing import Any

import click

from graphql_api.cli.group import require
from graphql_api.cli.options import data_option, log_to_stderr, settings_of


@click.command(
    short_help="Serve the trusted operations to a language model (MCP).",
    epilog="""\b
Examples:
  graphql-api mcp --data data --documents docs/operations
  claude mcp add racing -- graphql-api mcp --data /srv/data --documents /srv/operations""",
)
@data_option
@click.option("--documents", metavar="PATH", help="The folder of trusted operations. Default: JOCKEY_DOCUMENTS.")
def mcp(data: str | None, documents: str | None) -> None:
    """Speak the Model Context Protocol over standard input and output, until the input ends.

    Each trusted query is a tool that only reads. Log lines go to standard error.
    """
    require("mcp")
    from graphql_api.app import create_core, graphql_parts
    from graphql_api.cli.source import open_source
    from graphql_api.config import ConfigError

    settings = settings_of(data, **({} if documents is None else {"documents": documents}))
    if not settings.documents:
        raise ConfigError("There are no tools. Specify a folder of trusted operations with --documents.")
    core = create_core(settings, open_source(settings))
    log_to_stderr(settings.log_level)
    try:
        asyncio.run(_serve(graphql_parts(core).named))
    finally:
        core.services.close()


async def _serve(named: Any) -> None:
    from importlib.metadata import version

    from mcp.server.stdio import stdio_server

    from graphql_api import DISTRIBUTION
    from graphql_api.web.mcp.tools import Tools

    server = Tools(named, version(DISTRIBUTION)).server
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
