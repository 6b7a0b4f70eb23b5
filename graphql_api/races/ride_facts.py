"""Facts about the jockeys of a race, counted from their records before it, for comments and consultations.

The race's own result and later records never count, because they would reveal the result of a past race.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import partial

from graphql_api.errors import NotFound
from graphql_api.execution.context import Context
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.races.fact import Fact
from graphql_api.races.model import Race, Runner
from graphql_api.races.ride_words import SURFACES, WORDS
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.tables.conditions import All, Comparison, Where
from graphql_api.tables.paging import Selection
from graphql_api.text import clean_name

LEAST_SAMPLE = 30
"""Minimum number of rides for a rate. With fewer rides, only the count is given."""

YEAR = timedelta(days=365)


class RideQuestion(Enum):
    """The records of a jockey that are counted: the last year, rides at the racecourse, rides on the horse."""

    YEAR = "year"
    COURSE = "course"
    PAIR = "pair"


RATES = {RideQuestion.YEAR: "win_rate", RideQuestion.COURSE: "top3_rate", RideQuestion.PAIR: "top3_rate"}


@dataclass(frozen=True, slots=True)
class Mount:
    """A horse of a race with a known jockey. ``race_id`` is the race's id in facts."""

    race: Race
    race_id: str
    runner: Runner
    jockey_id: str


async def count_rides(
    context: Context, mount: Mount, questions: Sequence[RideQuestion], language: str
) -> Sequence[Fact]:
    """Return the facts about a jockey in a language (``ja``, ``en``). A jockey without a file has none.

    The fact about the pair is omitted if the horse has no name. Raises the errors of loading a file.
    """
    loading = context.load(Jockeys, mount.jockey_id)
    try:
        snapshot = loading if isinstance(loading, Snapshot) else await loading
    except NotFound:
        return []
    asked = [each for each in questions if each is not RideQuestion.PAIR or mount.runner.horse_name]
    return await asyncio.to_thread(partial(_facts, snapshot.value, mount, asked, language))


def percent(rate: float) -> str:
    """Return a rate as a text for people."""
    return f"{100 * rate:.1f}%"


def _facts(records: RaceRecords, mount: Mount, questions: Sequence[RideQuestion], language: str) -> list[Fact]:
    return [_fact(records, mount, question, language) for question in questions]


def _fact(records: RaceRecords, mount: Mount, question: RideQuestion, language: str) -> Fact:
    figures = Statistics(Figures(records, Selection.where(records, _condition(mount, question)).numbers), 0)
    sample, rate = figures.rides or 0, RATES[question]
    value = getattr(figures, rate) if sample >= LEAST_SAMPLE else None
    interval = None
    if value is not None:
        interval = getattr(figures, f"{rate}_lower"), getattr(figures, f"{rate}_upper")
    return Fact(
        race_id=mount.race_id,
        horse_number=mount.runner.horse_number,
        statement=_statement(mount, language, question.value, sample, value, interval),
        sample=sample,
        value=value,
        interval=interval,
        source=WORDS[language]["source"].format(id=mount.jockey_id, before=mount.race.date),
    )


def _condition(mount: Mount, question: RideQuestion) -> All:
    """Return the condition of the rides that count: those before the day of the race."""
    race = mount.race
    before = _where("date", "lt", race.date)
    if question is RideQuestion.YEAR:
        return All((before, _where("date", "gte", race.date - YEAR)))
    if question is RideQuestion.PAIR:
        return All((before, _where("horse_name", "eq", mount.runner.horse_name)))
    surface = () if race.surface is None else (_where("surface", "eq", race.surface),)
    return All((before, _where("racecourse", "eq", race.racecourse), *surface))


def _statement(
    mount: Mount,
    language: str,
    kind: str,
    sample: int,
    value: float | None,
    interval: tuple[float, float] | None,
) -> str:
    """Return a fact as a sentence."""
    race, runner = mount.race, mount.runner
    surface = SURFACES[language][race.surface.name] if race.surface else ""
    numbers = {}
    if value is not None and interval is not None:
        numbers = dict(zip(("value", "low", "high"), map(percent, (value, *interval)), strict=True))
    return WORDS[language][kind if numbers else f"{kind}_few"].format(
        horse=runner.horse_number,
        name=clean_name(runner.horse_name or ""),
        jockey=clean_name(runner.jockey_name or mount.jockey_id),
        place=race.racecourse + surface,
        sample=sample,
        **numbers,
    )


def _where(field: str, operator: str, operand: object) -> Where:
    return Where(field, (Comparison(operator, operand),))
