"""Facts on the horses of a slip, counted from their jockeys' records before the race.

A race's own result and whatever came later never count: of a past race these would tell how it ended.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from graphql_api.consultations.model import Fact, Language
from graphql_api.consultations.words import SURFACES, WORDS
from graphql_api.errors import NotFound
from graphql_api.execution.context import Context
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.races.model import Race, Runner
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.model import SlipItem
from graphql_api.slips.races import field_of
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.tables.conditions import All, Comparison, Condition, Where
from graphql_api.tables.paging import Selection
from graphql_api.text import clean_name

LEAST_SAMPLE = 30
"""Rides below which a rate would say too little; the count alone is told."""

MAX_HORSES = 60
"""Horses of a slip that facts are counted for, each of which takes a jockey's file."""

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Mount:
    """A horse of a slip whose jockey is known."""

    race: Race
    race_id: str
    runner: Runner
    jockey_id: str


async def mounts_of(items: Iterable[SlipItem], races: SlipRaces) -> list[Mount]:
    """Return the horses of a slip whose jockeys are known, each once."""
    found: dict[tuple[str, int], Mount] = {}
    for item in items:
        race = await races.find(item.race_id)
        if race is None:
            continue
        horses = horses_of(item, race)
        for runner in race.runners:
            if runner.horse_number in horses and runner.jockey_id is not None:
                mount = Mount(race, item.race_id, runner, runner.jockey_id)
                found.setdefault((item.race_id, runner.horse_number), mount)
    return list(found.values())[:MAX_HORSES]


def horses_of(item: SlipItem, race: Race) -> set[int]:
    """Return the horses of a ticket: of one on brackets, all that stand in them."""
    numbers, field = set(item.ticket.numbers), field_of(race)
    if not item.ticket.rule.is_by_bracket:
        return numbers
    brackets = enumerate(field.bracket_of if field else (), 1)
    return {horse for horse, bracket in brackets if bracket in numbers}


async def facts_of(context: Context, mounts: Sequence[Mount], language: Language) -> list[Fact]:
    """Count the facts on some horses; a jockey without a file has none. Raises what loading a file raises."""
    counted = await asyncio.gather(*(_count(context, mount, language) for mount in mounts))
    return [fact for facts in counted for fact in facts]


async def _count(context: Context, mount: Mount, language: Language) -> list[Fact]:
    loading = context.load(Jockeys, mount.jockey_id)
    try:
        snapshot = loading if isinstance(loading, Snapshot) else await loading
    except NotFound:
        return []
    return await asyncio.to_thread(partial(_facts, snapshot.value, mount, language))


def _facts(records: RaceRecords, mount: Mount, language: Language) -> list[Fact]:
    """Count what the records tell."""
    race = mount.race
    before = _where("date", "lt", race.date)
    at_course = [_where("racecourse", "eq", race.racecourse)]
    if race.surface is not None:
        at_course.append(_where("surface", "eq", race.surface))
    asked: list[tuple[str, str, Condition]] = [
        ("year", "win_rate", All((before, _where("date", "gte", race.date - YEAR)))),
        ("course", "top3_rate", All((before, *at_course))),
    ]
    if mount.runner.horse_name:
        asked.append(("pair", "top3_rate", All((before, _where("horse_name", "eq", mount.runner.horse_name)))))
    return [_fact(records, mount, language, each) for each in asked]


def _fact(records: RaceRecords, mount: Mount, language: Language, asked: tuple[str, str, Condition]) -> Fact:
    kind, rate, condition = asked
    figures = Statistics(Figures(records, Selection.where(records, condition).numbers), 0)
    sample = figures.rides or 0
    value = getattr(figures, rate) if sample >= LEAST_SAMPLE else None
    interval = None
    if value is not None:
        interval = getattr(figures, f"{rate}_lower"), getattr(figures, f"{rate}_upper")
    return Fact(
        race_id=mount.race_id,
        horse_number=mount.runner.horse_number,
        statement=_statement(mount, language, kind, sample, value, interval),
        sample=sample,
        value=value,
        interval=interval,
        source=WORDS[language]["source"].format(id=mount.jockey_id, before=mount.race.date),
    )


def _statement(
    mount: Mount,
    language: Language,
    kind: str,
    sample: int,
    value: float | None,
    interval: tuple[float, float] | None,
) -> str:
    """Write a fact in words."""
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


def percent(rate: float) -> str:
    """Write a rate as people read it."""
    return f"{100 * rate:.1f}%"


def _where(field: str, operator: str, operand: object) -> Where:
    return Where(field, (Comparison(operator, operand),))
