"""The facts of comments: of previews from records before the race, of reviews from its result."""

import asyncio
from collections.abc import Iterator, Sequence

from graphql_api.comments.model import CommentKind, CommentLanguage
from graphql_api.comments.words import WORDS
from graphql_api.execution.context import Context
from graphql_api.races.fact import Fact
from graphql_api.races.model import Placed, Race
from graphql_api.races.ride_facts import Mount, RideQuestion, count_rides
from graphql_api.text import clean_name


async def facts_of(context: Context, race: Race, kind: CommentKind, language: CommentLanguage) -> list[Fact]:
    """Collect the facts of a comment. Raises the errors of loading a jockey's file."""
    if kind is CommentKind.REVIEW:
        return list(_of_result(race, language))
    mounts = (
        Mount(race, race.ids.bridge, runner, runner.jockey_id)
        for runner in race.runners
        if runner.jockey_id is not None
    )
    counting = (count_rides(context, mount, [RideQuestion.YEAR], language.value) for mount in mounts)
    return [fact for facts in await asyncio.gather(*counting) for fact in facts]


def _of_result(race: Race, language: CommentLanguage) -> Iterator[Fact]:
    """Return the facts of the known part of a result."""
    words, race_id = WORDS[language], race.ids.bridge
    source = words["result"].format(day=race.date)
    if race.winners:
        time = race.winning_time
        name = "winner" if time is None else "winner_time"
        yield Fact(
            race_id, words[name].format(names=_names(race.winners, words["joint"]), time=_clock(time or 0)), source
        )
    if race.runners_up:
        yield Fact(race_id, words["second"].format(names=_names(race.runners_up, words["joint"])), source)
    if race.going is not None:
        yield Fact(race_id, words["going"].format(going=race.going.value), source)
    for runner in race.known:
        if runner.finish_position == 1 and runner.running_style is not None:
            yield Fact(race_id, words["style"].format(style=runner.running_style.value), source, runner.horse_number)
    yield from _fastest(race, words["last3f"], source)


def _fastest(race: Race, words: str, source: str) -> Iterator[Fact]:
    """Yield the fact of the fastest last 600 m. Yield nothing if several horses are equal."""
    timed = sorted((runner for runner in race.known if runner.last3f), key=lambda runner: runner.last3f or 0)
    if not timed or (len(timed) > 1 and timed[0].last3f == timed[1].last3f):
        return
    first = timed[0]
    statement = words.format(horse=first.horse_number, name=clean_name(first.horse_name or ""), time=first.last3f)
    yield Fact(race.ids.bridge, statement, source, first.horse_number)


def _names(placed: Sequence[Placed], joint: str) -> str:
    return joint.join(clean_name(each.horse_name) for each in placed)


def _clock(seconds: float) -> str:
    """Write a time as results have it, 1:07.6."""
    minutes, rest = divmod(round(seconds * 10), 600)
    return f"{minutes}:{rest / 10:04.1f}"
