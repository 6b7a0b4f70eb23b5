"""Caches bounded in bytes: what an entry weighs includes its key, which may hold texts that a client sent."""

import sys
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Generic, TypeVar

from cachetools import LRUCache

V = TypeVar("V")

ENTRY_BYTES = 400
"""What the cache itself takes for one entry."""

FUNCTION_BYTES = 600
"""What a function in a key takes with what it has closed over, such as the writer of a column."""

NOTHING = (object(), None)
"""In the place of the entry that was asked for last: no key is equal to it."""


class WeighedCache(Generic[V]):
    """Values by key; those used least recently leave when all together weigh more than ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        """Hold nothing yet."""
        self._entries: LRUCache[Hashable, tuple[V, int]] = LRUCache(max_bytes, getsizeof=itemgetter(1))
        self._recent: tuple[Hashable, V | None] = NOTHING

    def get(self, key: Hashable) -> V | None:
        """Return the value of a key. None if there is none."""
        recent, value = self._recent
        if key == recent:  # the order of use stays as it is, and takes longer to keep than the rest of a look-up
            return value
        try:
            value = self._entries[key][0]
        except KeyError:
            return None
        self._recent = key, value
        return value

    def keep(self, key: Hashable, value: V, size: int) -> None:
        """Hold a value of ``size`` bytes, unless it is larger than the whole cache."""
        self._recent = NOTHING
        if size <= self._entries.maxsize and (size := size + size_of(key) + ENTRY_BYTES) <= self._entries.maxsize:
            self._entries[key] = value, size

    def clear(self) -> None:
        """Remove all entries."""
        self._recent = NOTHING
        self._entries.clear()

    @property
    def size(self) -> int:
        """Return the bytes that all entries weigh."""
        return int(self._entries.currsize)


def size_of(value: Any) -> int:
    """Return the bytes that plain data takes: texts, numbers, and tuples, lists, sets, dicts and dataclasses of them.

    What is shared counts each time, classes do not count, functions count as ``FUNCTION_BYTES``, and a dataclass that
    tells its ``nbytes`` as so many.
    """
    size, pending = 0, [value]
    while pending:
        item = pending.pop()
        if isinstance(item, type):
            continue
        size += sys.getsizeof(item)
        if isinstance(item, tuple | list | set | frozenset):
            pending += item
        elif isinstance(item, dict):
            pending += (*item, *item.values())
        elif (told := getattr(item, "nbytes", None)) is not None:
            size += told
        elif is_dataclass(item):
            pending += (getattr(item, each.name) for each in fields(item))
        elif callable(item):
            size += FUNCTION_BYTES
    return size


def as_key(value: Any) -> Any:
    """Return a variable's value as a part of a key; a text, list or object as its type and digest."""
    if isinstance(value, str | list | dict):
        return type(value), blake2b(repr(value).encode(), digest_size=16).digest()
    return value
