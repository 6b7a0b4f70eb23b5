"""The fictional calendar as a provider: cards of the next days, odds that move with the clock, then results."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_core, serve_core
from graphql_api.errors import NotFound
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.races.cards import Card
from graphql_api.races.live import LiveCards
from graphql_api.races.mock import SEED, FictionalRacing, MockCards
from graphql_api.races.model import Race, RaceStatus
from graphql_api.samples.calendar import Calendar
from graphql_api.services import Services
from graphql_api.slips.tickets.types import BetType
from graphql_api.snapshots.trace import Trace
from graphql_client import codes, data, run
from races.files import index

DAY = date(2025, 6, 28)
"""A Saturday, with races of JRA; the sample's careers go on to the next day."""

CALENDAR = Calendar(SEED)


class Wall:
    """A clock that a test sets."""

    def __init__(self, hour: int = 12, minute: int = 0, day: date = DAY) -> None:
        """Show a time of Japan."""
        self.now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


def card(wall: Wall, key: str = DAY.isoformat()) -> Card:
    """Read a card as it is now."""
    provider = MockCards(FictionalRacing(CALENDAR, wall))
    stored = provider.read(key, None)
    assert stored is not None
    return provider.decode(stored, key, Trace())


def main_race(wall: Wall) -> Race:
    """Give the eleventh race of the first racecourse."""
    return next(race for race in card(wall).values() if race.race_number == 11)


@contextmanager
def served(folder: Path, wall: Wall) -> Iterator[TestClient]:
    """Serve a folder beside the calendar at a time of the test's own."""
    settings = read_settings({"JOCKEY_RACES_PROVIDER": "mock", "JOCKEY_RACES_TTL": "0"}, data=str(folder))
    core = create_core(settings)
    live = LiveCards(MockCards(FictionalRacing(CALENDAR, wall)), settings)
    core = replace(core, services=Services(settings, core.services.storage, {LiveCards: live}))
    with TestClient(serve_core(core, settings), raise_server_exceptions=False) as client:
        yield client


def test_a_day_has_its_races_with_all_runners() -> None:
    """Each with a post time in Japan, declared horses by number, brackets as dealt, and no result yet."""
    races = list(card(Wall(hour=8)).values())
    assert len(races) >= 24
    assert len({race.id for race in races}) == len({race.ids.bridge for race in races}) == len(races)
    for race in races:
        assert race.id == race.ids.netkeiba
        assert race.post_time is not None
        assert race.post_time.utcoffset() == timedelta(hours=9)
        assert race.betting_deadline == race.post_time - timedelta(minutes=2)
        assert race.status is RaceStatus.UPCOMING
        assert [runner.horse_number for runner in race.runners] == list(range(1, len(race.runners) + 1))
        assert race.declared_runners == len(race.runners)
        assert (race.winners, race.conflicts) == ((), ())
        assert all(runner.finish_position is None for runner in race.runners)


def test_the_same_moment_shows_the_same() -> None:
    """Whoever draws the calendar, and whatever was asked before."""
    wall = Wall(hour=10, minute=3)
    fresh = MockCards(FictionalRacing(Calendar(SEED), wall))
    stored = fresh.read(DAY.isoformat(), None)
    assert stored is not None
    assert list(fresh.decode(stored, DAY.isoformat(), Trace()).values()) == list(card(wall).values())


def test_odds_move_until_sales_close() -> None:
    """Minute by minute, then they stand still; before sales open there are none."""
    wall = Wall(hour=12)
    post = main_race(wall).post_time
    assert post is not None

    def odds(before: timedelta) -> list[float | None]:
        wall.now = post - before
        return [runner.win_odds for runner in main_race(wall).runners]

    assert set(odds(timedelta(hours=30))) == {None}
    assert odds(timedelta(hours=2)) != odds(timedelta(hours=1))
    assert odds(timedelta(seconds=90)) == odds(timedelta(seconds=30)) == odds(timedelta(minutes=-30))


def test_a_version_holds_for_a_minute() -> None:
    """Within it nothing is drawn anew."""
    wall = Wall()
    provider = MockCards(FictionalRacing(CALENDAR, wall))
    stored = provider.read(DAY.isoformat(), None)
    assert stored is not None
    wall.now += timedelta(seconds=59)
    assert provider.read(DAY.isoformat(), stored.etag) is None
    wall.now += timedelta(seconds=1)
    assert provider.read(DAY.isoformat(), stored.etag) is not None


