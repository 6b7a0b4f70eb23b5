"""``graphql-api archive``: the archive for other engines."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from graphql_api.cli.options import data_option, log_to_stderr, only_options, settings_of

if TYPE_CHECKING:
    from graphql_api.archive.publishing import Change, Outcome


@click.group(short_help="Publish the archive for Athena and Spark.")
def archive() -> None:
    """Publish the archive (index) for other engines."""


@archive.command(
    epilog="""\b
Examples:
  graphql-api archive publish --data s3://my-bucket/jockeys
  graphql-api archive publish --data data --catalog sqlite:///catalog.sqlite --json""",
)
@only_options
@data_option
@click.option(
    "--catalog",
    default="glue",
    show_default=True,
    help="Iceberg catalog: glue, or the URI of an SQL database. The server reads tables in Glue only.",
)
@click.option("--database", default="graphql_api", show_default=True, help="Database of the tables.")
@click.option("--warehouse", help="Location of the metadata. Default: the folder iceberg in the data source.")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def publish(data: str | None, catalog: str, database: str, warehouse: str | None, *, as_json: bool) -> None:
    """Publish the archive as the Iceberg tables rides, jockeys and horses.

    The tables consist of the archive's own Parquet files; only metadata is written. Run it after each graphql-api
    index. Files that are no longer in the index leave the tables. After an interrupted run, run the command again.
    """
    from graphql_api.archive.publishing import Publisher, open_catalog
    from graphql_api.cli.source import open_source

    settings = settings_of(data)
    log_to_stderr("CRITICAL")
    if not settings.data:
        raise click.UsageError("Specify the bucket: --data s3://bucket/prefix. The tables contain this URL.")
    storage = open_source(settings)
    root = settings.data if "://" in settings.data else Path(settings.data).resolve().as_uri()
    is_glue = catalog == "glue"
    opened = open_catalog("" if is_glue else catalog, warehouse or f"{root.rstrip('/')}/iceberg", settings.region)
    outcome = Publisher(storage, root, opened, database).publish(is_served=is_glue)
    click.echo(_json(outcome) if as_json else _words(outcome))


def _json(outcome: "Outcome") -> str:
    tables = {
        each.name: {"added": each.added, "removed": each.removed, "rows": each.rows, "snapshot": str(each.snapshot)}
        for each in outcome.tables
    }
    return orjson.dumps(
        {"database": outcome.database, "version": outcome.version, "changed": outcome.changed, "tables": tables}
    ).decode()


def _words(outcome: "Outcome") -> str:
    return "\n".join(_line(outcome.database, each) for each in outcome.tables)


def _line(database: str, change: "Change") -> str:
    told = f"{database}.{change.name}: {change.rows:,} rows"
    if not change.added and not change.removed:
        return f"{told}, up to date."
    return f"{told}; {len(change.added)} files added, {len(change.removed)} removed."
