"""The updates of odds: the races that are due are requested from the provider in parallel, and stored together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import uniform
from typing import Self, TypeVar

from graphql_api.errors import ServiceError, UpstreamUnavailable
from graphql_api.japan_time import JST, day_in_japan
from graphql_api.logs import EventLogger
from graphql_api.odds.book import Book
from graphql_api.odds.choice import open_provider
from graphql_api.odds.due import BEGINS, last_slot, next_slot
from graphql_api.odds.lease import LONGEST_PAUSE, Claim, Lease, Next
from graphql_api.odds.model import AHEAD, Board, OddsStatus
from graphql_api.odds.outcome import Outcome
from graphql_api.odds.provider import OddsProvider
from graphql_api.odds.settings import OddsSettings
from graphql_api.odds.stored import Row
from graphql_api.races.model import Race
from graphql_api.services import Services
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store
from graphql_api.workers import Workers, done

THREADS = 8
"""Maximum number of races that are requested at the same time."""

RUN_SECONDS = 50.0
WRITE_SECONDS = 15.0
"""Seconds of a run, and the last of them in which only the store is used and the provider is not."""

TRIES = 3
FIRST_PAUSE = 0.5
"""Maximum number of tries of a race, and maximum seconds before the second one. The pause doubles each time."""

BACK_OFF, MAX_BACK_OFF = 30.0, 300.0
"""Pause in seconds after a run that failed completely: the first one, and the maximum."""

IDLE = LONGEST_PAUSE
"""Maximum pause if no race is due. Post times may change."""

Now = Callable[[], datetime]
FindRaces = Callable[[date], Awaitable[Sequence[Race]]]
Pause = Callable[[float], Awaitable[None]]
T = TypeVar("T")

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A race whose odds have been due since ``slot``, and its row, if it has one."""

    race: Race
    slot: datetime
    row: Row | None


