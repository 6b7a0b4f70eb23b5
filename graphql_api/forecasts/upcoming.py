"""Races to come as entries: rows of the table of rides that have no result yet."""

from asyncio import gather
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

from graphql_api.errors import NotFound
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.races.lookup import races_on
from graphql_api.races.model import NON_STARTERS, Race, RaceStatus, Runner
from graphql_api.services import Services

Entry = Mapping[str, Any]


async def entries_on(services: Services, days: Sequence[date]) -> list[Entry]:
    """Return the runners of the races of some days that have no result yet, as rows of ``rides.COLUMNS``.

    They come from the provider of races, or from rows of the archive without a result. Races of which runners, the
    surface or the distance are not known are left out, and so are scratched runners. Raises as ``races_on``.
    """
    with Context(services, settings=services.settings, budget=Budget()) as context, answered():
        told = await gather(*(_races(context, day) for day in days))
    return [entry for races in told for race in races for entry in _entries(race)]


async def _races(context: Context, day: date) -> Sequence[Race]:
    try:
        return await races_on(context, day)
    except NotFound:
        return ()


def _entries(race: Race) -> Iterator[Entry]:
    runners = [runner for runner in race.runners if runner.finish_status not in NON_STARTERS]
    if race.status not in (RaceStatus.UPCOMING, RaceStatus.UNKNOWN) or race.surface is None or race.distance is None:
        return
    if len(runners) < 2 or not all(runner.is_known and runner.horse_name for runner in runners):
        return
    for runner in runners:
        yield _entry(race, runner, len(runners))


def _entry(race: Race, runner: Runner, starters: int) -> Entry:
    """Return a row. Without netkeiba's id the race gets one that differs from those of all other races of the day."""
    place = race.place
    return {
        "date": race.date,
        "race_id": race.id or f"{race.date:%Y}{place.course}0000{race.race_number:02}",
        "racecourse": race.racecourse,
        "race_number": race.race_number,
        "race_name": race.name or "",
        "jurisdiction": race.jurisdiction.name,
        "surface": _name(race.surface),
        "surface_ordinal": _ordinal(race.surface),
        "distance": race.distance,
        "going_ordinal": _ordinal(race.going),
        "weather_ordinal": _ordinal(race.weather),
        "race_class": _name(race.race_class),
        "grade": _name(race.grade),
        "field_size": starters,
        "bracket_number": runner.bracket_number,
        "horse_number": runner.horse_number,
        "horse_name": runner.horse_name,
        "jockey_id": runner.jockey_id,
        "carried_weight": runner.carried_weight,
        "body_weight": runner.body_weight,
        "body_weight_change": runner.body_weight_change,
        "win_odds": runner.win_odds,
        "favourite_rank": runner.favourite_rank,
        "finish_status": FinishStatus.UNKNOWN.name,
    }


def _name(member: Enum | None) -> str | None:
    return None if member is None else member.name


def _ordinal(member: Enum | None) -> int | None:
    """Return the place of a member in its vocabulary, as the archive stores it."""
    return None if member is None else list(type(member)).index(member)
