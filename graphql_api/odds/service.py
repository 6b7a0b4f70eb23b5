"""The service that reads odds: from the store if odds are updated, otherwise from the race itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

from graphql_api.errors import NotFound, UpstreamUnavailable
from graphql_api.execution.context import Context
from graphql_api.odds.boards import LatestBoards, board_of
from graphql_api.odds.due import last_slot, next_slot
from graphql_api.odds.model import Board, OddsStatus, Point
from graphql_api.odds.settings import is_updating
from graphql_api.odds.stored import POINTS, Row, board_key, read_point, read_row, row_key
from graphql_api.races.model import Race, RaceStatus
from graphql_api.services import Services
from graphql_api.snapshots.trace import Trace
from graphql_api.store.protocol import Item
from graphql_api.store.service import Store

GRACE = timedelta(minutes=2)
"""Time after a due time until the stored odds count as stale."""

PAGE = 500
MAX_POINTS = 1_000
"""Maximum number of points of one race that are read. A day has 120."""


class Odds:
    """The odds in the store, at a time of day."""

    def __init__(self, boards: LatestBoards, store: Store, now: Callable[[], datetime] | None = None) -> None:
        """Read boards from ``boards`` and the rest from ``store``."""
        self._boards = boards
        self._store = store
        self.now = now or (lambda: datetime.now(UTC))

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read from the store that the settings name."""
        return cls(services.get(LatestBoards), services.get(Store))

    async def board(self, race: Race, trace: Trace) -> Board | None:
        """Return the newest odds of a race. None if there are none yet.

        Raises ``UpstreamUnavailable`` if odds are due but could not be read, and ``StoreUnavailable`` if the store
        fails and there is no copy in memory.
        """
        told = board_of(race)
        try:
            found = self._boards.cached(race.ids.bridge, trace) or await self._boards.get(race.ids.bridge, trace)
        except NotFound:
            if told is None and self._is_missed(race):
                raise UpstreamUnavailable("The odds of this race could not be read. Try again later.") from None
            return told
        board = found.value
        if told is not None and race.status is RaceStatus.OFFICIAL and board.status is not OddsStatus.FINAL:
            return told
        return replace(board, is_stale=True) if found.stale or self._is_late(board, race) else board

    def next_update(self, race: Race, board: Board) -> datetime | None:
        """Return when newer odds are due. None after the last update."""
        return None if board.status is OddsStatus.FINAL or race.post_time is None else self._next(race.post_time)

    async def history(self, race_id: str) -> Sequence[Point]:
        """Return the points of a race, the oldest first. Raises ``StoreUnavailable``."""
        return [read_point(item) for item in await self._items(board_key(race_id).pk, POINTS)]

    async def rows(self, day: date) -> Sequence[Row]:
        """Return the rows of a day. Raises ``StoreUnavailable``."""
        return [read_row(item) for item in await self._items(row_key(day, "").pk)]

    async def row(self, race: Race) -> Row | None:
        """Return the row of a race. None if there is none. Raises ``StoreUnavailable``."""
        item = await self._store.get(row_key(race.date, race.ids.bridge))
        return None if item is None else read_row(item)

    async def _items(self, pk: str, prefix: str = "") -> Sequence[Item]:
        items: list[Item] = []
        after: str | None = None
        while len(items) < MAX_POINTS:
            page = await self._store.query(pk, prefix, after, PAGE)
            items += page.items
            after = page.after
            if after is None:
                break
        return items

    def _next(self, post: datetime) -> datetime | None:
        return next_slot(post, self.now())

    def _is_late(self, board: Board, race: Race) -> bool:
        """Return whether odds are overdue."""
        if board.status is OddsStatus.FINAL or race.post_time is None:
            return False
        due = next_slot(race.post_time, board.fetched_at)
        return due is not None and due + GRACE < self.now()

    def _is_missed(self, race: Race) -> bool:
        """Return whether the first odds are overdue."""
        return race.post_time is not None and last_slot(race.post_time, self.now() - GRACE) is not None


async def current_board(context: Context, race: Race) -> Board | None:
    """Return the newest odds of a race, as ``Odds.board`` does, or those of its card if odds are not updated."""
    if not is_updating(context.settings):
        return board_of(race)
    return await context.use(Odds).board(race, context.trace)
