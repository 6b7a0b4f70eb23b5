"""``graphql-api comments``: what was written, how often it was given again, and how long it took."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import click

from graphql_api.comments.counts import Row, rows
from graphql_api.installed import read_settings
from graphql_api.store.service import open_store

PATIENT = 3.0, 10.0
"""Seconds to connect to the store and to wait for it: a person waits longer than a request."""

HEADS = ("day", "provider", "comment", "written", "reused", "fallbacks", "tokens", "p50 ms", "p95 ms")

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Comments</title>
<style>body{{font:14px sans-serif;margin:2em}}td,th{{padding:.2em .8em;text-align:right}}svg{{display:block}}</style>
<h1>Comments</h1>
<h2>Written and reused by day</h2>
{plot}
<table><tr>{heads}</tr>
{rows}
</table></html>
"""


@click.group(
    short_help="Report on comments.",
    epilog="""\b
Examples:
  graphql-api comments report --days 7
  graphql-api comments report --days 30 --html report.html""",
)
def comments() -> None:
    """Report on comments."""


@comments.command(short_help="Count comments by day, provider, kind, style and language.")
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True, help="Days, today (UTC) included.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write a page with a plot.")
def report(days: int, html: Path | None) -> None:
    """Print how many comments were written and reused, their tokens, and bounds on their latency."""
    settings = read_settings(os.environ)
    with closing(open_store(settings, PATIENT)) as store:
        found = list(rows(store, days, datetime.now(UTC).date()))
    table = [HEADS, *map(_cells, found)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if html is not None:
        html.write_text(_page(found), encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    numbers = row.numbers
    tokens = numbers.get("tokens_in", 0) + numbers.get("tokens_out", 0)
    written, reused = numbers.get("written", 0), numbers.get("reused", 0)
    return (
        row.day,
        row.provider,
        row.sort,
        str(written),
        str(reused),
        str(numbers.get("fallbacks", 0)),
        str(tokens),
        *(_bound(row.latency(part), written) for part in (0.5, 0.95)),
    )


def _bound(milliseconds: int | None, written: int) -> str:
    if not written:
        return "-"
    return "over 30000" if milliseconds is None else f"to {milliseconds}"


def _page(found: Sequence[Row]) -> str:
    heads = "".join(f"<th>{escape(each)}</th>" for each in HEADS)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(row)) + "</tr>" for row in found)
    return PAGE.format(plot=_plot(found), heads=heads, rows="\n".join(lines))


def _plot(found: Sequence[Row]) -> str:
    """Draw a bar for each day: written below, reused above."""
    days: dict[str, tuple[int, int]] = {}
    for row in found:
        written, reused = days.get(row.day, (0, 0))
        days[row.day] = written + row.numbers.get("written", 0), reused + row.numbers.get("reused", 0)
    most = max((sum(counts) for counts in days.values()), default=0) or 1
    bars = []
    for place, (day, (written, reused)) in enumerate(days.items()):
        left, low, high = 10 + 60 * place, 150 * written / most, 150 * reused / most
        bars.append(
            f"<g><title>{escape(day)}: {written} written, {reused} reused</title>"
            f'<rect x="{left}" y="{160 - low:.1f}" width="40" height="{low:.1f}" fill="#24476b"/>'
            f'<rect x="{left}" y="{160 - low - high:.1f}" width="40" height="{high:.1f}" fill="#9fb8d1"/>'
            f'<text x="{left}" y="178" font-size="12">{escape(day[5:])}</text></g>'
        )
    return f'<svg width="{20 + 60 * len(days)}" height="190" role="img">{"".join(bars)}</svg>'
