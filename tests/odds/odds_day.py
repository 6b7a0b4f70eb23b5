"""A race day of the fictional calendar whose time a test sets: its updates, and the application that reads them."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from fakes import FakeClock
from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.installed import SLICES, read_settings
from graphql_api.japan_time import JST
from graphql_api.jobs.runner import JobResult, JobRun, Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.worker import Worker
from graphql_api.notifications.service import Notifications
from graphql_api.odds.boards import LatestBoards
from graphql_api.odds.job import update_job
from graphql_api.odds.mock import MockOdds
from graphql_api.odds.model import Board
from graphql_api.odds.provider import OddsProvider
from graphql_api.odds.service import Odds
from graphql_api.odds.settings import OddsSettings
from graphql_api.odds.updates import OddsUpdates
from graphql_api.odds.watches.rounds import WatchRounds
from graphql_api.odds.watches.service import Watches
from graphql_api.races.mock import SEED, FictionalRacing
from graphql_api.races.model import Race
from graphql_api.samples.calendar import Calendar
from graphql_api.services import Services
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from job_hours import Hours

DAY = date(2025, 6, 28)
"""A Saturday, with races of JRA."""

CALENDAR = Calendar(SEED)
KEPT = 14 * 86_400


class Wall:
    """A clock that a test sets."""

    def __init__(self, hour: int = 9, minute: int = 0, day: date = DAY) -> None:
        """Show a time of Japan."""
        self.now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def seconds(self) -> float:
        """Tell the time as stores do."""
        return self.now.timestamp()

    def turn(self, **passed: float) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)


class Source:
    """A provider that passes on what another one tells; a test orders faults by race, or for all."""

    def __init__(self, told: OddsProvider) -> None:
        """Ask ``told``."""
        self.told = told
        self.faults: dict[str, Exception] = {}
        self.fault: Exception | None = None
        self.asked: list[str] = []

    def board(self, race: Race) -> Board | None:
        """Ask, or raise what is ordered."""
        self.asked.append(race.ids.bridge)
        fault = self.faults.get(race.ids.bridge) or self.fault
        if fault is not None:
            raise fault
        return self.told.board(race)

    def close(self) -> None:
        """Do nothing."""


async def no_pause(_seconds: float) -> None:
    """Wait for nothing."""


@dataclass
class RaceDay:
    """What a test turns and looks at."""

    wall: Wall
    source: Source
    store: ItemStore
    services: Services
    settings: Settings
    memory: FakeClock
    hours: Hours

    def updates(self, provider: OddsProvider | None = None, wall: Wall | None = None) -> OddsUpdates:
        """Make one more process that updates, perhaps by another clock."""
        return OddsUpdates(provider or self.source, self.store, KEPT, now=wall or self.wall, pause=no_pause)

    def update(self, seconds: float = 60) -> JobResult:
        """Run the job."""
        self.memory.turn(60)  # what is in memory is looked for anew
        return asyncio.run(update_job(self.services, JobRun(seconds)))

    def announced(self) -> Sequence[Any]:
        """Give the day's races that can be asked for."""
        return [race for race in CALENDAR.races(DAY) if race.id]

    def work(self) -> None:
        """Do what the queue holds, and what is to be tried again."""
        self.hours.work(Worker(Jobs(SLICES), self.services, self.hours.queue))

    @contextmanager
    def client(self) -> Iterator[TestClient]:
        """Serve the day."""
        core = replace(create_core(self.settings), services=self.services)
        with TestClient(serve_core(core, self.settings), raise_server_exceptions=False) as client:
            yield client


def rounds_of(services: Services, wall: Wall) -> WatchRounds:
    """Make one more process that fires alerts."""
    sends = services.settings.of(OddsSettings).odds_webhooks
    return WatchRounds(services.get(Store).sync, services.get(Notifications) if sends else None, wall)


def race_day(tmp_path: Path, wall: Wall | None = None, store: ItemStore | None = None, **environ: str) -> RaceDay:
    """Begin a day; the card is read once, unless the test says otherwise."""
    wall = wall or Wall()
    given = {"RACES_PROVIDER": "mock", "ODDS_UPDATES": "true", "RACES_TTL": "360000", "LOG_LEVEL": "ERROR"}
    names = {f"JOCKEY_{name}": value for name, value in {**given, **environ}.items()}
    settings = read_settings(names, data=str(tmp_path), jobs_workers=0, store=str(tmp_path / "unused.sqlite3"))
    racing = FictionalRacing(CALENDAR, wall)
    kept = store or SqliteStore(tmp_path / "odds.sqlite3", wall.seconds)
    source, memory = Source(MockOdds(racing)), FakeClock()
    opened = Store(kept, 60)
    odds = Odds(LatestBoards(kept, settings, memory), opened, wall)
    hours = Hours(kept)
    made = {FictionalRacing: racing, Store: opened, Odds: odds, JobQueue: hours.queue}
    services = Services(settings, create_core(settings).services.storage, made)
    services._made[Watches] = Watches(services, wall)
    services._made[WatchRounds] = rounds_of(services, wall)
    day = RaceDay(wall, source, kept, services, settings, memory, hours)
    services._made[OddsUpdates] = day.updates()
    return day
