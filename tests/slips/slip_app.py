"""An application whose slips lie in a store of the test's, and whose races are those that a test tells."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from fakes import FakeStorage
from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.execution.context import Context
from graphql_api.japan_time import JST
from graphql_api.jockeys.vocabulary import FinishStatus, Jurisdiction
from graphql_api.races.model import Race, RaceProvider, RaceSource, RaceStatus, Runner
from graphql_api.services import Services
from graphql_api.slips.lookup import RaceLookup
from graphql_api.slips.service import Slips
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store

RACE_ID = "202406040911"
BRIDGE_ID = "20240929_06_11"
OTHER_ID = "202406040912"
NOON = datetime(2024, 9, 29, 12, 0, tzinfo=JST)
POST_TIME = datetime(2024, 9, 29, 15, 40, tzinfo=JST)
DAY = 86_400
PATIENCE = 20.0
"""Seconds that a stand-in of DynamoDB may take on a busy machine."""

SLIP = """fragment Slip on Slip {
  id version total itemCount items { id raceId raceName type method legs multi combinations unitStake cost }
}"""

ADD = (
    """mutation Add($slip: ID, $race: ID!, $ticket: TicketInput!, $version: Int, $request: ID) {
  addToSlip(slipId: $slip, raceId: $race, ticket: $ticket, expectedVersion: $version, clientRequestId: $request) {
    slip { ...Slip } item { id unitStake } merged
  }
}"""
    + SLIP
)

READ = "query Read($id: ID!) { slip(id: $id) { ...Slip } }" + SLIP


class Clock:
    """The time of day, which a test sets, for slips and their store alike."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = NOON

    def __call__(self) -> float:
        """Tell the time in seconds since 1970."""
        return self.now.timestamp()

    def moment(self) -> datetime:
        """Tell the time."""
        return self.now.astimezone(UTC)


class ToldRaces(RaceLookup):
    """A look-up that knows what it is told; ``asked`` lists what it was asked for."""

    def __init__(self, races: Mapping[str, Race]) -> None:
        """Know ``races`` by their ids."""
        self.races = dict(races)
        self.asked: list[str] = []

    async def race(self, _context: Context, race_id: str) -> Race | None:
        """Return what is known."""
        self.asked.append(race_id)
        return next((race for known, race in self.races.items() if race_id in (known, race.ids.bridge)), None)


def app_over(store: ItemStore, clock: Clock, races: RaceLookup | None = None, **settings: Any) -> ASGIApp:
    """Serve slips that lie in ``store``."""
    read = Settings(log_level="INFO", **settings)
    core, storage = create_core(read, FakeStorage()), FakeStorage()
    held = Store(store, PATIENCE)
    given = {Store: held, Slips: Slips(held, DAY, clock.moment), RaceLookup: races or ToldRaces({})}
    return serve_core(replace(core, services=Services(read, storage, given)), read)


Serve = Callable[..., TestClient]


def win(number: int = 7, stake: int = 100) -> dict[str, Any]:
    """Bet on a winner."""
    return {"type": "WIN", "numbers": [number], "unitStake": stake}


def coming(size: int = 16, **more: Any) -> Race:
    """Tell of a race to come, of which the card and the odds are known."""
    horses = tuple(
        Runner(horse_number=number, bracket_number=None, horse_name=f"馬{number}", win_odds=1.5 + number)
        for number in range(1, size + 1)
    )
    told = {
        "id": RACE_ID,
        "date": date(2024, 9, 29),
        "racecourse": "中山",
        "jurisdiction": Jurisdiction.JRA,
        "race_number": 11,
        "meeting_round": 4,
        "meeting_day": 9,
        "name": "スプリンターズS",
        "declared_runners": size,
        "post_time": POST_TIME,
        "status": RaceStatus.UPCOMING,
        "runners": horses,
        "sources": (RaceSource(RaceProvider.MOCK, NOON),),
    }
    return Race(**{**told, **more})


def finished(places: Mapping[int, int], size: int = 16, scratched: tuple[int, ...] = (), **more: Any) -> Race:
    """Tell of a race that was run: ``places`` maps horses to positions, the others came behind in their order."""
    behind = iter(range(len(places) + 1, size + 1))
    horses = []
    for number in range(1, size + 1):
        started = number not in scratched
        horses.append(
            Runner(
                horse_number=number,
                finish_position=places.get(number) or next(behind) if started else None,
                finish_status=FinishStatus.FINISHED if started else FinishStatus.SCRATCHED,
                win_odds=1.5 + number if started else None,
            )
        )
    told = {"status": RaceStatus.OFFICIAL, "field_size": size - len(scratched), "runners": tuple(horses)}
    return coming(size, **{**told, **more})
