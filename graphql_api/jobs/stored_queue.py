"""A queue in the store, for workers that look for messages: each message is an item, by the time at which it is due."""

import secrets
import time
from collections.abc import Callable, Mapping
from random import shuffle
from typing import Any

import orjson

from graphql_api.errors import Conflict
from graphql_api.jobs.model import Order
from graphql_api.jobs.orders import read_order, write_order
from graphql_api.jobs.protocol import Message
from graphql_api.store.protocol import Item, ItemStore, Key

PARTITION = "QUEUE"
LOOKED_AT = 16
"""Messages among which one is chosen at random, so that workers seldom meet at the same."""


class StoredQueue:
    """Implements ``Queue``."""

    def __init__(self, store: ItemStore, clock: Callable[[], float] = time.time) -> None:
        """Keep messages in ``store``, whose owner closes it."""
        self._store = store
        self._clock = clock

    def send(self, order: Order) -> None:
        """Write an item that is due now."""
        self._put(write_order(order), 0)

    def receive(self, hidden: float) -> Message | None:
        """Move an item that is due to the end of the time for which it is hidden.

        It is written there before it is deleted here: if the worker dies between, it exists twice and is never lost.
        """
        now = _milliseconds(self._clock())
        items = list(self._store.query(PARTITION, limit=LOOKED_AT).items)
        shuffle(items)
        for item in items:
            if item.key.sk.partition("#")[0] > now:
                continue
            moved = self._put(item.body, hidden)
            try:
                self._store.delete(item.key, expected=item.version)
            except Conflict:  # another worker has it
                self._store.delete(moved)
                continue
            return Message(_order(item), moved.sk)
        return None

    def release(self, message: Message, seconds: float) -> None:
        """Move an item to another time."""
        key = Key(PARTITION, message.handle)
        item = self._store.get(key)
        if item is not None:
            self._put(item.body, seconds)
            self._store.delete(key)

    def delete(self, message: Message) -> None:
        """Delete an item."""
        self._store.delete(Key(PARTITION, message.handle))

    def close(self) -> None:
        """Leave the store to its owner."""

    def _put(self, body: Mapping[str, Any], seconds: float) -> Key:
        """Write an item under a name of its own: two of the same time are two."""
        key = Key(PARTITION, f"{_milliseconds(self._clock() + seconds)}#{secrets.token_hex(8)}")
        self._store.put(key, body)
        return key


def _milliseconds(seconds: float) -> str:
    """Write a time so that the order of texts is that of times."""
    return f"{int(seconds * 1000):015d}"


def _order(item: Item) -> Order | None:
    return read_order(orjson.dumps(item.body).decode())
