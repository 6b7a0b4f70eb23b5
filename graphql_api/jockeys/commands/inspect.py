"""``graphql-api inspect``: what one file holds."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import orjson

from graphql_api.cli.options import data_option, log_to_stderr, settings_of

if TYPE_CHECKING:
    from graphql_api.jockeys.inspection import FileFacts
    from graphql_api.storage.protocol import StoredObject


@click.command(
    short_help="Show the contents of a jockey file.",
    epilog="""\b
Examples:
  graphql-api inspect data/00001.pickle
  graphql-api inspect 00001 --data data
  graphql-api inspect 00001 --data s3://my-bucket/jockeys --json | jq .warnings""",
)
@click.argument("file_or_id", metavar="FILE|ID")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON with all details and more warnings.")
def inspect(file_or_id: str, data: str | None, *, as_json: bool) -> None:
    """Read a jockey file and show its contents. No code in the file is executed.

    The output lists the columns with dtypes, nulls and distinct values, the missing and unknown columns, and each cell
    that could not be read. If the file is refused, the reason is printed and the exit code is 1.
    """
    from graphql_api.cli.console import console
    from graphql_api.jockeys.commands.tables import show

    log_to_stderr("CRITICAL")
    facts = _facts(file_or_id, data)
    if as_json:
        click.echo(orjson.dumps(asdict(facts), option=orjson.OPT_INDENT_2))
    else:
        show(facts, console())


def _facts(file_or_id: str, data: str | None) -> "FileFacts":
    """Read the file, or, where there is none of that name, the jockey's file from the data source."""
    from graphql_api.cli.source import open_source
    from graphql_api.jockeys import inspection
    from graphql_api.jockeys.files import MAX_STORED_BYTES, JockeyFiles, id_of

    path = Path(file_or_id)
    if path.is_file():
        with path.open("rb") as file:
            data_read = file.read(MAX_STORED_BYTES + 1)  # enough to be refused as too large
        return inspection.inspect(data_read, path.name, id_of(path.name))
    if path.suffix or path.parent != Path():
        raise click.ClickException(f"There is no file {file_or_id!r}.")
    settings = settings_of(data)
    files = JockeyFiles(open_source(settings))
    stored = cast("StoredObject", files.read(file_or_id))  # None answers conditional reads only
    return inspection.inspect(stored.data, stored.key, file_or_id)