class OddsUpdates:
    """The service that updates odds."""

    def __init__(
        self,
        provider: OddsProvider,
        store: ItemStore,
        kept: int,
        *,
        now: Now = lambda: datetime.now(UTC),
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Read from ``provider`` and write to ``store``. ``now`` returns the time of day."""
        self._provider = provider
        self._book = Book(store, kept)
        self._lease = Lease(store)
        self._threads = Workers(THREADS, "odds")
        self._writers = Workers(THREADS, "odds-store")  # a source that hangs holds none of these
        self._now = now
        self._pause = pause

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        kept = services.settings.of(OddsSettings).odds_kept
        return cls(open_provider(services), services.get(Store).sync, kept)

    async def run(self, find_races: FindRaces, seconds: float, *, everything: bool = False) -> Outcome:
        """Update the races that are due, or with ``everything`` all of today, and return the outcome."""
        seconds, now = min(seconds, RUN_SECONDS), self._now()
        day = day_in_japan(now)
        claim = await self._call(lambda: self._lease.claim(now, seconds, at_once=everything))
        if isinstance(claim, str):
            return Outcome(reason=claim)
        outcome = Outcome()
        left = Next(claim.failures + 1, None)
        try:
            left = await self._update(find_races, day, claim, outcome, everything=everything)
        finally:
            outcome.failures = left.failures
            await self._release(claim, left)
        return outcome

    def close(self) -> None:
        """Refuse work, and close the provider."""
        self._threads.close()
        self._writers.close()
        self._provider.close()

    async def _release(self, claim: Claim, left: Next) -> None:
        """Release the lease. If that fails, the lease ends by itself; what was stored remains valid."""
        try:
            if not await self._call(lambda: self._lease.release(claim, left)):
                log.warning("odds_lease_lost")
        except ServiceError as error:
            log.warning("odds_lease_kept", code=error.code, **error.log_fields)

    async def _update(
        self, find_races: FindRaces, day: date, claim: Claim, outcome: Outcome, *, everything: bool
    ) -> Next:
        """Do the work of a run. Return the data for the next one."""
        begun = self._now()
        opening = datetime.combine(day, BEGINS, JST)
        if not everything and begun < opening:
            return Next(0, min(begun + IDLE, opening))
        try:
            races = await find_races(day)
        except UpstreamUnavailable as error:
            log.warning("odds_races_unknown", **error.log_fields, exc_info=error)
            return self._after_failure(claim)
        rows = await self._call(lambda: self._book.rows(day))
        due = [each for race in races if (each := _due(race, rows, begun, everything=everything))]
        outcome.due = len(due)
        until = claim.until - timedelta(seconds=WRITE_SECONDS)
        found = await asyncio.gather(*(self._one(each, until, outcome) for each in _most_urgent(due)))
        kept = [each for each in found if each is not None]
        rows |= {row.race_id: row for row, _ in kept}
        boards = [board for _, board in kept if board is not None]
        await self._call(lambda: self._book.keep_day(day, [row for row, _ in kept], boards, self._now()))
        outcome.boards = boards
        await self._compact(day, rows, claim.until, outcome)
        outcome.age = _age(races, rows, self._now())
        if due and outcome.failed == len(due):
            return self._after_failure(claim)
        return Next(0, None if outcome.failed else _next(races, rows, self._now()))

    async def _one(self, due: Due, until: datetime, outcome: Outcome) -> tuple[Row, Board | None] | None:
        """Read one race and store its board. Return its new row and the board if that is new. None if it failed."""
        try:
            board = await self._ask(due.race, until)
            if board is None:
                outcome.without += 1
                return None
            board = replace(board, as_of=min(board.as_of, board.fetched_at))  # a clock that is ahead
            is_new = await self._call(lambda: self._book.keep_board(board))
        except ServiceError as error:
            outcome.failed += 1
            log.warning("odds_failed", race=due.race.ids.bridge, code=error.code, **error.log_fields)
            return None
        outcome.older += not is_new
        return _row(due, board, is_new=is_new), board if is_new else None

    async def _ask(self, race: Race, until: datetime) -> Board | None:
        """Ask the provider, several times with random pauses. Raises ``UpstreamUnavailable``."""
        pause = FIRST_PAUSE
        for last in (False,) * (TRIES - 1) + (True,):
            seconds = (until - self._now()).total_seconds()
            if seconds <= 0:
                break
            try:
                call = self._threads.begin(lambda: self._provider.board(race))
                if await done(call, seconds):
                    return call.result()
                call.cancel()  # if it has not begun: nobody waits for it any longer
                break
            except UpstreamUnavailable:
                if last:
                    raise
            await self._pause(uniform(0, pause))  # noqa: S311 - so that tries do not come together
            pause *= 2
        raise UpstreamUnavailable("The source of odds does not answer in time.", reason="slow")

    async def _compact(self, day: date, rows: dict[str, Row], until: datetime, outcome: Outcome) -> None:
        """Compact the history of races with final odds, also if an earlier run failed to do so.

        A failure does not fail the run: the history can be read as it is, and the next run continues.
        """
        compacted = []
        try:
            try:
                for row in rows.values():
                    if row.status is OddsStatus.FINAL and not row.is_compacted and self._now() < until:
                        outcome.compacted += await self._call(partial(self._book.compact, row.race_id))
                        compacted.append(replace(row, is_compacted=True))
            finally:  # the races before one that fails are marked
                await self._call(lambda: self._book.keep_day(day, compacted, (), self._now()))
        except ServiceError as error:
            log.warning("odds_not_compacted", code=error.code, **error.log_fields)

    def _after_failure(self, claim: Claim) -> Next:
        """Return the pause after a failure. It increases with each failure, and is random so that processes differ."""
        seconds = min(MAX_BACK_OFF, BACK_OFF * 2**claim.failures)
        pause = timedelta(seconds=uniform(seconds / 2, seconds))  # noqa: S311 - no secret
        return Next(claim.failures + 1, self._now() + pause)

    async def _call(self, work: Callable[[], T]) -> T:
        """Run blocking work of the store in a thread."""
        call = self._writers.begin(work)
        await done(call)
        return call.result()


def _due(race: Race, rows: dict[str, Row], now: datetime, *, everything: bool) -> Due | None:
    """Return a race that is due. None if it is not."""
    row = rows.get(race.ids.bridge)
    if everything:
        return Due(race, now, row)
    slot = None if race.post_time is None else last_slot(race.post_time, now)
    if slot is None or (row is not None and (row.status is OddsStatus.FINAL or _is_served(row, slot, now))):
        return None
    return Due(race, slot, row)


def _is_served(row: Row, slot: datetime, now: datetime) -> bool:
    """Return whether a due time was served by a process whose clock is not far ahead."""
    return slot.timestamp() <= row.slot <= (now + AHEAD).timestamp()


def _most_urgent(due: Sequence[Due]) -> list[Due]:
    """Order races by their post time, with those that have started last."""

    def wait(each: Due) -> tuple[bool, datetime]:
        post = each.race.post_time or each.slot
        return post < each.slot, post

    return sorted(due, key=wait)


def _row(due: Due, board: Board, *, is_new: bool) -> Row:
    """Return the row of a race after a read. If the odds are older than the stored ones, only the slot changes."""
    slot = due.slot.timestamp()
    if due.row is not None and not is_new:
        return replace(due.row, slot=slot)
    win = board.lines[BetType.WIN].least
    had = due.row is not None and any(due.row.first)
    assert due.row is not None or not had  # noqa: S101 - for the checker of types
    return Row(
        race_id=board.race_id,
        slot=slot,
        status=board.status,
        as_of=board.as_of,
        first=due.row.first if due.row and had else win,
        last=win,
        first_at=due.row.first_at if due.row and had else board.as_of,
    )


def _age(races: Sequence[Race], rows: dict[str, Row], now: datetime) -> float | None:
    """Return the age in seconds of the newest odds of races on sale. None if no race is on sale."""
    on_sale = [race for race in races if race.post_time and last_slot(race.post_time, now) and now < race.post_time]
    times = [rows[race.ids.bridge].as_of for race in on_sale if race.ids.bridge in rows]
    return max(0.0, (now - max(times)).total_seconds()) if times else None


def _next(races: Sequence[Race], rows: dict[str, Row], now: datetime) -> datetime:
    """Return when the next race is due, at the latest after the maximum pause."""

    def is_open(race: Race) -> bool:
        row = rows.get(race.ids.bridge)
        return row is None or row.status is not OddsStatus.FINAL

    slots = [next_slot(race.post_time, now) for race in races if race.post_time and is_open(race)]
    return min([now + IDLE, *(slot for slot in slots if slot is not None)])
