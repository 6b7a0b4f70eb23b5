"""Updates of odds: which races are due, and what comes of each fault."""

import asyncio
import math
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odds_day import DAY, KEPT, RaceDay, Wall, no_pause, race_day

from fakes import PATIENCE
from graphql_api.errors import StoreFault, StoreUnavailable, UpstreamUnavailable
from graphql_api.japan_time import JST
from graphql_api.odds.book import Book
from graphql_api.odds.due import last_slot, next_slot, slots_of
from graphql_api.odds.lease import Claim, Lease, Next
from graphql_api.odds.model import RANGES, Board, Line, OddsStatus
from graphql_api.odds.packing import pack, unpack
from graphql_api.odds.updates import OddsUpdates
from graphql_api.races.model import Race
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import Key, Write
from graphql_api.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

MAIN_RACE = "20250628_05_11"
POST = datetime(2025, 6, 28, 15, 30, tzinfo=JST)


@pytest.fixture
def day(tmp_path: Path) -> RaceDay:
    """Begin a day at noon."""
    return race_day(tmp_path, Wall(12, 0))


def at(hour: int, minute: int) -> datetime:
    """Give a time of the day."""
    return POST.replace(hour=hour, minute=minute)


def test_odds_are_due_more_often_before_the_race() -> None:
    """Every 5 minutes from 9:00, every minute in the last 30, and until two hours after it."""
    slots = slots_of(POST)
    before = [slot for slot in slots if slot <= POST]
    assert (before[0], before[1]) == (at(9, 0), at(9, 5))
    assert [slot for slot in before if slot >= at(14, 55)] == [
        at(14, 55),
        *(at(15, 0) + timedelta(minutes=minute) for minute in range(31)),
    ]
    after = [slot for slot in slots if slot > POST]
    assert (after[0], after[1], after[-1]) == (at(15, 40), at(15, 45), at(17, 30))
    assert len(slots_of(at(9, 50))) == 4 + 31 + 23, "a race of the morning begins late"


@given(st.integers(0, 24 * 3600))
def test_slots_follow_each_other(second: int) -> None:
    """At each moment the last slot is not after it, the next one is, and none lies between."""
    now = at(0, 0) + timedelta(seconds=second)
    last, following = last_slot(POST, now), next_slot(POST, now)
    assert last is None or last <= now
    assert following is None or following > now
    slots = slots_of(POST)
    assert slots == tuple(sorted(set(slots)))
    if last is not None and following is not None:
        assert slots.index(following) == slots.index(last) + 1


numbers = st.integers(0, 999_999)


@given(st.data(), st.integers(2, 9), st.sets(st.sampled_from(BetType), min_size=1))
def test_a_board_is_unpacked_as_it_was_packed(data: st.DataObject, runners: int, types: set[BetType]) -> None:
    """Whatever types there are, and however large the odds."""
    lines = {}
    for each in types:
        size = len(every_combination(each, runners))
        drawn = st.lists(numbers, min_size=size, max_size=size).map(tuple)
        lines[each] = Line(data.draw(drawn), data.draw(drawn) if each in RANGES else None)
    assert unpack(*pack(lines), runners) == lines


def test_what_is_due_is_updated_once(day: RaceDay) -> None:
    """A second run in the same minute has nothing to do; between due times a run reads once and ends."""
    first = day.update().told
    assert first["due"] == first["stored"] > 0
    assert day.update().told == {"reason": "idle"}
    asked = list(day.source.asked)
    day.wall.turn(seconds=59)
    assert day.update().told == {"reason": "idle"}
    assert day.source.asked == asked


@pytest.mark.parametrize(("hour", "looks"), [(8, 0), (12, 1)])
def test_nothing_is_asked_before_sales_or_without_races(tmp_path: Path, hour: int, looks: int) -> None:
    """The next ten minutes end after one read of the store: not even the races of the day are looked for."""
    day = race_day(tmp_path, Wall(hour, 0))
    updates, looked = day.updates(), []

    async def no_races(day_of: date) -> Sequence[Race]:
        looked.append(day_of)
        return ()

    for _ in range(10):
        assert asyncio.run(updates.run(no_races, 60)).due == 0
        day.wall.turn(minutes=1)
    assert (len(looked), day.source.asked) == (looks, [])
    asyncio.run(updates.run(no_races, 60))
    assert len(looked) == 2 * looks
    updates.close()


