"""Races of the archive: the races that a request needs at once are one query, cached with the edition."""

from asyncio import gather, sleep
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from cachetools import LRUCache

from graphql_api.archive.columns import TYPES, is_enum, members, value_column
from graphql_api.archive.conditions import Parameters
from graphql_api.archive.editions import Edition
from graphql_api.archive.questions import Statement
from graphql_api.execution.context import Context
from graphql_api.races.assembly import assemble
from graphql_api.races.model import Race, RaceProvider, RaceSource
from graphql_api.races.rides import Ride

RACES = 15_000
"""Cost of a query for races, in values of a response."""

READ = 400
"""Additional cost of each race in a query: its rides are read with all their fields."""

RACE = 300
"""Work of assembling a race, in values of a list."""

MAX_RACES, MAX_DAYS = 2_000, 30
"""Maximum number of races and days in memory for one edition: about 70 MB at 20 kB a race."""

_ORDINALS = tuple((place, members(TYPES[name])) for place, name in enumerate(Ride._fields) if is_enum(TYPES[name]))
_LISTS = tuple(place for place, name in enumerate(Ride._fields) if TYPES[name] == list[int])
"""Indexes of the fields that the table stores in another form."""

_COLUMNS = ", ".join(f"rides.{value_column(name)}" for name in Ride._fields)
_SELECTED = f"SELECT {_COLUMNS}, jockeys.last_date FROM rides LEFT JOIN jockeys ON jockeys.id = rides.jockey_id WHERE "
_ORDERED = " ORDER BY rides.race_id, rides.horse_number, rides.jockey_id"


def races_statement(ids: Collection[str]) -> Statement:
    """Return the SQL of the rides of some races. Their years limit it to few files."""
    parameters = Parameters()
    years = sorted({int(each[:4]) for each in ids})
    of_years = ", ".join(map(str, years))
    named = ", ".join(parameters.add(each) for each in sorted(ids))
    text = f"{_SELECTED}rides.year IN ({of_years}) AND rides.race_id IN ({named}){_ORDERED}"
    return Statement(text, tuple(parameters.values), ("rides", "jockeys"), (years[0], years[-1]))


def day_statement(day: date) -> Statement:
    """Return the SQL of the rides of a day."""
    parameters = Parameters()
    text = f"{_SELECTED}rides.date = {parameters.add(day)} AND rides.race_id IS NOT NULL{_ORDERED}"
    return Statement(text, tuple(parameters.values), ("rides", "jockeys"), (day.year, day.year))


def put_together(edition: Edition, rows: Iterable[Sequence[Any]]) -> dict[str, Race]:
    """Return the races of a query's rows, by id in the order of ids."""
    rides: dict[str, list[Ride]] = {}
    newest: dict[str, date] = {}
    for *values, last_date in rows:
        ride = _ride(values)
        rides.setdefault(ride.race_id, []).append(ride)
        newest[ride.jockey_id] = last_date or ride.date
    source = RaceSource(RaceProvider.RECORDS, edition.made)
    return {race_id: assemble(own, newest.__getitem__, source) for race_id, own in rides.items()}


def _ride(values: list[Any]) -> Ride:
    """Read a ride from the cells of its columns."""
    for place, kind in _ORDINALS:
        if values[place] is not None:
            values[place] = kind[values[place]]
    for place in _LISTS:
        if values[place] is not None:
            values[place] = tuple(values[place])
    return Ride._make(values)


class RaceMemory:
    """The most recently used races of one edition. Safe for threads."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = Lock()
        self._races: LRUCache[str, Race | None] = LRUCache(MAX_RACES)
        self._days: LRUCache[date, Sequence[Race]] = LRUCache(MAX_DAYS)

    def race(self, race_id: str) -> Race | None:
        """Return a race from memory, None if the archive does not have it. Raises ``KeyError`` if it is not stored."""
        with self._lock:
            return self._races[race_id]

    def missing(self, ids: Collection[str]) -> set[str]:
        """Return the ids that are not in memory."""
        with self._lock:
            return {race_id for race_id in ids if race_id not in self._races}

    def keep(self, races: Mapping[str, Race | None]) -> None:
        """Store some races."""
        with self._lock:
            self._races.update(races)

    def day(self, day: date) -> Sequence[Race]:
        """Return the races of a day from memory. Raises ``KeyError`` if it is not in memory."""
        with self._lock:
            return self._days[day]

    def keep_day(self, day: date, races: Mapping[str, Race]) -> None:
        """Store the races of a day."""
        with self._lock:
            self._days[day] = tuple(races.values())
            self._races.update(races)


class _Wanted(NamedTuple):
    """A race that a request needs, of one version."""

    version: str
    race_id: str


async def race(edition: Edition, context: Context, race_id: str) -> Race | None:
    """Return a race. Races that a request needs at the same time are one query."""
    memory = edition.once("races", RaceMemory)
    with suppress(KeyError):
        return memory.race(race_id)
    await context.once(_Wanted(edition.version, race_id), _next_turn)  # whoever asks in this turn has asked then
    wanted = {each.race_id for each in context.works if isinstance(each, _Wanted) and each.version == edition.version}
    ids = memory.missing(wanted) | {race_id}
    rows = await edition.ask(context, races_statement(ids), RACES + READ * len(ids))
    with suppress(KeyError):  # another who has asked was faster
        return memory.race(race_id)
    context.budget.work(RACE * len(ids))
    races: dict[str, Race | None] = {**dict.fromkeys(ids), **put_together(edition, rows)}
    memory.keep(races)
    return races[race_id]


async def _next_turn() -> None:
    await sleep(0)


async def races(edition: Edition, context: Context, ids: Sequence[str]) -> list[Race]:
    """Return the existing races, in the order of their ids."""
    found = await gather(*(race(edition, context, race_id) for race_id in ids))
    return [each for each in found if each is not None]


async def day(edition: Edition, context: Context, wanted: date) -> Sequence[Race]:
    """Return the races of a day, by id."""
    memory = edition.once("races", RaceMemory)
    with suppress(KeyError):
        return memory.day(wanted)
    rows = await edition.ask(context, day_statement(wanted), RACES)
    context.budget.work(RACE * (1 + len(rows) // 12))
    races = put_together(edition, rows)
    memory.keep_day(wanted, races)
    return tuple(races.values())
