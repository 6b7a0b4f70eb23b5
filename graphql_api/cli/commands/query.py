"""``graphql-api query``: one operation, answered without a server."""

import asyncio
import json
import sys
from typing import Any

import click
import orjson

from graphql_api.cli.options import data_option, log_to_stderr, settings_of


@click.command(
    short_help="Run one operation and print the response.",
    epilog="""\b
Examples:
  graphql-api query '{ jockey(id: "00001") { name records(first: 3) { nodes { date raceName } } } }' --data data
  graphql-api query 'query($id: ID!) { jockey(id: $id) { name } }' --variables '{"id": "a0001"}' --data data
  graphql-api query - --data data < query.graphql""",
)
@click.argument("query", metavar="QUERY|-")
@click.option("--variables", metavar="JSON", help="The operation's variables, as a JSON object.")
@data_option
def query(query: str, variables: str | None, data: str | None) -> None:
    """Run one operation and print the response as JSON. The exit code is 1 if the response has errors.

    QUERY is the GraphQL text, or - to read it from standard input.
    """
    from graphql_api.app import create_core
    from graphql_api.cli.source import open_source

    text = sys.stdin.read() if query == "-" else query
    values = _variables(variables)
    settings = settings_of(data)
    core = create_core(settings, open_source(settings))
    log_to_stderr(settings.log_level)
    try:
        answer = orjson.loads(asyncio.run(core.run(text, values)))
    finally:
        core.services.close()
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
    if "errors" in answer:
        sys.exit(1)


def _variables(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        values = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"This is not JSON: {error}.", param_hint="--variables") from error
    if not isinstance(values, dict):
        raise click.BadParameter('A JSON object is needed, such as {"id": "00001"}.', param_hint="--variables")
    return values
