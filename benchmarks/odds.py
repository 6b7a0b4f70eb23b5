"""One run of updates for 36 races of 18 runners, and reading what it stored: seconds, writes, and their cost a day.

``python -m benchmarks.odds`` prints a table. The store is SQLite in a temporary folder; with ``--table NAME`` it is a
table of DynamoDB, or of a stand-in that ``AWS_ENDPOINT_URL_DYNAMODB`` names. Reading is measured in CPU time.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import orjson

from graphql_api.app import create_core
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.jockeys.vocabulary import Jurisdiction
from graphql_api.odds.boards import LatestBoards
from graphql_api.odds.book import Book
from graphql_api.odds.due import slots_of
from graphql_api.odds.job import update
from graphql_api.odds.mock import MockOdds
from graphql_api.odds.model import Board, Line, OddsStatus
from graphql_api.odds.service import Odds
from graphql_api.odds.updates import OddsUpdates
from graphql_api.odds.watches.model import Watch
from graphql_api.odds.watches.rounds import WatchRounds
from graphql_api.odds.watches.rules import Alert, AlertState, OddsAlertKind
from graphql_api.odds.watches.stored import watch_key, write_watch
from graphql_api.races.mock import SEED, FictionalRacing
from graphql_api.races.model import Race, RaceStatus, Runner
from graphql_api.samples.calendar import Calendar
from graphql_api.samples.places import meetings
from graphql_api.samples.quotations import pools_of
from graphql_api.services import Services
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import Item, ItemStore, Key, Write
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore

RUNNERS, RACES_EACH, COURSES = 18, 12, ("東京", "阪神", "札幌")
DAY = date(2026, 4, 5)
NOON = datetime(DAY.year, DAY.month, DAY.day, 12, 0, tzinfo=JST)
FIRST, BETWEEN = timedelta(hours=-2, minutes=-10), timedelta(minutes=33)
KEPT = 14 * 86_400
READS = 300
WATCHES = 50
"""Watches of each race; the limit is 200."""
TRIFECTA = "odds(type: TRIFECTA) { asOf stale entries(first: 20, orderBy: RANK) { combination odds rank } }"

WRITE_UNIT, READ_UNIT = 1_024, 4_096
USD_WRITE, USD_READ = 0.715e-6, 0.1425e-6
"""USD of a request unit on demand in ap-northeast-1; an assumption, see docs/odds.md."""


class Counting:
    """A store that counts calls and request units as DynamoDB bills them."""

    def __init__(self, store: ItemStore) -> None:
        """Pass everything on to ``store``."""
        self.store = store
        self.calls = self.reads = self.writes = self.items = 0

    def __getattr__(self, name: str) -> Any:
        """Pass on what is not counted."""
        return getattr(self.store, name)

    def get(self, key: Key) -> Item | None:
        """Count a consistent read."""
        item = self.store.get(key)
        self._read([] if item is None else [item])
        return item

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Any:
        """Count a consistent read of a page."""
        page = self.store.query(pk, prefix, after, limit)
        self._read(page.items)
        return page

    def put(self, key: Key, body: Mapping[str, Any], **conditions: Any) -> Item:
        """Count a write."""
        self._write(key, body)
        self.calls += 1
        return self.store.put(key, body, **conditions)

    def put_all(self, writes: Sequence[Write]) -> None:
        """Count the writes of batches."""
        for each in writes:
            self._write(each.key, each.body)
        self.calls += ceil(len(writes) / 25)
        self.store.put_all(writes)

    def _read(self, items: Sequence[Item]) -> None:
        self.calls += 1
        self.reads += max(1, ceil(sum(_size(item.key, item.body) for item in items) / READ_UNIT))

    def _write(self, key: Key, body: Mapping[str, Any]) -> None:
        self.items += 1
        self.writes += ceil(_size(key, body) / WRITE_UNIT)


def _size(key: Key, body: Mapping[str, Any]) -> int:
    return len(orjson.dumps(body)) + len("".join(key).encode()) + 40  # names of attributes, version, expiry


class Full:
    """A provider whose races have full fields, and odds that differ from minute to minute."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = NOON
        self.meeting = next(each for each in meetings(DAY) if each.circuit == "JRA")

    def board(self, race: Race) -> Board:
        """Draw all 6,360 odds."""
        shares = {n: 1 + (n * race.race_number + self.now.minute) % 17 for n in range(1, RUNNERS + 1)}
        total = sum(shares.values())
        pools = pools_of(self.meeting, RUNNERS, {number: share / total for number, share in shares.items()})
        lines = {
            kind: Line(each.least.tolist(), None if each.most is None else each.most.tolist())
            for kind, each in pools.items()
        }
        return Board(
            race_id=race.ids.bridge,
            runners=RUNNERS,
            status=OddsStatus.OPEN,
            as_of=self.now,
            fetched_at=self.now,
            lines=lines,
        )

    def close(self) -> None:
        """Do nothing."""


def races() -> list[Race]:
    """Make 36 races from 9:50 on."""
    runners = tuple(Runner(horse_number=number, horse_name=f"馬{number}") for number in range(1, RUNNERS + 1))
    return [
        Race(
            id=None,
            date=DAY,
            racecourse=course,
            jurisdiction=Jurisdiction.JRA,
            race_number=number,
            declared_runners=RUNNERS,
            post_time=NOON + FIRST + (number - 1) * BETWEEN,
            status=RaceStatus.UPCOMING,
            runners=runners,
        )
        for course in COURSES
        for number in range(1, RACES_EACH + 1)
    ]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", help="a table of DynamoDB")
    table = parser.parse_args().table
    with tempfile.TemporaryDirectory() as folder:
        counting = Counting(_store(folder, table))
        _measure(counting)
        counting.close()
        _read(folder)


