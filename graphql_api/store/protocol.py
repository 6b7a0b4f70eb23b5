"""The interface of a store, which SQLite and DynamoDB implement.

An item is found by a partition key and a sort key. It has a body (a JSON object), numbers that are added to without
reading them first, a version that each new body raises by one, and perhaps a time at which it expires. An expired item
is as one that is not there, in every operation.

All methods block: they are called by commands and from threads, never on the event loop (``store.service`` does that).
They raise ``StoreUnavailable`` (locked, throttled, slow, absent), ``NoSpace``, or ``StoreFault`` (an operator must
act). One that raises may have been carried out all the same: it is not repeated here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from graphql_api.store.rate_limits import Draw

MAX_ITEM_BYTES = 400_000
"""Bytes of an item's keys and body together; DynamoDB takes 409,600, names and numbers included."""

MAX_QUERY_ITEMS = 1_000
"""Items of one page."""


class Key(NamedTuple):
    """The name of an item: ``pk`` says to what it belongs, ``sk`` which of those it is."""

    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it was read. ``expires`` is in seconds since 1970, None is never."""

    key: Key
    version: int
    body: Mapping[str, Any] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    expires: int | None = None


class Write(NamedTuple):
    """An item to be written whole: its key, its body, and when it expires."""

    key: Key
    body: Mapping[str, Any]
    expires: int | None = None


class Page(NamedTuple):
    """Some items in the order of their sort keys; ``after`` is where the next page starts, None behind the last."""

    items: tuple[Item, ...]
    after: str | None


class Drawn(NamedTuple):
    """What came of drawing: whether it was granted, how much each limit gave beside what was owed, and the item."""

    granted: bool
    taken: Mapping[str, int]
    item: Item


class ItemStore(Protocol):
    """A store, safe to be shared by threads and processes."""

    def get(self, key: Key) -> Item | None:
        """Return an item as it is now, not as it was a moment ago."""

    def put(
        self, key: Key, body: Mapping[str, Any], *, expected: int | None = None, expires: int | None = None
    ) -> Item:
        """Write a body and the expiry, and return the item.

        ``expected`` is the version that the item must have; 0 means that it must not be there, None that it may be as
        it likes. Raises ``Conflict`` if the version is another, and ``ItemTooLarge``. A new item has version 1 and no
        numbers; one that is replaced keeps its numbers.
        """

    def put_all(self, writes: Sequence[Write]) -> None:
        """Write items whole, each as a new one of version 1 without numbers, whatever is there.

        For items that one writer at a time writes: no condition holds others off. What a busy store leaves is retried
        for a short time, then ``StoreUnavailable`` is raised; some may be written by then, and to repeat all does no
        harm. Of two items with one key the later is written. Raises ``ItemTooLarge`` before anything is written.
        """

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Return items of ``pk`` whose sort key begins with ``prefix`` and comes behind ``after``, at most ``limit``.

        ``after`` begins with ``prefix``, too. A page may be empty though the one before had an ``after``.
        """

    def add(self, key: Key, amounts: Mapping[str, int], *, expires: int | None = None) -> Item:
        """Add to numbers of an item, which is made with an empty body if it is not there; set ``expires`` if given.

        Concurrent additions are not lost. It is not idempotent: a call that fails may have added.
        """

    def draw(
        self,
        key: Key,
        now: int,
        draws: Mapping[str, Draw],
        seen: Mapping[str, int] | None = None,
        holding: str = "",
    ) -> Drawn | None:
        """Take from several limits of an item at once, all or none; None if there is no such item.

        ``now`` is in nanoseconds since 1970. Each limit is one of the item's numbers. ``seen`` are the numbers as the
        caller knows them: where they are right, one call is enough. An item whose body, as JSON, does not contain the
        text ``holding`` counts as one that is not there: so a secret is checked by the call that draws.
        """

    def delete(self, key: Key, *, expected: int | None = None) -> None:
        """Delete an item. Raises ``Conflict`` if it has not the version ``expected``."""

    def check(self) -> None:
        """Open what is needed, and raise what reading would raise; makes nothing."""

    def close(self) -> None:
        """Close connections."""
