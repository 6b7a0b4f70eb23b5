"""The store as slices use it: chosen by the settings, called in threads, each call within a time."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from graphql_api.config import Settings
from graphql_api.errors import StoreUnavailable
from graphql_api.services import Services
from graphql_api.store.location import locate_store
from graphql_api.store.messages import UNAVAILABLE
from graphql_api.store.protocol import Drawn, Item, ItemStore, Key, Page
from graphql_api.store.rate_limits import Draw

CALL_SECONDS = 0.4
"""What a caller waits for one call, its turn in the threads included."""

THREADS = 16

T = TypeVar("T")


def open_store(settings: Settings, timeouts: tuple[float, float] | None = None) -> ItemStore:
    """Return the store that the settings name; nothing is opened or connected to yet. Raises ``ConfigError``.

    ``timeouts`` take the place of those for requests: seconds to connect to a store on the network, and to wait.
    """
    where = locate_store(settings)
    if isinstance(where, str):
        from graphql_api.store.dynamodb import DynamoDbStore
        from graphql_api.store.dynamodb_client import TIMEOUTS

        return DynamoDbStore(where, settings.region, timeouts=timeouts or TIMEOUTS)
    from graphql_api.store.connections import BUSY_MS
    from graphql_api.store.sqlite import SqliteStore

    return SqliteStore(where, busy_ms=int(timeouts[1] * 1000) if timeouts else BUSY_MS)


def is_begun(settings: Settings) -> bool:
    """Return whether there may be items: False if the file does not exist yet. Raises ``ConfigError``."""
    where = locate_store(settings)
    return isinstance(where, str) or where.exists()


class Store:
    """The store of one application, as a service. ``sync`` is the store itself, for threads and commands."""

    def __init__(self, sync: ItemStore, seconds: float = CALL_SECONDS) -> None:
        """Call ``sync`` in threads, for ``seconds`` at most."""
        self.sync = sync
        self._seconds = seconds
        self._threads: ThreadPoolExecutor | None = None

    @classmethod
    def open(cls, services: Services) -> Self:
        """Choose by the settings."""
        return cls(open_store(services.settings))

    async def get(self, key: Key) -> Item | None:
        """Return an item, None if there is none."""
        return await self._call(lambda: self.sync.get(key))

    async def put(
        self, key: Key, body: Mapping[str, Any], *, expected: int | None = None, expires: int | None = None
    ) -> Item:
        """Write a body, as ``ItemStore.put`` does."""
        return await self._call(lambda: self.sync.put(key, body, expected=expected, expires=expires))

    async def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Return a page of items, as ``ItemStore.query`` does."""
        return await self._call(lambda: self.sync.query(pk, prefix, after, limit))

    async def add(self, key: Key, amounts: Mapping[str, int], *, expires: int | None = None) -> Item:
        """Add to numbers, as ``ItemStore.add`` does."""
        return await self._call(lambda: self.sync.add(key, amounts, expires=expires))

    async def draw(
        self,
        key: Key,
        now: int,
        draws: Mapping[str, Draw],
        seen: Mapping[str, int] | None = None,
        holding: str = "",
    ) -> Drawn | None:
        """Take from limits, as ``ItemStore.draw`` does."""
        return await self._call(lambda: self.sync.draw(key, now, draws, seen, holding))

    async def delete(self, key: Key, *, expected: int | None = None) -> None:
        """Delete an item, as ``ItemStore.delete`` does."""
        await self._call(lambda: self.sync.delete(key, expected=expected))

    async def _call(self, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread. Raises ``StoreUnavailable`` if it takes too long; the work may still be done."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        call = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.wait_for(call, self._seconds)
        except TimeoutError as error:
            raise StoreUnavailable(UNAVAILABLE, reason="slow") from error

    def close(self) -> None:
        """End the threads, without waiting for calls that hang, and close the store."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self.sync.close()