def test_the_first_run_of_the_day_is_at_nine(tmp_path: Path) -> None:
    """A run just before 9:00 does not let the following runs wait for ten minutes."""
    day = race_day(tmp_path, Wall(8, 59))
    assert day.update().told.get("due", 0) == 0
    day.wall.turn(minutes=1)
    assert day.update().told["stored"] > 0


def test_nothing_is_done_unless_it_is_turned_on(tmp_path: Path) -> None:
    """By the setting, and by a provider that has odds; no store is made."""
    for environ in ({"ODDS_UPDATES": "false"}, {"RACES_PROVIDER": "records"}):
        day = race_day(tmp_path, **environ)
        assert day.update().told == {"reason": "off"}
    assert not (tmp_path / "odds.sqlite3").exists()


def test_a_race_that_fails_does_no_harm_to_others(day: RaceDay) -> None:
    """It is tried three times, told and counted, and due again at the next run."""
    day.source.faults[MAIN_RACE] = UpstreamUnavailable("500 by order of the test.")
    result = day.update()
    assert result.told["failed"] == 1
    assert result.told["stored"] == result.told["due"] - 1
    assert (result.metrics["OddsFailed"], result.metrics["OddsFailuresInRow"]) == (1, 0)
    assert day.source.asked.count(MAIN_RACE) == 3
    day.source.faults.clear()
    day.wall.turn(minutes=1)
    assert day.update().told["stored"] >= 1
    assert Book(day.store, KEPT).latest(MAIN_RACE) is not None


def test_a_source_that_is_down_is_left_alone_for_longer_and_longer(day: RaceDay) -> None:
    """Runs in which nothing succeeds are counted; the first success begins anew."""
    day.source.fault = UpstreamUnavailable("Down by order of the test.")
    ran: list[int] = []
    for minute in range(40):
        if "due" in (told := day.update().told):
            ran.append(minute)
            assert told["failuresInRow"] == len(ran)
        day.wall.turn(minutes=1)
    pauses = [after - before for before, after in pairwise(ran)]
    assert pauses[0] <= 2
    assert max(pauses) <= 6
    assert sum(pauses[-3:]) > sum(pauses[:3])
    day.source.fault = None
    day.wall.turn(minutes=6)
    assert day.update().metrics["OddsFailuresInRow"] == 0


class Hanging:
    """A provider that does not answer until it is released."""

    def __init__(self) -> None:
        """Begin."""
        self.released = threading.Event()

    def board(self, _race: Race) -> Board | None:
        """Hang."""
        self.released.wait(PATIENCE)
        return None

    def close(self) -> None:
        """Do nothing."""
        self.released.set()


def test_a_source_that_hangs_is_given_up(day: RaceDay) -> None:
    """Before the end of the run, whose rest is for the store; the lease is given back."""
    hanging = Hanging()
    updates = OddsUpdates(hanging, day.store, KEPT, now=day.wall, pause=no_pause)

    async def races(_day: date) -> Sequence[Race]:
        return await races_of(day)

    outcome = asyncio.run(updates.run(races, 15.2))
    assert outcome.due == outcome.failed > 8, "more than are asked for at once"
    hanging.released.set()
    assert not isinstance(Lease(day.store).claim(day.wall(), 1, at_once=True), str)
    updates.close()


async def races_of(day: RaceDay) -> Sequence[Race]:
    """List the day's races."""
    from graphql_api.execution.context import Context
    from graphql_api.races.lookup import races_on

    return await races_on(Context(day.services, settings=day.settings), DAY)


class Told:
    """A provider that tells boards as a test gives them."""

    def __init__(self, told: Board) -> None:
        """Tell this one."""
        self.told = told

    def board(self, race: Race) -> Board | None:
        """Tell it of any race."""
        return replace(self.told, race_id=race.ids.bridge)

    def close(self) -> None:
        """Do nothing."""


def board(now: datetime, as_of: datetime, odds: int, status: OddsStatus = OddsStatus.OPEN) -> Board:
    """Give a board of two horses."""
    line = Line((odds, 2 * odds))
    return Board(race_id="", runners=2, status=status, as_of=as_of, fetched_at=now, lines={BetType.WIN: line})


def run_told(day: RaceDay, told: Board) -> None:
    """Update all races by what is told."""

    async def races(_day: date) -> Sequence[Race]:
        return [race for race in await races_of(day) if race.ids.bridge == MAIN_RACE]

    updates = day.updates(Told(told))
    asyncio.run(updates.run(races, 60, everything=True))
    updates.close()