def test_a_race_has_a_result_a_quarter_of_an_hour_behind_its_post_time() -> None:
    """Until then it is over, and no more is known; the main race starts at 15:20."""
    told = [main_race(Wall(15, minute)) for minute in (19, 20, 34, 35)]
    statuses = [RaceStatus.UPCOMING, RaceStatus.UNKNOWN, RaceStatus.UNKNOWN, RaceStatus.OFFICIAL]
    assert [race.status for race in told] == statuses
    assert all(not race.payouts and not race.winners for race in told[:3])
    race = told[3]
    assert [placed.horse_number for placed in (*race.winners, *race.runners_up)] == [5, 14]
    won = [paid.combination for paid in race.payouts if paid.bet_type is BetType.EXACTA]
    assert won == [(5, 14)]
    win = next(paid.yen for paid in race.payouts if paid.bet_type is BetType.WIN)
    assert win == round(100 * (race.runners[4].win_odds or 0))


def test_results_are_those_of_the_riders_files(folder: Path) -> None:
    """A joined race tells of one horse once, and where both tell the same there is no conflict."""
    query = """{ race(id: "202505030711") { status conflicts { field } runners { finishPosition finishStatus } } }"""
    with served(folder, Wall(hour=16)) as client:
        joined = data(client, query)["race"]
    told = main_race(Wall(hour=16))
    assert (joined["status"], joined["conflicts"]) == ("OFFICIAL", [])
    positions = [each["finishPosition"] for each in joined["runners"]]
    assert positions == [runner.finish_position for runner in told.runners]


@pytest.mark.parametrize("key", ["2025-06-26", "2025-07-12", "202506010101", "20250628_99_01", "nonsense"])
def test_what_is_not_announced_is_not_found(key: str) -> None:
    """Days before yesterday, days too far off, meetings that there are not."""
    with pytest.raises(NotFound):
        MockCards(FictionalRacing(CALENDAR, Wall())).read(key, None)


def test_a_race_is_found_by_either_id() -> None:
    """Also that of JRA, whose id does not tell the day."""
    race = main_race(Wall())
    assert race.id is not None
    for key in (race.id, race.ids.bridge):
        assert list(card(Wall(), key).values()) == [race]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the sample's riders, and their index."""
    folder = tmp_path_factory.mktemp("mock")
    samples.write(folder, jockeys=6, rows=60, seed=SEED)
    index(folder)
    return folder


def test_results_of_the_sample_join_its_cards(folder: Path) -> None:
    """The same race by id: whoever rode it in a file has a result, all others their card."""
    with served(folder, Wall(hour=18)) as client:
        chosen = f'date: {{ eq: "{DAY}" }}, raceId: {{ isNull: false }}'
        query = f"{{ rides(filter: {{ {chosen} }}) {{ nodes {{ raceId horseName }} }} }}"
        ride = data(client, query)["rides"]["nodes"][0]
        selection = """{ status postTime conflicts { field } sources { provider }
            runners { known horseName finishStatus } }"""
        race = data(client, f'{{ race(id: "{ride["raceId"]}") {selection} }}')["race"]
    assert [source["provider"] for source in race["sources"]] == ["RECORDS", "MOCK"]
    assert (race["status"], race["conflicts"]) == ("OFFICIAL", [])
    assert race["postTime"].startswith(f"{DAY}T")
    assert all(runner["known"] and runner["horseName"] for runner in race["runners"])
    assert ride["horseName"] in {runner["horseName"] for runner in race["runners"] if runner["finishStatus"]}


def test_coming_days_are_told_without_an_index(tmp_path: Path) -> None:
    """By the routes and by GraphQL; the archive's own fields take one."""
    with served(tmp_path, Wall(hour=9)) as client:
        races = client.get(f"/races?date={DAY}").json()
        assert len(races["races"]) == len(card(Wall(hour=9)))
        assert all(race["start_time"].startswith(f"{DAY}T") for race in races["races"])
        assert all(race["start_time"].endswith(":00+09:00") for race in races["races"])
        detail = client.get(f"/races/{races['races'][10]['race_id']}").json()
        assert all(runner["odds"] is None or runner["odds"] >= 1.1 for runner in detail["runners"])
        assert sum(runner["odds"] is not None for runner in detail["runners"]) >= 5
        days = data(
            client, f'{{ raceDays(from: "{DAY}", to: "{DAY + timedelta(1)}") {{ nodes {{ date raceCount }} }} }}'
        )
        assert [day["date"] for day in days["raceDays"]["nodes"]] == [str(DAY), str(DAY + timedelta(1))]
        assert codes(run(client, "{ races { totalCount } }")) == ["INDEX_REQUIRED"]
