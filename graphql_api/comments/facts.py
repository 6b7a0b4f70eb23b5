"""The facts of comments: of previews from records before the race, of reviews from its result."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from graphql_api.comments.model import CommentKind, CommentLanguage, Fact
from graphql_api.comments.words import WORDS
from graphql_api.errors import NotFound
from graphql_api.execution.context import Context
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.races.model import Placed, Race, Runner
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.tables.conditions import All, Comparison, Where
from graphql_api.tables.paging import Selection
from graphql_api.text import clean_name

LEAST_SAMPLE = 30
"""Rides below which a rate would say too little; the count alone is told."""

YEAR = timedelta(days=365)


async def facts_of(context: Context, race: Race, kind: CommentKind, language: CommentLanguage) -> list[Fact]:
    """Gather the facts of a comment. Raises what loading a jockey's file raises."""
    if kind is CommentKind.REVIEW:
        return list(_of_result(race, language))
    rides = (_of_rides(context, race, runner, language) for runner in race.runners if runner.jockey_id is not None)
    return [fact for fact in await asyncio.gather(*rides) if fact is not None]


async def _of_rides(context: Context, race: Race, runner: Runner, language: CommentLanguage) -> Fact | None:
    """Count a jockey's rides before the race; None without a file of the jockey."""
    loading = context.load(Jockeys, runner.jockey_id or "")
    try:
        snapshot = loading if isinstance(loading, Snapshot) else await loading
    except NotFound:
        return None
    return await asyncio.to_thread(partial(_counted, snapshot.value, race, runner, language))


def _counted(records: RaceRecords, race: Race, runner: Runner, language: CommentLanguage) -> Fact:
    """Count the year before the race; the race itself and all that came later never count."""
    year = All((_date("lt", race.date), _date("gte", race.date - YEAR)))
    figures = Statistics(Figures(records, Selection.where(records, year).numbers), 0)
    words, sample = WORDS[language], figures.rides or 0
    value = figures.win_rate if sample >= LEAST_SAMPLE else None
    interval = None if value is None else (figures.win_rate_lower, figures.win_rate_upper)
    told = (
        {} if interval is None else dict(zip(("value", "low", "high"), map(_percent, (value, *interval)), strict=True))
    )
    statement = words["year" if told else "year_few"].format(
        horse=runner.horse_number,
        name=clean_name(runner.horse_name or ""),
        jockey=clean_name(runner.jockey_name or runner.jockey_id or ""),
        sample=sample,
        **told,
    )
    source = words["rides"].format(id=runner.jockey_id, before=race.date)
    return Fact(statement, source, runner.horse_number, sample, value, interval)


def _of_result(race: Race, language: CommentLanguage) -> Iterator[Fact]:
    """Return the facts of a result, as far as it is known."""
    words = WORDS[language]
    source = words["result"].format(day=race.date)
    if race.winners:
        time = race.winning_time
        name = "winner" if time is None else "winner_time"
        yield Fact(words[name].format(names=_names(race.winners, words["joint"]), time=_clock(time or 0)), source)
    if race.runners_up:
        yield Fact(words["second"].format(names=_names(race.runners_up, words["joint"])), source)
    if race.going is not None:
        yield Fact(words["going"].format(going=race.going.value), source)
    for runner in race.known:
        if runner.finish_position == 1 and runner.running_style is not None:
            yield Fact(words["style"].format(style=runner.running_style.value), source, runner.horse_number)
    yield from _fastest(race, words["last3f"], source)


def _fastest(race: Race, words: str, source: str) -> Iterator[Fact]:
    """Return the horse that was fastest at the end; of several, none is told apart."""
    timed = sorted((runner for runner in race.known if runner.last3f), key=lambda runner: runner.last3f or 0)
    if not timed or (len(timed) > 1 and timed[0].last3f == timed[1].last3f):
        return
    first = timed[0]
    statement = words.format(horse=first.horse_number, name=clean_name(first.horse_name or ""), time=first.last3f)
    yield Fact(statement, source, first.horse_number)


def _names(placed: Sequence[Placed], joint: str) -> str:
    return joint.join(clean_name(each.horse_name) for each in placed)


def _clock(seconds: float) -> str:
    """Write a time as results have it, 1:07.6."""
    minutes, rest = divmod(round(seconds * 10), 600)
    return f"{minutes}:{rest / 10:04.1f}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"


def _date(operator: str, day: object) -> Where:
    return Where("date", (Comparison(operator, day),))