def kept(day: RaceDay) -> Board:
    """Give the newest board."""
    found = Book(day.store, KEPT).latest(MAIN_RACE)
    assert found is not None
    return found


def test_older_odds_never_replace_newer_ones(day: RaceDay) -> None:
    """Nor do open ones replace final ones, whatever their time."""
    now = day.wall()
    run_told(day, board(now, now, 30))
    run_told(day, board(now, now - timedelta(minutes=2), 40))
    assert kept(day).lines[BetType.WIN].least == (30, 60)
    run_told(day, board(now, now + timedelta(seconds=0), 50, OddsStatus.FINAL))
    later = now + timedelta(minutes=5)
    run_told(day, board(later, later, 60))
    assert (kept(day).status, kept(day).lines[BetType.WIN].least) == (OddsStatus.FINAL, (50, 100))


def test_a_source_whose_clock_is_ahead_loses_no_update(day: RaceDay) -> None:
    """Its odds are as of when they were read; a clock that is behind is told as it is."""
    now = day.wall()
    run_told(day, board(now, now + timedelta(minutes=2), 30))
    assert kept(day).as_of == now
    later = now + timedelta(minutes=1)
    run_told(day, board(later, later + timedelta(minutes=2), 31))
    assert (kept(day).as_of, kept(day).lines[BetType.WIN].least[0]) == (later, 31)
    behind = later + timedelta(minutes=3)
    run_told(day, board(behind, behind - timedelta(minutes=2), 32))
    assert (kept(day).as_of, kept(day).fetched_at) == (behind - timedelta(minutes=2), behind)


class Timeless:
    """A source of odds without a time: they are as of when a process has read them, by its clock."""

    def __init__(self, wall: Wall, odds: int) -> None:
        """Tell these odds."""
        self.wall = wall
        self.odds = odds

    def board(self, race: Race) -> Board | None:
        """Tell them of any race."""
        return replace(board(self.wall(), self.wall(), self.odds), race_id=race.ids.bridge)

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(("minutes", "delayed"), [(1, True), (3, False), (60, False), (60 * 24 * 400, False)])
def test_a_process_whose_clock_is_ahead_delays_the_others_by_two_minutes_at_most(
    day: RaceDay, minutes: int, delayed: bool
) -> None:
    """By its odds, by the due times that it has served, or by its lease."""
    ahead = Wall(12, 0)
    ahead.turn(minutes=minutes)

    async def races(_day: date) -> Sequence[Race]:
        return [race for race in await races_of(day) if race.ids.bridge == MAIN_RACE]

    wrong, right = day.updates(Timeless(ahead, 30), ahead), day.updates(Timeless(day.wall, 40))
    asyncio.run(wrong.run(races, 60, everything=True))
    assert not isinstance(Lease(day.store).claim(ahead(), 50, at_once=True), str), "and it dies"
    assert kept(day).as_of == ahead()
    found = asyncio.run(right.run(races, 60))
    assert (found.reason == "busy") == delayed
    assert (kept(day).lines[BetType.WIN].least[0] == 40) == (not delayed)
    assert (kept(day).as_of == day.wall()) == (not delayed)
    day.wall.turn(minutes=6)
    asyncio.run(right.run(races, 60))
    assert (kept(day).as_of, kept(day).lines[BetType.WIN].least[0]) == (day.wall(), 40)
    for each in (wrong, right):
        each.close()


def test_a_lease_is_held_by_one_run(tmp_path: Path) -> None:
    """Until it gives it back, or its time ends; who comes back late is told."""
    wall = Wall()
    lease = Lease(SqliteStore(tmp_path / "odds.sqlite3", wall.seconds))
    first = lease.claim(wall(), 50)
    assert isinstance(first, Claim)
    assert lease.claim(wall() + timedelta(seconds=49), 50) == "busy"
    second = lease.claim(wall() + timedelta(seconds=50), 50)
    assert isinstance(second, Claim)
    assert lease.release(first, Next(0, None)) is False
    assert lease.release(second, Next(1, wall() + timedelta(minutes=5))) is True
    assert lease.claim(wall() + timedelta(minutes=1), 50) == "idle"
    third = lease.claim(wall() + timedelta(minutes=1), 50, at_once=True)
    assert isinstance(third, Claim)
    assert third.failures == 1


