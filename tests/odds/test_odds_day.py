"""A sample race day by a clock that the test turns: all that is due happens once, and ends with the archive's odds."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from odds_day import CALENDAR, DAY, KEPT, Wall, race_day
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_core, serve_core
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.odds.book import Book
from graphql_api.odds.due import slots_of
from graphql_api.odds.model import OddsStatus, shown
from graphql_api.races.ids import COURSE_CODES, RacePlace, race_ids
from graphql_api.races.mock import SEED
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType
from races.files import index

COURSE = "東京"
"""The racecourse whose races are followed; a run updates the other ones of the day too."""

MINUTES = 10 * 60
"""From 9:00 on: the last race there starts before 17:00."""

CLOSES, OFFICIAL = timedelta(minutes=2), timedelta(minutes=15)


def bridge_id(race: Any) -> str:
    """Give the id of an announced race."""
    return race_ids(RacePlace(DAY, COURSE_CODES[race.meeting.course], race.number)).bridge


def changes(race: Any) -> list[datetime]:
    """Tell when the odds of a race change, as far as updates can see, by rules written anew."""
    minutes = [datetime(DAY.year, DAY.month, DAY.day, 9, 0, tzinfo=JST) + timedelta(minutes=m) for m in range(MINUTES)]
    left = [(race.start - minute) // timedelta(minutes=1) for minute in minutes]
    due = [at for at, m in zip(minutes, left, strict=True) if (m >= 30 and m % 5 == 0) or 2 <= m < 30]
    return [*due, race.start, race.start + OFFICIAL]


def history(client: TestClient, race: Any) -> list[dict[str, Any]]:
    """Read the whole history of a race."""
    found: list[dict[str, Any]] = client.get(f"/races/{bridge_id(race)}/odds-history").json()["history"]
    return found


def test_a_race_day_at_600_times_its_speed(tmp_path: Path) -> None:
    """One run a minute for ten hours; whatever is read during the day is fresh."""
    day = race_day(tmp_path, Wall(9, 0))
    races = [race for race in day.announced() if race.meeting.course == COURSE]
    asked: Counter[tuple[str, datetime]] = Counter()
    stale: list[str] = []
    with day.client() as client:
        for minute in range(MINUTES):
            before = len(day.source.asked)
            day.update()
            asked.update((race_id, day.wall()) for race_id in day.source.asked[before:])
            if minute % 97 == 0:
                stale += [
                    race.id for race in races if client.get(f"/races/{bridge_id(race)}/odds?types=win").json()["stale"]
                ]
            day.wall.turn(minutes=1)
        assert stale == []
        assert set(asked.values()) == {1}
        for race in races:
            times = sorted(at for race_id, at in asked if race_id == bridge_id(race))
            assert times == [slot for slot in slots_of(race.start) if slot <= race.start + OFFICIAL]
            found = history(client, race)
            assert [datetime.fromisoformat(each["as_of"]) for each in found] == changes(race)
            _check_final(client, day.store, race, found)


def _check_final(client: TestClient, store: Any, race: Any, found: list[dict[str, Any]]) -> None:
    """Require the final odds that the files of the sample's riders hold, from which the payouts follow."""
    final = {str(quote.number): quote.odds for quote in CALENDAR.odds(race, race.start)}
    assert (found[-1]["status"], found[-1]["win"]) == ("FINAL", final)
    board = Book(store, KEPT).latest(bridge_id(race))
    assert board is not None
    assert board.status is OddsStatus.FINAL
    result = CALENDAR.result(race)
    if len({finish.position for finish in result.finishes if finish.position}) == len(
        [finish for finish in result.finishes if finish.position]
    ):
        for paid in CALENDAR.payouts(race):
            line = board.lines[paid.bet_type]
            place = every_combination(paid.bet_type, board.runners).index(paid.combination)
            most = line.least if line.most is None else line.most
            assert line.least[place] <= paid.yen / 10 <= most[place] + (10 if paid.yen == 110 else 0)
    shown_now = client.get(f"/races/{bridge_id(race)}/odds?types=win").json()
    assert shown_now["win"] == {str(n): shown(odds) for n, odds in enumerate(board.lines[BetType.WIN].least, 1)}
    assert shown_now["next_update"] is None


def test_final_odds_are_those_of_the_archive(tmp_path: Path) -> None:
    """Of the files that the sample's riders have, indexed: each odds to win that the archive tells of the day."""
    samples.write(tmp_path, jockeys=12, rows=60, seed=SEED)
    index(tmp_path)
    day = race_day(tmp_path, Wall(17, 0))
    day.update()
    settings = read_settings({"JOCKEY_LOG_LEVEL": "ERROR"}, data=str(tmp_path), jobs_workers=0)
    compared = 0
    with TestClient(serve_core(create_core(settings), settings)) as records:
        for race in day.announced():
            told = records.get(f"/races/{bridge_id(race)}/odds?types=win")
            board = Book(day.store, KEPT).latest(bridge_id(race))
            if told.status_code == 404 or board is None or board.status is not OddsStatus.FINAL:
                continue
            final = {number: odds for number, odds in told.json()["win"].items() if odds}
            win = board.lines[BetType.WIN].least
            assert {number: shown(win[int(number) - 1]) for number in final} == final
            compared += len(final)
    assert compared >= 10