def _store(folder: str, table: str | None) -> ItemStore:
    if table is None:
        return SqliteStore(Path(folder) / "odds.sqlite3", NOON.timestamp)
    from graphql_api.store.dynamodb import DynamoDbStore

    return DynamoDbStore(table, clock=NOON.timestamp, timeouts=(5.0, 20.0))


def _measure(counting: Counting) -> None:
    """Update all races, five times; the last run is counted."""
    provider, known = Full(), races()
    updates = OddsUpdates(provider, counting, KEPT, now=lambda: provider.now)  # type: ignore[arg-type]

    async def found(_day: date) -> Sequence[Race]:
        return known

    rows: list[tuple[float, float]] = []
    for _ in range(5):
        counting.calls = counting.reads = counting.writes = counting.items = 0
        provider.now += timedelta(minutes=1)
        begun, used = time.perf_counter(), time.process_time()
        outcome = asyncio.run(updates.run(found, 50, everything=True))
        rows.append((time.perf_counter() - begun, time.process_time() - used))
        if len(outcome.boards) != len(known):
            raise SystemExit("Some races were not updated.")
    wall, cpu = (statistics.median(each) for each in zip(*rows, strict=True))
    print(f"one run, {len(known)} races: {wall:.2f} s, {1000 * cpu / len(known):.1f} ms of CPU a race")
    print(
        f"  {counting.calls} calls, {counting.items} items, {counting.writes} write units, {counting.reads} read units"
    )
    starts = [race.post_time for race in known if race.post_time]
    updated = sum(sum(slot <= start for slot in slots_of(start)) + 2 for start in starts)
    share = updated / len(known)
    cost = share * (counting.writes * USD_WRITE + counting.reads * USD_READ)
    print(f"a day: {updated} updates, {share * counting.writes:,.0f} write units, {cost:.3f} USD on demand")
    updates.close()
    for watches in (0, WATCHES):
        _watch(counting, outcome.boards, watches)


def _watch(counting: Counting, boards: Sequence[Board], watches: int) -> None:
    """Look at the watches of all races, of which none fires, with an hour of history."""
    now = boards[0].as_of
    earlier = [replace(board, as_of=now - minute * timedelta(minutes=1)) for board in boards for minute in range(60)]
    Book(counting.store, KEPT).keep_day(DAY, (), earlier, now)
    state = AlertState(is_armed=True, fired=0, changed_at=0)
    alerts = [
        Alert(kind=OddsAlertKind.BELOW, bet_type=BetType.WIN, horse_number=number, threshold=1) for number in (1, 2, 3)
    ]
    alerts.append(replace(alerts[0], kind=OddsAlertKind.PERCENT, threshold=-899, minutes=60))
    for board in boards:
        for number in range(watches):
            watch = Watch(
                name=f"{number:032}",
                race_id=board.race_id,
                created_at=now,
                expires_at=now + timedelta(days=2),
                alerts=alerts,
                states=[state] * len(alerts),
            )
            counting.store.put(watch_key(board.race_id, watch.name), write_watch(watch))
    rounds = WatchRounds(counting, None, lambda: now)  # type: ignore[arg-type]
    counting.calls = counting.reads = counting.writes = counting.items = 0
    used = time.process_time()
    told = asyncio.run(rounds.run(boards))
    used = time.process_time() - used
    if told.failed or told.fired:
        raise SystemExit("The watches were not as expected.")
    print(
        f"{watches} watches of {len(alerts)} alerts a race: {1000 * used / len(boards):.1f} ms of CPU a race, "
        f"{counting.calls} calls, {counting.reads} read units, {counting.writes} write units"
    )
    rounds.close()


def _read(folder: str) -> None:
    """Ask for odds of a race of the fictional calendar at noon, by GraphQL, over and over."""
    day = datetime(2025, 6, 28, 12, 0, tzinfo=JST)
    names = {"JOCKEY_RACES_PROVIDER": "mock", "JOCKEY_ODDS_UPDATES": "true", "JOCKEY_RACES_TTL": "3600"}
    settings = read_settings(names, data=folder, log_level="ERROR")
    store = SqliteStore(Path(folder) / "read.sqlite3", day.timestamp)
    opened, racing = Store(store, 60), FictionalRacing(Calendar(SEED), lambda: day)
    updates = OddsUpdates(MockOdds(racing), store, KEPT, now=racing.now)
    odds = Odds(LatestBoards(store, settings), opened, racing.now)
    core = create_core(settings)
    given: dict[Any, Any] = {FictionalRacing: racing, Store: opened, OddsUpdates: updates, Odds: odds}
    services = Services(settings, core.services.storage, given)
    core = replace(core, services=services)

    async def warm(query: str) -> list[float]:
        await core.run(query)
        times = []
        for _ in range(READS):
            begun = time.process_time()
            await core.run(query)
            times.append(1000 * (time.process_time() - begun))
        return sorted(times)

    asyncio.run(update(services, 50, everything=True))
    for name, entries in (("win", "odds { asOf stale entries { combination odds rank } }"), ("trifecta", TRIFECTA)):
        times = asyncio.run(warm(f'{{ race(id: "202505030711") {{ {entries} }} }}'))
        print(f"race {{ odds }}, {name}: p50 {times[READS // 2]:.2f} ms, p99 {times[READS * 99 // 100]:.2f} ms of CPU")
    services.close()


if __name__ == "__main__":
    main()
