"""``graphql-api odds``: update odds once, and show those of a race."""

import asyncio

import click

from graphql_api.cli.options import data_option, log_to_stderr, settings_of
from graphql_api.errors import BadUserInput
from graphql_api.japan_time import JST
from graphql_api.odds.settings import is_updating
from graphql_api.slips.tickets.types import BetType

PATIENT = 3.0, 10.0
"""Seconds to connect to the store and to wait for it: a person waits longer than a request."""


@click.group(
    short_help="Update and show odds.",
    epilog="""\b
Examples:
  graphql-api odds update --data data
  graphql-api odds show 20240601_05_11""",
)
def odds() -> None:
    """Update and show odds."""


@odds.command(short_help="Update the odds that are due, once.")
@data_option
@click.option("--all", "everything", is_flag=True, help="Update all races of today, due or not.")
def update(data: str | None, *, everything: bool) -> None:
    """Update the odds that are due, once, as the schedule does; print what was done as JSON."""
    import orjson

    from graphql_api.cli.source import open_source
    from graphql_api.odds.job import update as run
    from graphql_api.odds.updates import RUN_SECONDS
    from graphql_api.services import Services

    settings = settings_of(data)
    log_to_stderr(settings.log_level)
    if not is_updating(settings):
        raise click.UsageError(
            "Odds are not updated: set JOCKEY_ODDS_UPDATES=true, and JOCKEY_RACES_PROVIDER to mock or jravan."
        )
    services = Services(settings, open_source(settings))
    try:
        outcome = asyncio.run(run(services, RUN_SECONDS, everything=everything))
    finally:
        services.close()
    click.echo(orjson.dumps(outcome.result().told, option=orjson.OPT_INDENT_2))


@odds.command(short_help="Show the stored odds to win and for a place.")
@click.argument("race_id")
def show(race_id: str) -> None:
    """Show the newest stored odds of a race, by its id of the form YYYYMMDD_course_RR."""
    from contextlib import closing

    from graphql_api.odds.book import Book
    from graphql_api.races.ids import bridge_place, race_ids
    from graphql_api.store.service import open_store

    settings = settings_of(None)
    try:
        bridge_id = race_ids(bridge_place(race_id)).bridge
    except BadUserInput as error:
        raise click.BadParameter(error.message, param_hint="RACE_ID") from error
    with closing(open_store(settings, PATIENT)) as store:
        board = Book(store, 0).latest(bridge_id)
    if board is None:
        raise click.ClickException("No odds of this race are stored.")
    click.echo(f"{board.race_id}  {board.status.value}  as of {board.as_of.astimezone(JST):%Y-%m-%d %H:%M:%S} JST")
    places = {each.combination: each for each in board.entries(BetType.PLACE)}
    for entry in board.entries(BetType.WIN):
        place = places.get(entry.combination)
        bounds = "-" if place is None or place.least is None else f"{place.least:.1f} - {place.most:.1f}"
        click.echo(f"{entry.combination[0]:>3}  {_text(entry.odds):>8}  {bounds}")


def _text(odds: float | None) -> str:
    return "-" if odds is None else f"{odds:.1f}"
