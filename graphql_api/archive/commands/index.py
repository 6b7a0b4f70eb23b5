"""``graphql-api index``: the index of all jockeys."""

from typing import TYPE_CHECKING

import click

from graphql_api.cli.options import data_option, log_to_stderr, only_options, settings_of

if TYPE_CHECKING:
    from graphql_api.archive.refresh import Refresh


@click.command(
    short_help="Build or refresh the index of all jockeys.",
    epilog="""\b
Examples:
  graphql-api index --data data
  graphql-api index --data s3://my-bucket/jockeys --threads 32""",
)
@only_options
@data_option
@click.option("--threads", type=click.IntRange(1, 256), help="Files read at once. Default: JOCKEY_LOAD_THREADS.")
def index(data: str | None, threads: int | None) -> None:
    """Build or refresh the index. Queries across jockeys require it.

    The index is a table of all rides (one Parquet file for each year) with tables of jockeys and horses. It is stored
    with the jockey files. Only changed files are read, and only changed years are written. After an interrupted run,
    the next run continues from there. Servers read the new index within JOCKEY_CACHE_TTL; until then they use the old
    one.
    """
    from rich.progress import Progress

    from graphql_api.archive.refresh import Refresh
    from graphql_api.cli.console import console
    from graphql_api.cli.source import open_source
    from graphql_api.jockeys.commands.holdings import describe

    settings = settings_of(data)
    log_to_stderr("CRITICAL")
    storage = open_source(settings)
    refresh = Refresh(storage)
    try:
        with Progress(console=console(stderr=True)) as progress:
            task = progress.add_task("Indexing jockeys", total=len(refresh.sources))
            refresh.run(
                threads or settings.load_threads,
                lambda: progress.advance(task),
                lambda: progress.add_task("Writing the index", total=None),  # minutes, for millions of rides
            )
    except BaseException:
        click.echo(incomplete(refresh), err=True)
        raise
    count = refresh.outcomes
    done = "Wrote the index" if refresh.written else "The index is up to date"
    click.echo(f"{done}: {len(refresh.sources):,} jockeys, {count['read']:,} read, {count['unchanged']:,} unchanged.")
    if not refresh.sources:
        click.echo("\n".join(describe(storage, settings)), err=True)
    if refresh.unreadable:
        click.echo(
            f"Files that could not be read (see graphql-api inspect): {', '.join(sorted(refresh.unreadable))}", err=True
        )
    if refresh.sources and len(refresh.unreadable) == len(refresh.sources):
        raise click.ClickException("No file could be read.")


def incomplete(refresh: "Refresh") -> str:
    """Tell of a run that ended early what the next one has to do, or that only writing failed."""
    left = len(refresh.sources) - sum(refresh.outcomes.values())
    if not left:
        return "All files were read, but the index could not be written."
    kept = f"The index is incomplete: {left:,} of {len(refresh.sources):,} files were not read."
    return f"{kept} Run the command again to continue."
