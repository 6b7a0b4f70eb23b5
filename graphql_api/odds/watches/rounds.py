"""What the job does with watches after each update: alerts fire, and their deliveries are queued.

A firing is written first, on the condition that the watch has not changed, and sent then. So it comes about once,
whoever else does the same; and one whose sender dies is sent by the next run, as the same job.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self, TypeVar

from graphql_api.errors import Conflict, ServiceError
from graphql_api.jobs.ledger import patiently
from graphql_api.logs import EventLogger
from graphql_api.notifications.service import Notifications
from graphql_api.odds.book import Book
from graphql_api.odds.model import AHEAD, Board, OddsStatus, Point
from graphql_api.odds.settings import OddsSettings
from graphql_api.odds.watches.model import MAX_MINUTES, Firing, Series, Watch, advance, with_sent
from graphql_api.odds.watches.rules import Sample
from graphql_api.odds.watches.sending import event_of
from graphql_api.odds.watches.stored import WATCHES, read_watch, watch_key, write_watch
from graphql_api.services import Services
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import Item, ItemStore
from graphql_api.store.service import Store
from graphql_api.workers import Workers, done

THREADS = 8
MAX_TRIES = 5

LATE = timedelta(minutes=10)
"""Odds that were not looked at for so long fire no alert any more."""

T = TypeVar("T")
Change = Callable[[Watch], Watch]

log = EventLogger(__name__)


@dataclass(slots=True)
class Told:
    """What came of a round: alerts that ``fired``, deliveries ``sent`` to the queue, and races that ``failed``."""

    fired: int = 0
    sent: int = 0
    failed: int = 0


class WatchRounds:
    """The service that fires alerts."""

    def __init__(
        self, store: ItemStore, notifications: Notifications | None, now: Callable[[], datetime] | None = None
    ) -> None:
        """Look in ``store``; without ``notifications`` firings are kept, and not sent."""
        self._store = store
        self._book = Book(store, 0)
        self._notifications = notifications
        self._threads = Workers(THREADS, "odds-watches")
        self._now = now or (lambda: datetime.now(UTC))

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        sends = services.settings.of(OddsSettings).odds_webhooks
        return cls(services.get(Store).sync, services.get(Notifications) if sends else None)

    async def run(self, boards: Sequence[Board]) -> Told:
        """Fire the alerts on races with new boards. A race that fails is told of, and comes again with its next one."""
        told = Told()
        await asyncio.gather(*(self._race(board, told) for board in boards))
        return told

    async def end(self, race_id: str, name: str) -> None:
        """Fire and send nothing more for a watch whose webhook is gone."""
        key = watch_key(race_id, name)

        def write() -> None:
            item = patiently(partial(self._store.get, key))
            self._change(None if item is None else read_watch(item), lambda watch: replace(watch, is_gone=True))

        await self._call(write)

    def close(self) -> None:
        """Refuse work."""
        self._threads.close()

    async def _race(self, board: Board, told: Told) -> None:
        try:
            watches = await self._call(lambda: self._fire(board, told))
            for watch in watches if self._notifications else ():
                await self._send(watch, told)
        except ServiceError as error:
            told.failed += 1
            log.warning("odds_watches_failed", race=board.race_id, code=error.code, **error.log_fields)

    def _fire(self, board: Board, told: Told) -> list[Watch]:
        """Advance the watches of a race; return those that have something to send. Costs one read if there are none."""
        items = list(self._watches(board.race_id))
        if not items:
            return []
        now = self._now()
        fresh = int((now - LATE).timestamp())
        points = self._book.points(board.race_id, now - LATE - timedelta(minutes=MAX_MINUTES))
        points = [each for each in points if each.as_of <= now + AHEAD]
        advanced = partial(
            advance,
            series=series_of(points),
            fresh=fresh,
            now=int(now.timestamp()),
            is_final=board.status is OddsStatus.FINAL,
        )
        found = []
        for item in items:
            changed = self._change(read_watch(item), advanced)
            if changed is not None:
                before, after = changed
                told.fired += len(after.firings) - len(before.firings)
                found += [after] if after.unsent else []
        return found

    async def _send(self, watch: Watch, told: Told) -> None:
        """Queue the deliveries of a watch, and note that."""
        assert self._notifications is not None  # noqa: S101 - for the checker of types
        assert watch.url is not None  # noqa: S101 - it has something to send
        sent: list[Firing] = []
        for firing in watch.unsent:
            await self._notifications.notify(watch.url, event_of(watch, firing), watch.name)
            sent.append(firing)
        await self._call(lambda: self._change(watch, partial(with_sent, sent=sent)))
        told.sent += len(sent)

    def _change(self, watch: Watch | None, change: Change) -> tuple[Watch, Watch] | None:
        """Write a watch after a change, and return it as it was and is; None if it was deleted.

        If another run has changed it meanwhile, it is read again.
        """
        for _ in range(MAX_TRIES):
            if watch is None:
                return None
            after = change(watch)
            if after == watch:
                return watch, after
            key, expires = watch_key(watch.race_id, watch.name), int(watch.expires_at.timestamp())
            try:
                put = partial(self._store.put, key, write_watch(after), expected=watch.version, expires=expires)
                return watch, read_watch(patiently(put))
            except Conflict:
                item = patiently(partial(self._store.get, key))
                watch = None if item is None else read_watch(item)
        raise Conflict("Too many requests change the watch at the same time.")

    def _watches(self, race_id: str) -> Iterator[Item]:
        key = watch_key(race_id, "")
        after: str | None = None
        while True:
            page = patiently(partial(self._store.query, key.pk, WATCHES, after))
            yield from page.items
            after = page.after
            if after is None:
                return

    async def _call(self, work: Callable[[], T]) -> T:
        call = self._threads.begin(work)
        await done(call)
        return call.result()


def series_of(points: Sequence[Point]) -> Series:
    """Return the samples in points of the history: odds on sale, without horses that have none."""
    series: dict[tuple[BetType, int], list[Sample]] = defaultdict(list)
    for point in points:
        if point.status is not OddsStatus.OPEN:
            continue
        at = int(point.as_of.timestamp())
        for bet_type, line in ((BetType.WIN, point.win), (BetType.PLACE, point.place.least)):
            for number, odds in enumerate(line, 1):
                if odds:
                    series[bet_type, number].append(Sample(at, odds))
    return series
