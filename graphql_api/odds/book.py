"""The odds in the store, for jobs and commands: rows of a day, boards and the history. All methods block."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial

from graphql_api.errors import Conflict, StoreUnavailable
from graphql_api.jobs.ledger import patiently
from graphql_api.logs import EventLogger
from graphql_api.odds.model import AHEAD, Board, OddsStatus, Point
from graphql_api.odds.stored import (
    POINTS,
    Row,
    board_key,
    point_key,
    read_board,
    read_point,
    read_row,
    row_key,
    write_board,
    write_point,
    write_row,
)
from graphql_api.store.messages import UNAVAILABLE
from graphql_api.store.protocol import Item, ItemStore, Write

MAX_TRIES = 3
PAGE = 500

log = EventLogger(__name__)


class Book:
    """The odds of one store. Items expire after ``kept`` seconds."""

    def __init__(self, store: ItemStore, kept: int) -> None:
        """Read and write ``store``."""
        self._store = store
        self._kept = kept

    def rows(self, day: date) -> dict[str, Row]:
        """Return the rows of a day by race."""
        return {item.key.sk: read_row(item) for item in self._items(row_key(day, "").pk)}

    def latest(self, race_id: str) -> Board | None:
        """Return the newest board of a race; None if there is none."""
        item = patiently(lambda: self._store.get(board_key(race_id)))
        return None if item is None else read_board(race_id, item.body)

    def keep_board(self, board: Board) -> bool:
        """Store a board as the newest. Return False if a newer one exists. Only a final board replaces a final one.

        The write is conditional: the board that was compared must not have changed.
        """
        for _ in range(MAX_TRIES):
            item = patiently(lambda: self._store.get(board_key(board.race_id)))
            if item is not None and not _is_newer(board, item):
                return False
            try:
                self._replace(board, 0 if item is None else item.version)
            except Conflict:
                continue
            return True
        raise StoreUnavailable(UNAVAILABLE, reason="contended")

    def _replace(self, board: Board, version: int) -> None:
        """Replace a board of the given version. Raises ``Conflict``."""
        key, body, expires = board_key(board.race_id), write_board(board), self._expires(board.fetched_at)
        patiently(lambda: self._store.put(key, body, expected=version, expires=expires))

    def keep_day(self, day: date, rows: Sequence[Row], boards: Sequence[Board], now: datetime) -> None:
        """Write rows, and the points of boards, in batches. Writing them twice has no effect."""
        expires = self._expires(now)
        writes = [Write(point_key(each.race_id, each.as_of), write_point(each), expires) for each in boards]
        writes += [Write(row_key(day, row.race_id), write_row(row), expires) for row in rows]
        patiently(lambda: self._store.put_all(writes))

    def points(self, race_id: str, since: datetime) -> list[Point]:
        """Return the points of a race after ``since``, oldest first."""
        return [read_point(item) for item in self._items(board_key(race_id).pk, POINTS, point_key(race_id, since).sk)]

    def compact(self, race_id: str) -> int:
        """Delete all points except the last of each minute. Return the number of deleted points."""
        last_of_minute: dict[str, Item] = {}
        earlier: list[Item] = []
        for item in self._items(board_key(race_id).pk, POINTS):
            minute = item.key.sk[: len("2026-04-05T15:45")]
            if minute in last_of_minute:
                earlier.append(last_of_minute[minute])
            last_of_minute[minute] = item
        for item in earlier:
            patiently(partial(self._store.delete, item.key))
        return len(earlier)

    def _items(self, pk: str, prefix: str = "", after: str | None = None) -> Iterator[Item]:
        while True:
            page = patiently(partial(self._store.query, pk, prefix, after, PAGE))
            yield from page.items
            after = page.after
            if after is None:
                return

    def _expires(self, now: datetime) -> int:
        return int(now.timestamp()) + self._kept


def _is_newer(board: Board, item: Item) -> bool:
    """Return whether a board may replace the stored one."""
    if item.body["status"] == OddsStatus.FINAL.value and board.status is not OddsStatus.FINAL:
        return False
    held: float = item.body["asOf"]
    is_believed = held <= (board.fetched_at + AHEAD).timestamp()
    if not is_believed:
        log.warning("odds_clock_ahead", race=board.race_id, seconds=round(held - board.fetched_at.timestamp()))
    return board.as_of.timestamp() >= held or not is_believed
