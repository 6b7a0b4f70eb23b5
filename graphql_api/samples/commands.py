"""``graphql-api sample``: fictional files."""

from datetime import datetime
from pathlib import Path

import click

from graphql_api.cli.group import require
from graphql_api.samples.careers import NEWEST, ROSTER

MOST_JOCKEYS = len(ROSTER)


@click.command(
    short_help="Write fictional jockey files.",
    epilog="""\b
Examples:
  graphql-api sample --out data
  graphql-api sample --out /tmp/whole --complete
  graphql-api sample --out /tmp/whole --complete --until 2026-06-28
  graphql-api sample --out /tmp/many --jockeys 200 --rows 10000 --seed 7""",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.option("--jockeys", type=click.IntRange(1, MOST_JOCKEYS), default=13, show_default=True, help="Number of files.")
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=1000,
    show_default=True,
    help="Maximum number of races in a career.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="Write all JRA jockeys of two seasons, so that races are complete. Not with --jockeys or --rows.",
)
@click.option(
    "--until",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help=f"Last day of the two seasons of --complete (YYYY-MM-DD). Default: {NEWEST}.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Random seed. The same seed writes the same files."
)
@click.pass_context
def sample(
    context: click.Context, out: Path, jockeys: int, rows: int, until: datetime | None, seed: int, *, complete: bool
) -> None:
    """Write fictional jockey files in the form that a scraper of netkeiba writes.

    All files describe the same races. The first thirteen contain all cases: flat, jump, local, ban'ei and overseas
    races, an empty career, old pages, blanks and mixed dtypes. Files with the same ids in the folder are replaced.
    """
    from rich.progress import Progress

    from graphql_api import samples
    from graphql_api.cli.console import console

    if complete and _sized(context):
        raise click.UsageError("--complete cannot be used with --jockeys or --rows.")
    if until is not None and not complete:
        raise click.UsageError("--until requires --complete.")
    require("pandas")
    with Progress(console=console(stderr=True)) as progress:
        task = progress.add_task("Writing jockeys", total=len(samples.whole_field_ids()) if complete else jockeys)

        def advance(_path: Path) -> None:
            progress.advance(task)

        written = (
            samples.write_complete(out, seed, advance, until.date() if until else NEWEST)
            if complete
            else samples.write(out, jockeys, rows, seed, advance)
        )
    size = sum(path.stat().st_size for path in written)
    click.echo(f"Wrote {len(written)} jockeys, {size / 1e6:.1f} MB, to {out}. Next: graphql-api serve --data {out}")


def _sized(context: click.Context) -> bool:
    sources = map(context.get_parameter_source, ("jockeys", "rows"))
    return click.core.ParameterSource.COMMANDLINE in sources
