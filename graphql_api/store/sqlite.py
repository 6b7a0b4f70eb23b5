"""The embedded store: one SQLite file, safe to be shared by threads and processes of one machine."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from graphql_api.errors import Conflict
from graphql_api.store.bodies import check_names, contains, decode, encode
from graphql_api.store.connections import BUSY_MS, Connections
from graphql_api.store.messages import CHANGED
from graphql_api.store.protocol import MAX_QUERY_ITEMS, Drawn, Item, Key, Page, Write
from graphql_api.store.rate_limits import Draw, settle

PRUNE_SECONDS = 600
"""Seconds between two deletions of what has expired."""

_ALIVE = "(expires IS NULL OR expires > :now)"
_COLUMNS = "pk, sk, version, body, numbers, expires"
_GET = f"SELECT {_COLUMNS} FROM items WHERE pk = :pk AND sk = :sk AND {_ALIVE}"  # noqa: S608 - of constants
_QUERY = (
    f"SELECT {_COLUMNS} FROM items WHERE pk = :pk AND sk > :after AND sk >= :prefix AND sk < :end "  # noqa: S608
    f"AND {_ALIVE} ORDER BY sk LIMIT :limit"
)
_PUT = "REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?)"


class SqliteStore:
    """Implements ``ItemStore``."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time, busy_ms: int = BUSY_MS) -> None:
        """Keep items in the file at ``path``, which the first write makes; a write waits ``busy_ms`` for others."""
        self._connections = Connections(path, busy_ms)
        self._clock = clock
        self._pruned = 0.0

    def get(self, key: Key) -> Item | None:
        """Return an item."""
        with self._connections.reading() as connection:
            return None if connection is None else self._find(connection, key)

    def put(
        self, key: Key, body: Mapping[str, Any], *, expected: int | None = None, expires: int | None = None
    ) -> Item:
        """Write a body."""
        encode(key, body)
        with self._connections.writing() as connection:
            found = self._find(connection, key)
            _require(found, expected)
            numbers = {} if found is None else found.numbers
            return self._write(connection, Item(key, 1 + _version(found), body, numbers, expires))

    def put_all(self, writes: Sequence[Write]) -> None:
        """Write items whole, in one transaction."""
        for key, body, _ in writes:
            encode(key, body)
        if not writes:
            return
        with self._connections.writing() as connection:
            for key, body, expires in writes:
                self._write(connection, Item(key, 1, body, {}, expires))

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Return a page of items."""
        limit = min(limit, MAX_QUERY_ITEMS)
        found = {"pk": pk, "prefix": prefix, "end": prefix + chr(0x10FFFF), "after": after or ""}
        with self._connections.reading() as connection:
            if connection is None:
                return Page((), None)
            rows = connection.execute(_QUERY, {**found, "limit": limit + 1, "now": self._clock()}).fetchall()
        items = tuple(map(_item, rows[:limit]))
        return Page(items, items[-1].key.sk if len(rows) > limit else None)

    def add(self, key: Key, amounts: Mapping[str, int], *, expires: int | None = None) -> Item:
        """Add to numbers."""
        check_names(amounts)
        with self._connections.writing() as connection:
            found = self._find(connection, key) or Item(key, 1)
            added = {name: found.numbers.get(name, 0) + amount for name, amount in amounts.items()}
            kept = found.expires if expires is None else expires
            return self._write(connection, Item(key, found.version, found.body, {**found.numbers, **added}, kept))

    def draw(
        self,
        key: Key,
        now: int,
        draws: Mapping[str, Draw],
        seen: Mapping[str, int] | None = None,  # noqa: ARG002 - nothing to guess: the item is at hand
        holding: str = "",
    ) -> Drawn | None:
        """Take from limits."""
        check_names(draws)
        if holding and ((found := self.get(key)) is None or not contains(found, holding)):
            return None  # what a stranger asks for takes no lock, and makes no file
        with self._connections.writing() as connection:
            found = self._find(connection, key)
            if found is None or not contains(found, holding):
                return None
            settled = settle(draws, found.numbers, now)
            if settled.granted or any(draw.owed for draw in draws.values()):
                numbers = {**found.numbers, **settled.marks}
                found = self._write(connection, Item(key, found.version, found.body, numbers, found.expires))
            return Drawn(settled.granted, settled.taken, found)

    def delete(self, key: Key, *, expected: int | None = None) -> None:
        """Delete an item."""
        with self._connections.writing() as connection:
            _require(self._find(connection, key), expected)
            connection.execute("DELETE FROM items WHERE pk = ? AND sk = ?", key)

    def check(self) -> None:
        """Read something, if there is anything."""
        self.get(Key("", ""))

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def _find(self, connection: sqlite3.Connection, key: Key) -> Item | None:
        row = connection.execute(_GET, {"pk": key.pk, "sk": key.sk, "now": self._clock()}).fetchone()
        return None if row is None else _item(row)

    def _write(self, connection: sqlite3.Connection, item: Item) -> Item:
        """Write an item, and now and then delete what has expired."""
        numbers = orjson.dumps(item.numbers).decode()
        connection.execute(_PUT, (*item.key, item.version, encode(item.key, item.body), numbers, item.expires))
        if self._clock() - self._pruned > PRUNE_SECONDS:
            self._pruned = self._clock()
            connection.execute("DELETE FROM items WHERE expires <= ?", (self._pruned,))
        return item


def _item(row: tuple[str, str, int, str, str, int | None]) -> Item:
    pk, sk, version, body, numbers, expires = row
    return Item(Key(pk, sk), version, decode(body), orjson.loads(numbers), expires)


def _version(found: Item | None) -> int:
    return 0 if found is None else found.version


def _require(found: Item | None, expected: int | None) -> None:
    if expected is not None and expected != _version(found):
        raise Conflict(CHANGED)
