"""``graphql-api keys``: API keys are made, listed, disabled and replaced by their operator."""

import os
import re
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import click
import orjson

from graphql_api.access.management import Keys
from graphql_api.access.records import SCOPES, KeyRecord, moment
from graphql_api.access.slice import MIN_COST
from graphql_api.installed import read_settings
from graphql_api.store.location import DYNAMODB
from graphql_api.store.service import open_store

PATIENT = 3.0, 10.0
"""Seconds to connect to the store and to wait for it: a person waits longer than a request."""

TABLE = "graphql-api-"
"""How the name of a stage's table begins; the stage follows."""

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Duration(click.ParamType[float]):
    """A time as people write it: ``90d``, ``12h``, ``30m``, ``0``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a text as seconds."""
        read = re.fullmatch(r"(\d{1,6})([smhd])?", str(value))
        if read is None or (read[2] is None and int(read[1])):
            self.fail(f"{value!r} is no time such as 90d, 12h or 30m.", param, ctx)
        return float(int(read[1]) * SECONDS[read[2] or "s"])


DURATION = Duration()


@click.group(
    short_help="Create and manage API keys.",
    epilog="""\b
Examples:
  graphql-api keys create "A dashboard" --scope graphql --requests 600 --expires 90d
  graphql-api keys list
  graphql-api keys rotate 3fT0kQz9 --old-valid 24h
  graphql-api keys --stage prod usage 3fT0kQz9""",
)
@click.option("--stage", help="Use the DynamoDB table of this deployed stage, such as prod. Default: JOCKEY_STORE.")
@click.pass_context
def keys(context: click.Context, stage: str | None) -> None:
    """Create, list, disable and replace API keys, and show their usage.

    Changes take effect within 30 seconds in all servers that use the same store.
    """
    overrides: dict[str, Any] = {} if stage is None else {"store": f"{DYNAMODB}{TABLE}{stage}"}
    store = open_store(read_settings(os.environ, **overrides), PATIENT)
    context.obj = Keys(context.with_resource(closing(store)))


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    help="Allowed scope. May be repeated. Default: all scopes.",
)
@click.option("--requests", type=click.IntRange(1), help="Limit of requests per minute. Default: JOCKEY_RATE_REQUESTS.")
@click.option("--cost", type=click.IntRange(MIN_COST), help="Limit of cost per minute. Default: JOCKEY_RATE_COST.")
@click.option("--expires", type=DURATION, metavar="90d", help="Time for which the key is valid. Default: no expiry.")
@click.pass_obj
def create(
    keys: Keys, name: str, scopes: tuple[str, ...], requests: int | None, cost: int | None, expires: float | None
) -> None:
    """Create a key with the name NAME and print it. It is not stored and cannot be shown again."""
    end = None if expires is None else time.time() + expires
    record, text = keys.create(name, scopes or SCOPES, requests=requests, cost=cost, expires=end)
    click.echo(f"Key {record.id} for {record.name}. It is shown only now:", err=True)
    click.echo(text)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_keys(keys: Keys, *, as_json: bool) -> None:
    """List all keys, newest first."""
    found = sorted(keys.all(), key=lambda record: -record.created)
    if as_json:
        _print([_shown(each) for each in found])
        return
    rows = [
        (each.id, each.name, _state(each), ", ".join(each.scopes), _limits(each), _day(each.created)) for each in found
    ]
    _table(("Id", "Name", "State", "Scopes", "Limits", "Created"), rows)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.pass_obj
def show(keys: Keys, key_id: str) -> None:
    """Show one key, without its secret, as JSON."""
    _print(_shown(keys.get(key_id)))


@keys.command()
@click.argument("key_id", metavar="ID")
@click.pass_obj
def disable(keys: Keys, key_id: str) -> None:
    """Disable a key permanently."""
    record = keys.disable(key_id)
    click.echo(f"Key {record.id} for {record.name} is disabled, within 30 seconds everywhere.")


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option(
    "--old-valid", type=DURATION, default="24h", show_default=True, help="Time for which the old secret remains valid."
)
@click.pass_obj
def rotate(keys: Keys, key_id: str, old_valid: float) -> None:
    """Replace the secret of a key and print the new key. The id, limits and usage do not change."""
    record, text = keys.rotate(key_id, old_valid)
    end = f"{moment(time.time() + old_valid):%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"New secret of key {record.id}; the old one is valid until {end}. It is shown only now:", err=True)
    click.echo(text)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option(
    "--days", type=click.IntRange(1, 400), default=30, show_default=True, help="Number of days, today included."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def usage(keys: Keys, key_id: str, days: int, *, as_json: bool) -> None:
    """Show the usage of a key by day, in UTC. The last ten seconds may be missing."""
    found = keys.usage(key_id, days)
    if as_json:
        _print([day._asdict() for day in found])
        return
    _table(
        ("Day", "Requests", "Cost", "Errors", "Bytes"),
        [(day.date, *(f"{each:,}" for each in day[1:])) for day in found],
    )


def _shown(record: KeyRecord) -> dict[str, Any]:
    """Return what may be shown of a key: all but the digests."""
    times = {"created": _iso(record.created), "expires": record.expires and _iso(record.expires)}
    old = [each.until for each in record.secrets if each.until is not None]
    limits = {"requests": record.requests, "cost": record.cost}
    own = {"id": record.id, "name": record.name, "state": _state(record), "scopes": record.scopes, **limits, **times}
    return {**own, "oldValidUntil": _iso(max(old)) if old else None}


def _state(record: KeyRecord) -> str:
    if not record.enabled:
        return "disabled"
    return "expired" if record.expires is not None and record.expires <= time.time() else "valid"


def _limits(record: KeyRecord) -> str:
    parts = (("requests", record.requests), ("cost", record.cost))
    return ", ".join(f"{limit:,} {name}" for name, limit in parts if limit is not None) or "default"


def _day(seconds: float) -> str:
    return f"{moment(seconds):%Y-%m-%d}"


def _iso(seconds: float) -> str:
    return moment(seconds).isoformat()


def _print(shown: Any) -> None:
    click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))


def _table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from graphql_api.cli.console import console

    table = Table(*headers)
    for row in rows:
        table.add_row(*map(escape, row))
    console().print(table)
