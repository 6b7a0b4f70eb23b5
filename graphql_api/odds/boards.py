"""The newest boards, in memory for a few seconds so that a popular race is read once, and the boards of cards.

While the store fails, the last good copy is returned, marked as stale.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Self

import orjson

from graphql_api.config import Settings
from graphql_api.errors import NotFound
from graphql_api.japan_time import JST
from graphql_api.odds.model import Board, Line, OddsStatus, tenths_of
from graphql_api.odds.stored import board_key, read_board
from graphql_api.races.model import Race, RaceStatus
from graphql_api.services import Services
from graphql_api.slips.tickets.types import BetType
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.shared_work import SharedWork
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import StoredObject
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store
from graphql_api.workers import Workers

BOARD_SECONDS = 3.0
"""Seconds for which a board is returned without a read of the store. Odds change once a minute at most."""

THREADS = 4
MAX_BOARDS, MAX_BYTES = 500, 128 * 2**20
NUMBER_BYTES = 40
"""Memory of a number of a board, in bytes."""

STATUSES = {
    RaceStatus.UPCOMING: OddsStatus.OPEN,
    RaceStatus.UNKNOWN: OddsStatus.CLOSED,
    RaceStatus.OFFICIAL: OddsStatus.FINAL,
    RaceStatus.ABANDONED: OddsStatus.FINAL,
}


class StoredBoards:
    """The source of boards: items of the store. Implements ``Source``."""

    name = "odds"
    key_field = "race"

    def __init__(self, store: ItemStore) -> None:
        """Read from ``store``."""
        self._store = store

    def checked(self, key: str) -> str:
        """Return the key as it is: clients never name one."""
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Read an item, whose version is its ETag. Raises ``NotFound`` and ``StoreUnavailable``."""
        item = self._store.get(board_key(key))
        if item is None:
            raise NotFound("There are no odds of this race.")
        version = str(item.version)
        return None if version == etag else StoredObject(key, orjson.dumps(item.body), version, datetime.now(UTC))

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Board:  # noqa: ARG002 - of the protocol
        """Unpack a board."""
        return read_board(key, orjson.loads(stored.data))

    def size(self, value: Board) -> int:
        """Estimate a board's bytes."""
        return NUMBER_BYTES * sum(len(line.least) + len(line.most or ()) for line in value.lines.values())


class LatestBoards(Snapshots[Board]):
    """The service of newest boards, by the bridge's id of their race."""

    def __init__(self, store: ItemStore, settings: Settings, clock: Callable[[], float] | None = None) -> None:
        """Read from ``store``; ``clock`` gives seconds."""
        self._threads = Workers(THREADS, "board")
        policy = Policy(
            ttl=BOARD_SECONDS,
            stale_limit=settings.stale_limit,
            missing_ttl=BOARD_SECONDS,
            max_entries=MAX_BOARDS,
            max_bytes=MAX_BYTES,
            max_missing=settings.missing_entries,
        )
        super().__init__(StoredBoards(store), policy, self._threads, SharedWork(self._threads), clock=clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read from the store that the settings name."""
        return cls(services.get(Store).sync, services.settings)

    def close(self) -> None:
        """Refuse further reads."""
        self._threads.close()
        super().close()


def board_of(race: Race) -> Board | None:
    """Return the win odds of a card or of the archive. None if it has none.

    Their time is that at which the source was read, or the end of the race's day if that is unknown.
    """
    odds = {runner.horse_number: runner.win_odds for runner in race.runners if runner.win_odds}
    if not odds:
        return None
    runners = max(race.declared_runners or 0, *(runner.horse_number for runner in race.runners))
    source = race.sources[-1] if race.sources else None
    as_of = (source.as_of if source else None) or datetime.combine(race.date, time.max, JST).replace(microsecond=0)
    return Board(
        race_id=race.ids.bridge,
        runners=runners,
        status=STATUSES[race.status],
        as_of=as_of,
        fetched_at=as_of,
        lines={BetType.WIN: Line([tenths_of(odds.get(number)) for number in range(1, runners + 1)])},
        is_stale=source is not None and source.is_stale,
    )