def test_two_schedulers_ask_once(day: RaceDay) -> None:
    """Two processes whose clocks differ by two minutes, each minute for half an hour."""
    ahead = Wall(12, 2)
    other = day.updates(wall=ahead)

    async def races(_day: date) -> Sequence[Race]:
        return [race for race in await races_of(day) if race.ids.bridge == MAIN_RACE]

    mine = day.updates()

    async def both() -> None:
        await asyncio.gather(mine.run(races, 60), other.run(races, 60))

    for _ in range(30):
        asyncio.run(both())
        day.wall.turn(minutes=1)
        ahead.turn(minutes=1)
    slots = {slot for slot in slots_of(at(15, 45)) if at(12, 0) <= slot <= at(12, 31)}
    assert len(day.source.asked) in (len(slots), len(slots) + 1), "one more where the day began"
    for each in (mine, other):
        each.close()


class Throttled(SqliteStore):
    """A store that refuses batches, as DynamoDB does for a while."""

    refusals = 0

    def put_all(self, writes: Sequence[Write]) -> None:
        """Refuse, or write."""
        if self.refusals:
            self.refusals -= 1
            raise StoreUnavailable("Throttled by order of the test.", reason="throttled")
        super().put_all(writes)


def test_a_store_that_is_throttled_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    """Nothing is lost; where it lasts the run fails, nothing counts as done, and the next run does it again."""
    wall = Wall(12, 0)
    store = Throttled(tmp_path / "odds.sqlite3", wall.seconds)
    day = race_day(tmp_path, wall, store)
    store.refusals = 1
    assert day.update().told["stored"] > 0
    rows = Book(store, KEPT).rows(DAY)
    wall.turn(minutes=5)
    store.refusals = 100
    with pytest.raises(StoreUnavailable):
        day.update()
    assert Book(store, KEPT).rows(DAY) == rows
    store.refusals = 0
    wall.turn(minutes=1)
    again = day.update().told
    assert again["stored"] == again["due"] >= len(rows) - 12
    with day.client() as client:
        history = client.get(f"/races/{MAIN_RACE}/odds-history?horse_number=1").json()["history"]
    assert [each["as_of"][11:16] for each in history] == ["12:00", "12:06"]


def test_the_history_is_compacted_to_one_point_a_minute(day: RaceDay) -> None:
    """Once the odds are final; the last one of each minute stays."""
    start = day.wall()
    for second in (0, 20, 40, 60, 65):
        moment = start + timedelta(seconds=second)
        run_told(day, board(moment, moment, 30 + second))
    end = start + timedelta(minutes=5)
    run_told(day, board(end, end, 99, OddsStatus.FINAL))
    with day.client() as client:
        history = client.get(f"/races/{MAIN_RACE}/odds-history").json()["history"]
    assert [(each["as_of"][14:19], each["win"]["1"]) for each in history] == [
        ("00:40", 7.0),
        ("01:05", 9.5),
        ("05:00", 9.9),
    ]


class Failing(SqliteStore):
    """A store that refuses all calls after some."""

    def __init__(self, path: Path, wall: Wall) -> None:
        """Work at first."""
        super().__init__(path, wall.seconds)
        self.left: float = math.inf

    def __getattribute__(self, name: str) -> Any:
        """Count the calls of the interface."""
        if name in {"get", "put", "put_all", "query", "add", "delete"}:
            self.left -= 1
            if self.left < 0:
                raise StoreFault("Broken by order of the test.")
        return super().__getattribute__(name)


