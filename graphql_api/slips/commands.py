"""``graphql-api ticket``: the combinations of a ticket and what they cost."""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click
import orjson

from graphql_api.errors import BadUserInput
from graphql_api.slips.tickets.combinations import UNIT, combinations, cost, count
from graphql_api.slips.tickets.field import FULL_GATE, MAX_RUNNERS, race_field
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.types import BET_RULES, BetMethod, BetType, Combination

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 50
"""Combinations in a table, unless asked otherwise."""

_COLUMNS = 5
_PART = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


class Numbers(click.ParamType[tuple[int, ...]]):
    """Numbers as people write them: ``1,2,5-8``."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read a text; a range holds both its ends."""
        numbers: list[int] = []
        for part in value.replace(" ", "").split(","):
            read = _PART.fullmatch(part)
            if read is None:
                self.fail(f"{value!r} is not numbers such as 1,2,5-8.", param, ctx)
            first, last = int(read[1]), int(read[2] or read[1])
            if last < first or last - first >= MAX_RUNNERS:
                self.fail(f"{part!r} is no range of numbers.", param, ctx)
            numbers += range(first, last + 1)
        return tuple(numbers)


NUMBERS = Numbers()


def _numbers(*names: str, help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: A002 - click's name
    """Make an option of numbers."""
    return click.option(*names, type=NUMBERS, metavar="1,2,5-8", help=help)


@click.command(
    short_help="Show the combinations of a ticket and its cost.",
    epilog="""\b
Examples:
  graphql-api ticket WIN --numbers 7
  graphql-api ticket TRIO box --numbers 1,2,5-8 --stake 500
  graphql-api ticket EXACTA wheel --axis 3 --partners 1,2,4-6 --position 1
  graphql-api ticket TRIFECTA wheel --axis 7 --partners 1,2,3 --multi --runners 16
  graphql-api ticket TRIFECTA formation --leg 1 --leg 1,2,3 --leg 1-6 --json | jq .cost""",
)
@click.argument("bet_type", metavar="TYPE", type=click.Choice(BetType, case_sensitive=False))
@click.argument(
    "method", metavar="[METHOD]", type=click.Choice(BetMethod, case_sensitive=False), default=BetMethod.STRAIGHT
)
@_numbers("--numbers", help="For STRAIGHT and BOX. For STRAIGHT with a type that has an order: in finishing order.")
@_numbers("--axis", "--axes", "axes", help="For WHEEL: one number, or two for TRIO and TRIFECTA.")
@_numbers("--partners", help="For WHEEL: the numbers for the other places.")
@_numbers("--position", "--positions", "positions", help="Place of each axis, for EXACTA and TRIFECTA without --multi.")
@click.option("--multi", is_flag=True, help="Allow the axes of EXACTA and TRIFECTA at any place (マルチ).")
@click.option(
    "--leg",
    "legs",
    type=NUMBERS,
    metavar="1,2,5-8",
    multiple=True,
    help="For FORMATION: give this option once for each place.",
)
@click.option(
    "--stake", type=int, default=UNIT, show_default=True, help="Stake in yen on each combination, a multiple of 100."
)
@click.option("--runners", type=int, help=f"Declared runners.  [default: {FULL_GATE}]")
@click.option(
    "--brackets",
    type=NUMBERS,
    metavar="1,1,2,…",
    help="Number of horses in each bracket. Default: by the official rule.",
)
@click.option("--limit", type=click.IntRange(0), help=f"Combinations shown. Default: {_SHOWN}, with --json all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ticket(
    bet_type: BetType,
    method: BetMethod,
    stake: int,
    runners: int | None,
    brackets: Sequence[int] | None,
    limit: int | None,
    *,
    as_json: bool,
    **parts: Any,
) -> None:
    """List the combinations of a ticket, their number and their cost.

    TYPE is WIN, PLACE, BRACKET_QUINELLA, QUINELLA, QUINELLA_PLACE, EXACTA, TRIO or TRIFECTA; METHOD is STRAIGHT, BOX,
    WHEEL or FORMATION. Numbers are horse numbers, for BRACKET_QUINELLA bracket numbers.
    """
    given = {name: part for name, part in parts.items() if part}
    try:
        read = read_selection(Selection(bet_type=bet_type, method=method, **given), race_field(runners, brackets))
        covered = count(read)
        yen = cost(covered, stake)
    except BadUserInput as error:
        raise click.UsageError(error.message) from error
    if as_json:
        counted = {"type": bet_type.name, "method": method.name, "combinations": covered, "unitStake": stake}
        listed = list(islice(combinations(read), limit))
        click.echo(orjson.dumps({**counted, "cost": yen, "list": listed}, option=orjson.OPT_INDENT_2))
        return
    from graphql_api.cli.console import console

    shown = [_written(each, bet_type) for each in islice(combinations(read), _SHOWN if limit is None else limit)]
    out = console()
    out.print(_table(shown))
    if covered > len(shown):
        out.print(f"… and {covered - len(shown):,} more; --limit shows more.")
    out.print(f"{covered:,} {'combination' if covered == 1 else 'combinations'} × {stake:,} yen = {yen:,} yen")


def _written(combination: Combination, bet_type: BetType) -> str:
    """Write a combination as racing does: with arrows where the order counts."""
    return ("→" if BET_RULES[bet_type].is_ordered else "-").join(map(str, combination))


def _table(shown: Sequence[str]) -> "Table":
    from rich.table import Table

    table = Table.grid(padding=(0, 3))
    for start in range(0, len(shown), _COLUMNS):
        table.add_row(*shown[start : start + _COLUMNS])
    return table