def test_a_compaction_that_fails_loses_nothing_and_is_done_later(tmp_path: Path) -> None:
    """Wherever the store fails in the run that has the final odds; a later run asks for none, and compacts."""
    failed_in_compaction = 0
    for calls in range(40):
        wall = Wall(12, 0)
        store = Failing(tmp_path / f"{calls}.sqlite3", wall)
        day = race_day(tmp_path, wall, store)
        start = day.wall()
        for second in (0, 20, 40, 60, 65):
            moment = start + timedelta(seconds=second)
            run_told(day, board(moment, moment, 30 + second))
        wall.turn(minutes=5)
        final = board(wall(), wall(), 99, OddsStatus.FINAL)
        store.left = calls
        with suppress(StoreFault):
            run_told(day, final)
        is_over, store.left = store.left >= 0, math.inf
        book = Book(store, KEPT)
        points = [each.as_of for each in book.points(MAIN_RACE, start - timedelta(days=1))]
        whole = {start + timedelta(seconds=second) for second in (0, 20, 40, 60, 65)}
        assert {start + timedelta(seconds=second) for second in (40, 65)} <= set(points) <= whole | {final.as_of}
        row = book.rows(DAY)[MAIN_RACE]
        failed_in_compaction += row.status is OddsStatus.FINAL and not row.is_compacted
        wall.turn(minutes=11)
        run_again(day, final)
        points = [each.as_of for each in book.points(MAIN_RACE, start - timedelta(days=1))]
        assert points[:-1] == [start + timedelta(seconds=second) for second in (40, 65)]
        assert (kept(day).status, book.rows(DAY)[MAIN_RACE].is_compacted) == (OddsStatus.FINAL, True)
        store.close()
        if is_over:
            break
    assert is_over, "more calls than were tried"
    assert failed_in_compaction > 4


class Keeping(SqliteStore):
    """A store that refuses to delete what is of one race."""

    race = "20250628_05_12"

    def delete(self, key: Key, *, expected: int | None = None) -> None:
        """Refuse, or delete."""
        if self.race in key.pk:
            raise StoreFault("Broken by order of the test.")
        super().delete(key, expected=expected)


def test_the_races_compacted_before_one_that_fails_are_done(tmp_path: Path) -> None:
    """They are marked as such, and the next run goes on with the one that failed."""
    wall = Wall(12, 0)
    store = Keeping(tmp_path / "odds.sqlite3", wall.seconds)
    day = race_day(tmp_path, wall, store)

    async def races(_day: date) -> Sequence[Race]:
        return [race for race in await races_of(day) if race.ids.bridge in {MAIN_RACE, Keeping.race}]

    def compacted(status: OddsStatus) -> dict[str, bool]:
        updates = day.updates(Told(board(wall(), wall(), 30, status)))
        asyncio.run(updates.run(races, 60, everything=True))
        updates.close()
        return {race_id: row.is_compacted for race_id, row in Book(store, KEPT).rows(DAY).items()}

    for _ in range(2):
        compacted(OddsStatus.OPEN)
        wall.turn(seconds=20)
    assert compacted(OddsStatus.FINAL) == {MAIN_RACE: True, Keeping.race: False}
    store.race = "none"
    wall.turn(minutes=1)
    assert compacted(OddsStatus.FINAL) == {MAIN_RACE: True, Keeping.race: True}
    store.close()


def run_again(day: RaceDay, told: Board) -> None:
    """Update what is due."""

    async def races(_day: date) -> Sequence[Race]:
        return [race for race in await races_of(day) if race.ids.bridge == MAIN_RACE]

    updates = day.updates(Told(replace(told, as_of=day.wall(), fetched_at=day.wall())))
    asyncio.run(updates.run(races, 60))
    updates.close()


def test_odds_are_kept_by_each_store(make_store: "Make", tmp_path: Path) -> None:
    """Boards, rows and points of two runs, compacted at the end; a run under way keeps others out."""
    wall = Wall(12, 0)
    store = make_store(wall.seconds)
    day = race_day(tmp_path, wall, store)

    async def tokyo(_day: date) -> Sequence[Race]:
        return [race for race in await races_of(day) if race.racecourse == "東京"][-2:]

    updates = day.updates()
    for _ in range(2):
        assert len(asyncio.run(updates.run(tokyo, 60)).boards) == 2
        assert asyncio.run(updates.run(tokyo, 60)).reason == "idle"
        wall.turn(minutes=5)
    book = Book(store, KEPT)
    found = book.latest(MAIN_RACE)
    assert found is not None
    assert (found.as_of, set(found.lines)) == (at(12, 5), set(BetType))
    assert set(book.rows(DAY)) == {"20250628_05_11", "20250628_05_12"}
    wall.turn(hours=5)
    assert {each.status for each in asyncio.run(updates.run(tokyo, 60)).boards} == {OddsStatus.FINAL}
    with day.client() as client:
        history = client.get(f"/races/{MAIN_RACE}/odds-history?horse_number=1").json()["history"]
    assert [each["status"] for each in history] == ["OPEN", "OPEN", "FINAL"]
    run_told(day, board(wall(), wall(), 20))
    assert kept(day).status is OddsStatus.FINAL
    updates.close()
